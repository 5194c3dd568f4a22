ALTER TABLE sign_in ADD COLUMN issuer TEXT NOT NULL DEFAULT '';
ALTER TABLE sign_in ADD COLUMN account TEXT NOT NULL DEFAULT '';
ALTER TABLE sign_in ADD COLUMN provider_session TEXT NOT NULL DEFAULT '';
ALTER TABLE sign_in ADD COLUMN hint TEXT NOT NULL DEFAULT '';
CREATE INDEX sign_in_account ON sign_in (account);
CREATE INDEX sign_in_provider_session ON sign_in (provider_session)
