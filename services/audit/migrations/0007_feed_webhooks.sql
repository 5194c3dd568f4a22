-- Where customers have their feeds pushed to, and how far each was taken.

CREATE TABLE feed_webhook (
    organization_id TEXT NOT NULL PRIMARY KEY,
    webhook_id TEXT NOT NULL,
    url TEXT NOT NULL,
    partners_only INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    rotated_at BIGINT NOT NULL,
    set_by TEXT NOT NULL,
    set_at BIGINT NOT NULL
);

CREATE TABLE feed_delivery (
    webhook_id TEXT NOT NULL PRIMARY KEY,
    next_idx BIGINT NOT NULL,
    delivered_idx BIGINT NOT NULL,
    delivered_at BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    error TEXT NOT NULL,
    retry_at BIGINT NOT NULL,
    stopped INTEGER NOT NULL
);
