CREATE TABLE call_notes (
	platform TEXT NOT NULL,
	client_id TEXT NOT NULL,
	owner_id TEXT NOT NULL,
	session_id TEXT NOT NULL,
	made_at BIGINT NOT NULL,
	sealed BYTEA NOT NULL,
	PRIMARY KEY (platform, client_id, owner_id, session_id)
);
CREATE INDEX call_notes_made ON call_notes (made_at);
