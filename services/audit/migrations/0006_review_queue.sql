-- Sessions by their risk: those in the queue, what was counted of each, and marked people.

CREATE TABLE review (
    session_id TEXT NOT NULL PRIMARY KEY,
    agent_id TEXT NOT NULL,
    partner_id TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL,
    score INTEGER NOT NULL,
    reasons TEXT NOT NULL,
    state TEXT NOT NULL,
    queued_at BIGINT NOT NULL,
    decided_by TEXT NOT NULL,
    decided_at BIGINT NOT NULL
);

CREATE INDEX review_by_risk ON review (score, session_id);

CREATE TABLE session_risk (
    session_id TEXT NOT NULL PRIMARY KEY,
    agent_id TEXT NOT NULL,
    partner_id TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    score INTEGER NOT NULL,
    measures TEXT NOT NULL
);

CREATE INDEX session_risk_of_agent ON session_risk (agent_id, started_at);
CREATE INDEX session_risk_of_partner ON session_risk (partner_id, started_at);

CREATE TABLE marked_person (
    partner_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    marked_by TEXT NOT NULL,
    marked_at BIGINT NOT NULL,
    PRIMARY KEY (partner_id, user_id)
);

CREATE TABLE review_position (
    place INTEGER NOT NULL PRIMARY KEY,
    idx BIGINT NOT NULL
);
