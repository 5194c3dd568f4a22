-- The newest heartbeat of each process when the newest checkpoint was signed.

CREATE TABLE audit_heartbeat_signed (
    writer TEXT NOT NULL PRIMARY KEY,
    service TEXT NOT NULL,
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    heard_at BIGINT NOT NULL,
    ended INTEGER NOT NULL,
    signature TEXT NOT NULL,
    good INTEGER NOT NULL
);
