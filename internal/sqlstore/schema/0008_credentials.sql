CREATE TABLE credentials (
	id TEXT PRIMARY KEY,
	extension_id BIGINT NOT NULL REFERENCES extensions (id) ON DELETE CASCADE,
	label TEXT NOT NULL,
	client_ids TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL
);
CREATE INDEX credentials_user ON credentials (extension_id);
CREATE TABLE signing_keys (
	id TEXT PRIMARY KEY,
	purpose TEXT NOT NULL,
	sealed BYTEA NOT NULL,
	created_at BIGINT NOT NULL
);
CREATE TABLE client_assertions (
	client_id TEXT NOT NULL REFERENCES apps (client_id) ON DELETE CASCADE,
	jti TEXT NOT NULL,
	expires_at BIGINT NOT NULL,
	PRIMARY KEY (client_id, jti)
);
CREATE INDEX client_assertions_expiry ON client_assertions (expires_at);
