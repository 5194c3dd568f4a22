CREATE TABLE role_held (
  person TEXT NOT NULL,
  role TEXT NOT NULL,
  partner TEXT NOT NULL,
  until TEXT NOT NULL,
  assigned_by TEXT NOT NULL,
  assigned TEXT NOT NULL,
  PRIMARY KEY (person, role)
);
CREATE INDEX role_held_partner ON role_held (partner);
CREATE TABLE linked_account (
  digest TEXT PRIMARY KEY,
  user_id TEXT NOT NULL
);
CREATE TABLE sign_in (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL,
  secret_digest TEXT NOT NULL UNIQUE,
  begun TEXT NOT NULL,
  used TEXT NOT NULL,
  ended INTEGER NOT NULL,
  sealed TEXT NOT NULL
);
CREATE INDEX sign_in_user ON sign_in (user_id)
