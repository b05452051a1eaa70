CREATE TABLE session_ends (
	hash TEXT PRIMARY KEY,
	session_id TEXT NOT NULL,
	grant_id TEXT NOT NULL,
	frame_key TEXT NOT NULL,
	reason TEXT NOT NULL,
	ended_at BIGINT NOT NULL
);
CREATE INDEX session_ends_at ON session_ends (ended_at);
