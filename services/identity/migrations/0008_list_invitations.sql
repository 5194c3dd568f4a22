CREATE TABLE invitation (
  id TEXT PRIMARY KEY,
  partner TEXT NOT NULL,
  link_digest TEXT NOT NULL,
  address_digest TEXT NOT NULL,
  invited_by TEXT NOT NULL,
  position INTEGER NOT NULL
);
CREATE INDEX invitation_partner ON invitation (partner);
CREATE INDEX invitation_link ON invitation (link_digest);
CREATE INDEX invitation_address ON invitation (address_digest)
