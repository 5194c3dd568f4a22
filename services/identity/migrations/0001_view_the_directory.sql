CREATE TABLE imported (
  name TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  digest TEXT NOT NULL,
  owner TEXT NOT NULL
);
CREATE TABLE partner (
  uuid TEXT PRIMARY KEY,
  id TEXT NOT NULL,
  display_name TEXT NOT NULL
);
CREATE TABLE organization (
  uuid TEXT PRIMARY KEY,
  id TEXT NOT NULL,
  display_name TEXT NOT NULL,
  created TEXT NOT NULL,
  settings TEXT NOT NULL,
  version INTEGER NOT NULL
);
CREATE TABLE managed_by (
  organization TEXT NOT NULL,
  partner TEXT NOT NULL,
  PRIMARY KEY (organization, partner)
);
CREATE INDEX managed_by_partner ON managed_by (partner);
CREATE TABLE relationship_change (
  position INTEGER NOT NULL,
  partner TEXT NOT NULL,
  organization TEXT NOT NULL,
  kind TEXT NOT NULL,
  PRIMARY KEY (partner, position, organization)
);
CREATE TABLE person (
  uuid TEXT PRIMARY KEY,
  id TEXT NOT NULL,
  organization TEXT NOT NULL,
  organization_id TEXT NOT NULL,
  sealed TEXT NOT NULL,
  status TEXT NOT NULL,
  login_enabled INTEGER NOT NULL,
  created TEXT NOT NULL,
  admin INTEGER NOT NULL,
  licenses TEXT NOT NULL,
  feature_toggles TEXT NOT NULL,
  version INTEGER NOT NULL
);
CREATE INDEX person_organization ON person (organization);
CREATE TABLE person_address (
  digest TEXT NOT NULL,
  person TEXT NOT NULL,
  PRIMARY KEY (digest, person)
);
CREATE INDEX person_address_person ON person_address (person);
CREATE TABLE device (
  uuid TEXT PRIMARY KEY,
  id TEXT NOT NULL,
  organization TEXT NOT NULL,
  organization_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  person_id TEXT NOT NULL,
  sealed TEXT NOT NULL,
  product TEXT NOT NULL,
  type TEXT NOT NULL,
  serial TEXT NOT NULL,
  mac TEXT NOT NULL,
  connection_status TEXT NOT NULL,
  created TEXT NOT NULL,
  version INTEGER NOT NULL
);
CREATE INDEX device_organization ON device (organization);
CREATE INDEX device_user ON device (user_id);
CREATE TABLE license (
  uuid TEXT PRIMARY KEY,
  id TEXT NOT NULL,
  organization TEXT NOT NULL,
  name TEXT NOT NULL,
  subscription_id TEXT NOT NULL,
  total_units INTEGER NOT NULL,
  consumed_units INTEGER NOT NULL
);
CREATE INDEX license_organization ON license (organization);
CREATE TABLE mail_domain (
  organization TEXT NOT NULL,
  domain TEXT NOT NULL,
  status TEXT NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (organization, domain)
);
CREATE INDEX mail_domain_domain ON mail_domain (domain);
CREATE TABLE site (
  site_url TEXT PRIMARY KEY,
  organization TEXT NOT NULL,
  type TEXT NOT NULL,
  created TEXT NOT NULL,
  is_default INTEGER NOT NULL,
  version INTEGER NOT NULL
);
CREATE INDEX site_organization ON site (organization);
CREATE TABLE web_order (
  web_order_number TEXT PRIMARY KEY,
  organization TEXT NOT NULL,
  subscription_id TEXT NOT NULL,
  status TEXT NOT NULL,
  created TEXT NOT NULL,
  version INTEGER NOT NULL
);
CREATE INDEX web_order_organization ON web_order (organization)
