CREATE TABLE guards (
	platform TEXT NOT NULL,
	client_id TEXT NOT NULL,
	owner_id TEXT NOT NULL,
	frame_key TEXT NOT NULL,
	service TEXT NOT NULL,
	seen_at BIGINT NOT NULL,
	PRIMARY KEY (platform, client_id, owner_id, frame_key)
);
CREATE INDEX guards_seen ON guards (seen_at);
