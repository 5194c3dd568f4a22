-- Exports with opened texts, and which of them hold somebody who was forgotten since.

CREATE TABLE readable_export (
    export_id TEXT NOT NULL PRIMARY KEY,
    agent_id TEXT NOT NULL,
    partner_id TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    form TEXT NOT NULL,
    filters TEXT NOT NULL,
    size BIGINT NOT NULL,
    reissue_of TEXT NOT NULL
);

CREATE INDEX readable_export_again ON readable_export (reissue_of, made_at);

CREATE TABLE forgotten_person (
    user_id TEXT NOT NULL PRIMARY KEY,
    organization_id TEXT NOT NULL,
    forgotten_at BIGINT NOT NULL
);

CREATE TABLE outdated_export (
    export_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    PRIMARY KEY (export_id, user_id)
);
