CREATE TABLE intakes (
	hash TEXT PRIMARY KEY,
	frame_key TEXT NOT NULL,
	sealed BYTEA NOT NULL,
	created_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL
);
CREATE INDEX intakes_expires ON intakes (expires_at);
CREATE TABLE spent_codes (
	hash TEXT PRIMARY KEY,
	expires_at BIGINT NOT NULL
);
CREATE INDEX spent_codes_expires ON spent_codes (expires_at);
