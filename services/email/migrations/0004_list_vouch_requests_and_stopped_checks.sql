CREATE TABLE check_vouch (
    check_id TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL,
    position BIGINT NOT NULL
);
CREATE INDEX check_vouch_by_organization ON check_vouch (organization_id, position);
CREATE TABLE check_stop (
    agent_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    partner_id TEXT NOT NULL,
    check_id TEXT NOT NULL,
    position BIGINT NOT NULL,
    PRIMARY KEY (agent_id, user_id)
);
CREATE INDEX check_stop_by_partner ON check_stop (partner_id, position)
