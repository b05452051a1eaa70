CREATE TABLE accounts (
	id BIGINT PRIMARY KEY,
	company TEXT NOT NULL,
	main_number TEXT NOT NULL,
	created_at BIGINT NOT NULL
);
CREATE TABLE extensions (
	id BIGINT PRIMARY KEY,
	account_id BIGINT NOT NULL REFERENCES accounts (id),
	number TEXT NOT NULL,
	first_name TEXT NOT NULL,
	last_name TEXT NOT NULL,
	email TEXT NOT NULL,
	job_title TEXT NOT NULL,
	department TEXT NOT NULL,
	username TEXT NOT NULL UNIQUE,
	password_hash TEXT NOT NULL,
	admin BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	UNIQUE (account_id, number)
);
CREATE TABLE phone_numbers (
	id BIGINT PRIMARY KEY,
	account_id BIGINT NOT NULL REFERENCES accounts (id),
	extension_id BIGINT NOT NULL,
	number TEXT NOT NULL UNIQUE,
	usage_type TEXT NOT NULL
);
CREATE INDEX phone_numbers_account ON phone_numbers (account_id, number);
