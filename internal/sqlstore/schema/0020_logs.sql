CREATE TABLE log_entries (
	id TEXT PRIMARY KEY,
	platform TEXT NOT NULL,
	client_id TEXT NOT NULL,
	owner_id TEXT NOT NULL,
	target TEXT NOT NULL,
	kind TEXT NOT NULL,
	thing TEXT NOT NULL,
	log_id TEXT NOT NULL,
	newest TEXT NOT NULL,
	trigger_type TEXT NOT NULL,
	position BIGINT NOT NULL,
	state TEXT NOT NULL,
	attempts BIGINT NOT NULL,
	next_at BIGINT NOT NULL,
	holder TEXT NOT NULL,
	held_until BIGINT NOT NULL,
	reason TEXT NOT NULL,
	since BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	sealed BYTEA NOT NULL
);
CREATE INDEX log_entries_owner ON log_entries (owner_id, target, state, position);
CREATE INDEX log_entries_due ON log_entries (state, target, next_at);
CREATE TABLE log_settings (
	platform TEXT NOT NULL,
	client_id TEXT NOT NULL,
	owner_id TEXT NOT NULL,
	target TEXT NOT NULL,
	message TEXT NOT NULL,
	call TEXT NOT NULL,
	message_default BIGINT NOT NULL,
	call_default BIGINT NOT NULL,
	zone TEXT NOT NULL,
	locale TEXT NOT NULL,
	PRIMARY KEY (platform, client_id, owner_id, target)
);
CREATE TABLE log_hooks (
	platform TEXT NOT NULL,
	client_id TEXT NOT NULL,
	url TEXT NOT NULL,
	sealed_secret BYTEA NOT NULL,
	created_at BIGINT NOT NULL,
	PRIMARY KEY (platform, client_id)
);
