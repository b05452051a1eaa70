CREATE TABLE ws_tokens (
	hash TEXT PRIMARY KEY,
	account_id BIGINT NOT NULL,
	extension_id BIGINT NOT NULL,
	client_id TEXT NOT NULL,
	session_id TEXT NOT NULL,
	scopes TEXT NOT NULL,
	expires_at BIGINT NOT NULL
);
CREATE INDEX ws_tokens_session ON ws_tokens (session_id);
CREATE INDEX ws_tokens_expiry ON ws_tokens (expires_at);
