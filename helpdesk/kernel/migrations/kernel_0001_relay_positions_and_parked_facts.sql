-- What every service's schema holds beside the log. {BLOB} is BYTEA on PostgreSQL.

CREATE TABLE relay_position (
    relay TEXT NOT NULL PRIMARY KEY,
    position BIGINT NOT NULL,
    latest TEXT NOT NULL
);

CREATE TABLE parked_fact (
    consumer TEXT NOT NULL,
    source TEXT NOT NULL,
    position BIGINT NOT NULL,
    name TEXT NOT NULL,
    stream_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    state {BLOB} NOT NULL,
    needs BIGINT NOT NULL,
    PRIMARY KEY (consumer, source, position)
);
