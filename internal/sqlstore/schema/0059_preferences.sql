CREATE TABLE preferences (
	platform TEXT NOT NULL,
	client_id TEXT NOT NULL,
	owner_id TEXT NOT NULL,
	sealed BYTEA NOT NULL,
	changed_at BIGINT NOT NULL,
	PRIMARY KEY (platform, client_id, owner_id)
);
