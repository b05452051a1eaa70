ALTER TABLE messages ADD COLUMN attachments TEXT NOT NULL DEFAULT '';
CREATE TABLE attachment_contents (
	id BIGINT PRIMARY KEY,
	message_id BIGINT NOT NULL,
	extension_id BIGINT NOT NULL REFERENCES extensions (id),
	sender_id BIGINT NOT NULL,
	size BIGINT NOT NULL,
	body BYTEA NOT NULL
);
CREATE INDEX attachment_contents_message ON attachment_contents (extension_id, message_id);
CREATE INDEX attachment_contents_sender ON attachment_contents (sender_id, size);
CREATE TABLE desk_files (
	grant_id TEXT NOT NULL REFERENCES grants (id) ON DELETE CASCADE,
	id TEXT NOT NULL,
	draft TEXT NOT NULL,
	item TEXT NOT NULL,
	position BIGINT NOT NULL,
	size BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	facts BYTEA NOT NULL,
	body BYTEA NOT NULL,
	PRIMARY KEY (grant_id, id)
);
CREATE INDEX desk_files_item ON desk_files (grant_id, item, draft);
