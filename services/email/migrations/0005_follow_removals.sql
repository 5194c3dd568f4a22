CREATE TABLE removal (
    removal_id TEXT PRIMARY KEY,
    address_digest TEXT NOT NULL,
    user_id TEXT NOT NULL,
    partner_id TEXT NOT NULL,
    removed_by TEXT NOT NULL,
    ticket TEXT NOT NULL,
    ground TEXT NOT NULL,
    block TEXT NOT NULL,
    removed_at TEXT NOT NULL,
    outcome TEXT NOT NULL,
    outcome_at TEXT NOT NULL,
    cause TEXT NOT NULL,
    position BIGINT NOT NULL
);
CREATE INDEX removal_by_partner ON removal (partner_id, position);
CREATE INDEX removal_by_agent ON removal (partner_id, removed_by, position);
CREATE INDEX removal_by_address ON removal (address_digest, outcome);
ALTER TABLE blocklist ADD COLUMN fact_position BIGINT NOT NULL DEFAULT 0;
ALTER TABLE blocklist ADD COLUMN expires_at TEXT NOT NULL DEFAULT '';
ALTER TABLE blocklist ADD COLUMN provider_retry_at TEXT NOT NULL DEFAULT '';
CREATE INDEX blocklist_by_end ON blocklist (expires_at);
CREATE INDEX blocklist_by_retry ON blocklist (provider_retry_at)
