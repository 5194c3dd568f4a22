CREATE TABLE assertion_used (
  digest TEXT PRIMARY KEY,
  expires BIGINT NOT NULL
)
