CREATE TABLE settings (
	account_id BIGINT NOT NULL REFERENCES accounts (id),
	extension_id BIGINT NOT NULL,
	name TEXT NOT NULL,
	value TEXT NOT NULL,
	changes BIGINT NOT NULL,
	PRIMARY KEY (account_id, extension_id, name)
);
CREATE TABLE profile_images (
	extension_id BIGINT PRIMARY KEY REFERENCES extensions (id) ON DELETE CASCADE,
	content_type TEXT NOT NULL,
	tag TEXT NOT NULL,
	body BYTEA NOT NULL,
	changed_at BIGINT NOT NULL
);
