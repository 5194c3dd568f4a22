-- The tamper-evident log. {BLOB} is BLOB on SQLite and BYTEA on PostgreSQL.

CREATE TABLE log_leaf (
    idx BIGINT NOT NULL PRIMARY KEY,
    source TEXT NOT NULL,
    source_position BIGINT NOT NULL,
    record_id TEXT NOT NULL UNIQUE,
    organization_id TEXT,
    bytes {BLOB} NOT NULL,
    leaf_hash {BLOB} NOT NULL,
    head {BLOB} NOT NULL,
    UNIQUE (source, source_position)
);

CREATE INDEX log_leaf_by_organization ON log_leaf (organization_id, idx);

CREATE TABLE log_tile (
    level INTEGER NOT NULL,
    idx BIGINT NOT NULL,
    hashes {BLOB} NOT NULL,
    PRIMARY KEY (level, idx)
);

CREATE TABLE log_checkpoint (
    size BIGINT NOT NULL PRIMARY KEY,
    note TEXT NOT NULL,
    signed_at BIGINT NOT NULL
);
