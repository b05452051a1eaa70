CREATE TABLE revocations (
	id TEXT PRIMARY KEY,
	platform TEXT NOT NULL,
	client_id TEXT NOT NULL,
	sealed BYTEA NOT NULL,
	asked_at BIGINT NOT NULL,
	due_at BIGINT NOT NULL
);
CREATE INDEX revocations_due ON revocations (due_at);
