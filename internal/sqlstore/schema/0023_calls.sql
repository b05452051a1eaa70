CREATE TABLE call_changes (
	account_id BIGINT PRIMARY KEY REFERENCES accounts (id),
	last BIGINT NOT NULL
);
CREATE TABLE calls (
	id TEXT PRIMARY KEY,
	account_id BIGINT NOT NULL REFERENCES accounts (id),
	extension_id BIGINT NOT NULL REFERENCES extensions (id) ON DELETE CASCADE,
	session_id TEXT NOT NULL,
	telephony_session_id TEXT NOT NULL,
	type TEXT NOT NULL,
	direction TEXT NOT NULL,
	transport TEXT NOT NULL,
	result TEXT NOT NULL,
	missed BIGINT NOT NULL,
	peer_number TEXT NOT NULL,
	peer_extension TEXT NOT NULL,
	recording_id TEXT NOT NULL,
	recording_type TEXT NOT NULL,
	record TEXT NOT NULL,
	started_at BIGINT NOT NULL,
	active BIGINT NOT NULL,
	deleted BIGINT NOT NULL,
	change BIGINT NOT NULL
);
CREATE INDEX calls_time ON calls (extension_id, started_at, id);
CREATE INDEX calls_account ON calls (account_id, started_at, id);
CREATE INDEX calls_change ON calls (account_id, change, id);
CREATE INDEX calls_recording ON calls (recording_id, extension_id);
CREATE TABLE call_recordings (
	id TEXT PRIMARY KEY,
	account_id BIGINT NOT NULL REFERENCES accounts (id),
	content_type TEXT NOT NULL,
	duration BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	sound BYTEA NOT NULL
);
