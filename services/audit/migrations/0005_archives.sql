-- What was archived: the signed statement of each bundle, and what later records build on.

CREATE TABLE log_archive (
    first_idx BIGINT NOT NULL PRIMARY KEY,
    size BIGINT NOT NULL,
    file TEXT NOT NULL,
    state TEXT NOT NULL,
    note TEXT NOT NULL,
    archived_at BIGINT NOT NULL
);
