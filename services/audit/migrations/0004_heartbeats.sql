-- The newest heartbeat of each process, and numbers that came twice.

CREATE TABLE audit_heartbeat (
    writer TEXT NOT NULL PRIMARY KEY,
    service TEXT NOT NULL,
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    heard_at BIGINT NOT NULL,
    ended INTEGER NOT NULL,
    signature TEXT NOT NULL,
    good INTEGER NOT NULL
);

CREATE INDEX audit_heartbeat_by_time ON audit_heartbeat (heard_at);

CREATE TABLE audit_doubled (
    writer TEXT NOT NULL,
    number BIGINT NOT NULL,
    PRIMARY KEY (writer, number)
);
