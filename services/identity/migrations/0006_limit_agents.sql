CREATE TABLE customer_limit (
  person TEXT NOT NULL,
  organization TEXT NOT NULL,
  PRIMARY KEY (person, organization)
)
