CREATE TABLE webhooks (
	id TEXT PRIMARY KEY,
	account_id BIGINT NOT NULL REFERENCES accounts (id),
	extension_id BIGINT NOT NULL REFERENCES extensions (id) ON DELETE CASCADE,
	client_id TEXT NOT NULL REFERENCES apps (client_id) ON DELETE CASCADE,
	credential_id TEXT NOT NULL,
	scopes TEXT NOT NULL,
	filters TEXT NOT NULL,
	address TEXT NOT NULL,
	token_header TEXT NOT NULL,
	sealed_token BYTEA,
	life BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	reminded_at BIGINT NOT NULL DEFAULT 0,
	failing_since BIGINT NOT NULL DEFAULT 0,
	closed_at BIGINT NOT NULL DEFAULT 0,
	closed_reason TEXT NOT NULL DEFAULT ''
);
CREATE INDEX webhooks_account ON webhooks (account_id);
CREATE INDEX webhooks_user ON webhooks (extension_id, client_id);
CREATE INDEX webhooks_client ON webhooks (client_id);
CREATE INDEX webhooks_expiry ON webhooks (expires_at);
CREATE TABLE webhook_events (
	id BIGINT PRIMARY KEY,
	webhook_id TEXT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
	uuid TEXT NOT NULL,
	body BYTEA NOT NULL,
	attempts BIGINT NOT NULL DEFAULT 0,
	next_at BIGINT NOT NULL,
	created_at BIGINT NOT NULL
);
CREATE INDEX webhook_events_webhook ON webhook_events (webhook_id, id);
