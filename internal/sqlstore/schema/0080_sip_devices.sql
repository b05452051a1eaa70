CREATE TABLE sip_devices (
	id BIGINT PRIMARY KEY,
	account_id BIGINT NOT NULL REFERENCES accounts (id),
	extension_id BIGINT NOT NULL REFERENCES extensions (id) ON DELETE CASCADE,
	client_id TEXT NOT NULL REFERENCES apps (client_id) ON DELETE CASCADE,
	instance TEXT NOT NULL,
	type TEXT NOT NULL,
	name TEXT NOT NULL,
	computer_name TEXT NOT NULL,
	username TEXT NOT NULL,
	sealed_password BYTEA NOT NULL,
	created_at BIGINT NOT NULL,
	seen_at BIGINT NOT NULL DEFAULT 0,
	UNIQUE (extension_id, client_id, instance)
);
CREATE INDEX sip_devices_account ON sip_devices (account_id);
CREATE INDEX sip_devices_client ON sip_devices (client_id);
