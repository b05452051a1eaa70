CREATE TABLE thread_changes (
	account_id BIGINT PRIMARY KEY REFERENCES accounts (id),
	last BIGINT NOT NULL
);
CREATE TABLE message_threads (
	id BIGINT PRIMARY KEY,
	account_id BIGINT NOT NULL REFERENCES accounts (id),
	queue_id BIGINT NOT NULL REFERENCES extensions (id) ON DELETE CASCADE,
	owner_number TEXT NOT NULL,
	guest_number TEXT NOT NULL,
	status TEXT NOT NULL,
	reason TEXT NOT NULL,
	label TEXT NOT NULL,
	assignee_id BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	modified_at BIGINT NOT NULL,
	change BIGINT NOT NULL
);
CREATE INDEX message_threads_change ON message_threads (account_id, change);
CREATE INDEX message_threads_open ON message_threads (status, modified_at);
CREATE UNIQUE INDEX message_threads_numbers ON message_threads (owner_number, guest_number) WHERE status = 'Open';
CREATE TABLE thread_entries (
	id BIGINT PRIMARY KEY,
	account_id BIGINT NOT NULL REFERENCES accounts (id),
	queue_id BIGINT NOT NULL,
	thread_id BIGINT NOT NULL REFERENCES message_threads (id) ON DELETE CASCADE,
	kind TEXT NOT NULL,
	direction TEXT NOT NULL,
	status TEXT NOT NULL,
	author_id BIGINT NOT NULL,
	assignee_id BIGINT NOT NULL,
	previous_id BIGINT NOT NULL,
	body TEXT NOT NULL,
	attachments TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	modified_at BIGINT NOT NULL,
	change BIGINT NOT NULL
);
CREATE INDEX thread_entries_change ON thread_entries (account_id, change);
CREATE INDEX thread_entries_thread ON thread_entries (thread_id, created_at, id);
CREATE INDEX thread_entries_transit ON thread_entries (status, modified_at);
ALTER TABLE messages ADD COLUMN owner_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN entry_id BIGINT NOT NULL DEFAULT 0;
CREATE INDEX messages_entry ON messages (entry_id) WHERE entry_id <> 0;
