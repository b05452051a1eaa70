CREATE TABLE message_templates (
	id BIGINT PRIMARY KEY,
	account_id BIGINT NOT NULL REFERENCES accounts (id),
	extension_id BIGINT NOT NULL,
	name TEXT NOT NULL,
	body TEXT NOT NULL,
	created_at BIGINT NOT NULL
);
CREATE INDEX message_templates_owner ON message_templates (account_id, extension_id, id);
