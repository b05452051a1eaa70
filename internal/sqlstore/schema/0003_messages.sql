CREATE TABLE message_changes (
	extension_id BIGINT PRIMARY KEY REFERENCES extensions (id),
	last BIGINT NOT NULL
);
CREATE TABLE conversations (
	id BIGINT PRIMARY KEY,
	extension_id BIGINT NOT NULL REFERENCES extensions (id),
	members TEXT NOT NULL,
	UNIQUE (extension_id, members)
);
CREATE TABLE messages (
	id BIGINT PRIMARY KEY,
	account_id BIGINT NOT NULL REFERENCES accounts (id),
	extension_id BIGINT NOT NULL REFERENCES extensions (id),
	conversation_id BIGINT NOT NULL REFERENCES conversations (id),
	type TEXT NOT NULL,
	direction TEXT NOT NULL,
	availability TEXT NOT NULL,
	read_status TEXT NOT NULL,
	status TEXT NOT NULL,
	error_code TEXT NOT NULL,
	sender TEXT NOT NULL,
	recipients TEXT NOT NULL,
	peers TEXT NOT NULL,
	body TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	modified_at BIGINT NOT NULL,
	change BIGINT NOT NULL
);
CREATE INDEX messages_time ON messages (extension_id, created_at, id);
CREATE INDEX messages_conversation ON messages (extension_id, conversation_id, created_at, id);
CREATE INDEX messages_change ON messages (extension_id, change, id);
CREATE INDEX messages_transit ON messages (status, modified_at);
