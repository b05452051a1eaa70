CREATE TABLE embeds (
	platform TEXT NOT NULL,
	client_id TEXT NOT NULL,
	sealed_secret BYTEA NOT NULL,
	origins TEXT NOT NULL,
	ancestors TEXT NOT NULL,
	asset_origins TEXT NOT NULL,
	capabilities TEXT NOT NULL,
	redirects TEXT NOT NULL DEFAULT '',
	sealed_jwt BYTEA NOT NULL,
	jwt_access TEXT NOT NULL DEFAULT '',
	implicit BIGINT NOT NULL DEFAULT 0,
	created_at BIGINT NOT NULL,
	PRIMARY KEY (platform, client_id)
);
CREATE TABLE frames (
	key TEXT PRIMARY KEY,
	platform TEXT NOT NULL,
	client_id TEXT NOT NULL,
	prefix TEXT NOT NULL,
	origin TEXT NOT NULL,
	created_at BIGINT NOT NULL
);
CREATE TABLE grants (
	id TEXT PRIMARY KEY,
	platform TEXT NOT NULL,
	client_id TEXT NOT NULL,
	owner_id TEXT NOT NULL,
	sealed BYTEA NOT NULL,
	version BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	lease_holder TEXT NOT NULL DEFAULT '',
	lease_until BIGINT NOT NULL DEFAULT 0,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	UNIQUE (platform, client_id, owner_id)
);
CREATE TABLE sessions (
	id TEXT PRIMARY KEY,
	frame_key TEXT NOT NULL REFERENCES frames (key),
	grant_id TEXT NOT NULL REFERENCES grants (id) ON DELETE CASCADE,
	created_at BIGINT NOT NULL,
	used_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_grant ON sessions (grant_id);
