CREATE TABLE log_typing (
	platform TEXT NOT NULL,
	client_id TEXT NOT NULL,
	owner_id TEXT NOT NULL,
	text_id TEXT NOT NULL,
	milliseconds BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	PRIMARY KEY (platform, client_id, owner_id, text_id)
);
CREATE INDEX log_typing_age ON log_typing (created_at);
