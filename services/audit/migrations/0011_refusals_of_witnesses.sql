-- Witnesses that saw another past of the log than the one that stands here.

CREATE TABLE audit_refusal (
    witness TEXT NOT NULL PRIMARY KEY,
    size BIGINT NOT NULL,
    noticed_at BIGINT NOT NULL
);
