CREATE TABLE ticket (
  partner TEXT NOT NULL,
  ticket TEXT NOT NULL,
  organization TEXT NOT NULL,
  open INTEGER NOT NULL,
  opened_by TEXT NOT NULL,
  opened TEXT NOT NULL,
  PRIMARY KEY (partner, ticket)
);
