CREATE TABLE contact_changes (
	extension_id BIGINT PRIMARY KEY REFERENCES extensions (id) ON DELETE CASCADE,
	last BIGINT NOT NULL
);
CREATE TABLE contacts (
	id BIGINT PRIMARY KEY,
	account_id BIGINT NOT NULL REFERENCES accounts (id),
	extension_id BIGINT NOT NULL REFERENCES extensions (id) ON DELETE CASCADE,
	deleted BIGINT NOT NULL,
	record TEXT NOT NULL,
	numbers TEXT NOT NULL,
	first_key TEXT NOT NULL,
	last_key TEXT NOT NULL,
	company_key TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	change BIGINT NOT NULL
);
CREATE INDEX contacts_owner ON contacts (extension_id, deleted, id);
CREATE INDEX contacts_change ON contacts (extension_id, change);
CREATE TABLE favorites (
	extension_id BIGINT NOT NULL REFERENCES extensions (id) ON DELETE CASCADE,
	position BIGINT NOT NULL,
	colleague_id BIGINT NOT NULL,
	contact_id BIGINT NOT NULL,
	PRIMARY KEY (extension_id, position)
);
CREATE INDEX favorites_colleague ON favorites (colleague_id);
