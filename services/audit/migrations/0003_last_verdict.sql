-- The last check of the whole log: one row, written by whichever process made it.

CREATE TABLE log_verdict (
    place INTEGER NOT NULL PRIMARY KEY,
    checked_at BIGINT NOT NULL,
    records BIGINT NOT NULL,
    sentences TEXT NOT NULL,
    first_idx BIGINT
);
