CREATE TABLE address_vouch (
    address_digest TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL,
    position BIGINT NOT NULL
);
CREATE INDEX address_vouch_by_organization ON address_vouch (organization_id, position)
