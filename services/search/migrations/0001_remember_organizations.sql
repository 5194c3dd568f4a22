CREATE TABLE indexed_organization (id TEXT PRIMARY KEY, body TEXT NOT NULL)
