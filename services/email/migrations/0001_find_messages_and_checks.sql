CREATE TABLE mail_message (
    message_id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    address_digest TEXT NOT NULL,
    state TEXT NOT NULL,
    queued_position BIGINT NOT NULL,
    changed_position BIGINT NOT NULL,
    retry_at TEXT NOT NULL
);
CREATE INDEX mail_message_by_user ON mail_message (user_id, queued_position);
CREATE INDEX mail_message_by_address ON mail_message (address_digest, queued_position);
CREATE INDEX mail_message_by_retry ON mail_message (retry_at);
CREATE TABLE blocklist (
    address_digest TEXT PRIMARY KEY,
    person_id TEXT NOT NULL,
    block TEXT NOT NULL,
    changed_position BIGINT NOT NULL
);
CREATE TABLE caller_check (
    check_id TEXT PRIMARY KEY,
    agent_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    started_position BIGINT NOT NULL,
    changed_position BIGINT NOT NULL,
    open_until TEXT NOT NULL
);
CREATE INDEX caller_check_by_agent ON caller_check (agent_id, user_id, started_position);
CREATE INDEX caller_check_by_end ON caller_check (open_until)
