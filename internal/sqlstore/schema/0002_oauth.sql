CREATE TABLE apps (
	client_id TEXT PRIMARY KEY,
	name TEXT NOT NULL,
	secret_hash TEXT NOT NULL,
	sealed_secret BYTEA,
	jwks TEXT NOT NULL DEFAULT '',
	redirect_uris TEXT NOT NULL,
	scopes TEXT NOT NULL,
	grants TEXT NOT NULL,
	account_id BIGINT NOT NULL DEFAULT 0,
	created_at BIGINT NOT NULL
);
CREATE TABLE auth_codes (
	hash TEXT PRIMARY KEY,
	client_id TEXT NOT NULL REFERENCES apps (client_id) ON DELETE CASCADE,
	extension_id BIGINT NOT NULL REFERENCES extensions (id) ON DELETE CASCADE,
	redirect_uri TEXT NOT NULL,
	redirect_given BIGINT NOT NULL,
	scopes TEXT NOT NULL,
	challenge TEXT NOT NULL,
	method TEXT NOT NULL,
	openid TEXT NOT NULL DEFAULT '',
	nonce TEXT NOT NULL DEFAULT '',
	auth_time BIGINT NOT NULL DEFAULT 0,
	expires_at BIGINT NOT NULL,
	used_at BIGINT NOT NULL DEFAULT 0,
	session_id TEXT NOT NULL DEFAULT ''
);
CREATE INDEX auth_codes_expiry ON auth_codes (expires_at);
CREATE TABLE oauth_sessions (
	id TEXT PRIMARY KEY,
	client_id TEXT NOT NULL REFERENCES apps (client_id) ON DELETE CASCADE,
	extension_id BIGINT NOT NULL REFERENCES extensions (id) ON DELETE CASCADE,
	scopes TEXT NOT NULL,
	openid TEXT NOT NULL DEFAULT '',
	endpoint_id TEXT NOT NULL,
	credential_id TEXT NOT NULL DEFAULT '',
	created_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL
);
CREATE INDEX oauth_sessions_user ON oauth_sessions (extension_id, client_id, created_at);
CREATE INDEX oauth_sessions_credential ON oauth_sessions (credential_id);
CREATE INDEX oauth_sessions_expiry ON oauth_sessions (expires_at);
CREATE TABLE access_tokens (
	hash TEXT PRIMARY KEY,
	session_id TEXT NOT NULL REFERENCES oauth_sessions (id) ON DELETE CASCADE,
	scopes TEXT NOT NULL,
	openid TEXT NOT NULL DEFAULT '',
	expires_at BIGINT NOT NULL,
	first_used_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX access_tokens_session ON access_tokens (session_id);
CREATE INDEX access_tokens_expiry ON access_tokens (expires_at);
CREATE TABLE refresh_tokens (
	hash TEXT PRIMARY KEY,
	session_id TEXT NOT NULL REFERENCES oauth_sessions (id) ON DELETE CASCADE,
	expires_at BIGINT NOT NULL,
	used_at BIGINT NOT NULL DEFAULT 0,
	successor BYTEA,
	successor_access TEXT NOT NULL DEFAULT ''
);
CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);
CREATE INDEX refresh_tokens_expiry ON refresh_tokens (expires_at);
CREATE TABLE browser_sessions (
	hash TEXT PRIMARY KEY,
	extension_id BIGINT NOT NULL REFERENCES extensions (id) ON DELETE CASCADE,
	created_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL
);
CREATE INDEX browser_sessions_expiry ON browser_sessions (expires_at);
