ALTER TABLE extensions ADD COLUMN kind TEXT NOT NULL DEFAULT 'User';
CREATE TABLE queue_members (
	queue_id BIGINT NOT NULL REFERENCES extensions (id) ON DELETE CASCADE,
	extension_id BIGINT NOT NULL REFERENCES extensions (id) ON DELETE CASCADE,
	accepts BIGINT NOT NULL,
	PRIMARY KEY (queue_id, extension_id)
);
CREATE INDEX queue_members_extension ON queue_members (extension_id, queue_id);
