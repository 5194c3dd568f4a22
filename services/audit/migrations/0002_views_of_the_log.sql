-- What auditors filter by. Texts of people (reason, search text) stay in the sealed bytes alone.

CREATE TABLE audit_action (
    idx BIGINT NOT NULL PRIMARY KEY,
    record_id TEXT NOT NULL,
    source TEXT NOT NULL,
    source_position BIGINT NOT NULL,
    kind INTEGER NOT NULL,
    action TEXT NOT NULL,
    outcome TEXT NOT NULL,
    agent_id TEXT NOT NULL,
    partner_id TEXT NOT NULL,
    organization_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    ticket TEXT NOT NULL,
    consent_id TEXT NOT NULL,
    view_id TEXT NOT NULL,
    sign_in_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    service TEXT NOT NULL,
    writer TEXT NOT NULL,
    number BIGINT NOT NULL,
    occurred_at BIGINT NOT NULL
);

CREATE UNIQUE INDEX audit_action_by_record ON audit_action (record_id);
CREATE INDEX audit_action_by_time ON audit_action (occurred_at, idx, outcome);
CREATE INDEX audit_action_by_partner ON audit_action (partner_id, occurred_at, idx, outcome);
CREATE INDEX audit_action_by_organization
    ON audit_action (organization_id, occurred_at, idx, outcome, partner_id);
CREATE INDEX audit_action_by_agent ON audit_action (agent_id, occurred_at, idx, outcome);
CREATE INDEX audit_action_by_action ON audit_action (action, occurred_at, idx, outcome);
CREATE INDEX audit_action_by_session ON audit_action (session_id, occurred_at, idx)
    WHERE session_id <> '';
CREATE INDEX audit_action_by_user ON audit_action (user_id, occurred_at, idx) WHERE user_id <> '';
CREATE INDEX audit_action_by_ticket ON audit_action (ticket, occurred_at, idx) WHERE ticket <> '';
CREATE INDEX audit_action_by_view ON audit_action (view_id, occurred_at, idx) WHERE view_id <> '';
CREATE INDEX audit_action_by_sign_in ON audit_action (sign_in_id, occurred_at, idx)
    WHERE sign_in_id <> '';
CREATE INDEX audit_action_by_consent ON audit_action (consent_id, occurred_at, idx)
    WHERE consent_id <> '';
CREATE INDEX audit_action_not_done ON audit_action (outcome, occurred_at, idx)
    WHERE outcome <> 'done';

CREATE TABLE audit_action_name (action TEXT NOT NULL PRIMARY KEY);

CREATE TABLE audit_session (
    session_id TEXT NOT NULL PRIMARY KEY,
    agent_id TEXT NOT NULL,
    sign_in_id TEXT NOT NULL,
    partner_id TEXT NOT NULL,
    first_idx BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL,
    done BIGINT NOT NULL,
    refused BIGINT NOT NULL,
    failed BIGINT NOT NULL
);

CREATE INDEX audit_session_of_agent ON audit_session (agent_id, sign_in_id, first_idx);
CREATE INDEX audit_session_by_time ON audit_session (started_at, first_idx);
CREATE INDEX audit_session_by_partner ON audit_session (partner_id, started_at, first_idx);
CREATE INDEX audit_session_by_agent ON audit_session (agent_id, started_at, first_idx);

CREATE TABLE audit_source (
    source TEXT NOT NULL PRIMARY KEY,
    records BIGINT NOT NULL
);

CREATE TABLE audit_writer (
    writer TEXT NOT NULL PRIMARY KEY,
    service TEXT NOT NULL,
    head BIGINT NOT NULL,
    last_at BIGINT NOT NULL
);

CREATE INDEX audit_writer_by_time ON audit_writer (last_at);

CREATE TABLE audit_missing (
    writer TEXT NOT NULL,
    first_number BIGINT NOT NULL,
    last_number BIGINT NOT NULL,
    noticed_at BIGINT NOT NULL,
    PRIMARY KEY (writer, first_number)
);
