CREATE TABLE client (
  name TEXT PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  public_key TEXT NOT NULL,
  roles TEXT NOT NULL,
  acts_as TEXT NOT NULL,
  registered_by TEXT NOT NULL,
  registered TEXT NOT NULL
);
