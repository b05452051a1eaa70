CREATE TABLE flows (
	id TEXT PRIMARY KEY,
	frame_key TEXT NOT NULL REFERENCES frames (key),
	way TEXT NOT NULL,
	state TEXT NOT NULL,
	secret_hash TEXT NOT NULL,
	state_hash TEXT NOT NULL UNIQUE,
	handle_hash TEXT NOT NULL,
	sealed BYTEA NOT NULL,
	message TEXT NOT NULL,
	tries BIGINT NOT NULL,
	seen_at BIGINT NOT NULL,
	code_until BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL
);
CREATE INDEX flows_expires ON flows (expires_at);
CREATE INDEX sessions_expires ON sessions (expires_at);
