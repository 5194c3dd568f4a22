CREATE TABLE access_item (
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  organization_id TEXT NOT NULL,
  partner_id TEXT NOT NULL,
  agent_id TEXT NOT NULL,
  position BIGINT NOT NULL,
  ended INTEGER NOT NULL,
  PRIMARY KEY (kind, id)
);
CREATE INDEX access_item_by_organization ON access_item (organization_id, kind, position);
CREATE INDEX access_item_by_partner ON access_item (partner_id, kind, position);
CREATE INDEX access_item_by_agent ON access_item (agent_id, kind, position);
CREATE TABLE view_last_use (view_id TEXT PRIMARY KEY, used_at TEXT NOT NULL)
