CREATE TABLE webhook_seen (
    event_digest TEXT PRIMARY KEY,
    provider TEXT NOT NULL,
    seen_until TEXT NOT NULL
);
CREATE INDEX webhook_seen_by_end ON webhook_seen (seen_until)
