CREATE TABLE ws_tokens (
	hash TEXT PRIMARY KEY,
	session_id TEXT NOT NULL REFERENCES oauth_sessions (id) ON DELETE CASCADE,
	scopes TEXT NOT NULL,
	expires_at BIGINT NOT NULL
);
CREATE INDEX ws_tokens_session ON ws_tokens (session_id);
CREATE INDEX ws_tokens_expiry ON ws_tokens (expires_at);
