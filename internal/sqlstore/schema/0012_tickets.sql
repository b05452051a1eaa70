CREATE TABLE embed_keys (
	hash TEXT PRIMARY KEY,
	platform TEXT NOT NULL,
	client_id TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	FOREIGN KEY (platform, client_id) REFERENCES embeds (platform, client_id) ON DELETE CASCADE
);
CREATE TABLE tickets (
	hash TEXT PRIMARY KEY,
	grant_id TEXT NOT NULL REFERENCES grants (id) ON DELETE CASCADE,
	origin TEXT NOT NULL,
	user_ref TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	used_at BIGINT NOT NULL
);
CREATE INDEX tickets_expires ON tickets (expires_at);
CREATE INDEX tickets_grant ON tickets (grant_id);
CREATE TABLE holds (
	grant_id TEXT NOT NULL REFERENCES grants (id) ON DELETE CASCADE,
	user_ref TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	keeps_until BIGINT NOT NULL,
	PRIMARY KEY (grant_id, user_ref)
);
