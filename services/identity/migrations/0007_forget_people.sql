CREATE TABLE forgetting (
  user_id TEXT PRIMARY KEY,
  uuid TEXT NOT NULL,
  organization TEXT NOT NULL,
  state TEXT NOT NULL,
  asked_by TEXT NOT NULL,
  asked TEXT NOT NULL,
  confirmed_by TEXT NOT NULL,
  forgotten TEXT NOT NULL,
  key TEXT NOT NULL,
  position INTEGER NOT NULL
);
CREATE INDEX forgetting_organization ON forgetting (organization);
CREATE INDEX forgetting_uuid ON forgetting (uuid);
CREATE TABLE forgetting_cleared (
  user_id TEXT NOT NULL,
  service TEXT NOT NULL,
  PRIMARY KEY (user_id, service)
);
CREATE TABLE legal_hold (
  organization TEXT NOT NULL,
  user_id TEXT NOT NULL,
  set_by TEXT NOT NULL,
  since TEXT NOT NULL,
  PRIMARY KEY (organization, user_id)
);
