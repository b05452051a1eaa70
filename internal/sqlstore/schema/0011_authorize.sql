CREATE TABLE pushed_requests (
	hash TEXT PRIMARY KEY,
	client_id TEXT NOT NULL REFERENCES apps (client_id) ON DELETE CASCADE,
	params TEXT NOT NULL,
	browser TEXT NOT NULL,
	expires_at BIGINT NOT NULL
);
CREATE INDEX pushed_requests_expiry ON pushed_requests (expires_at);
CREATE TABLE consent_steps (
	hash TEXT PRIMARY KEY,
	request TEXT NOT NULL,
	browser TEXT NOT NULL,
	client_id TEXT NOT NULL REFERENCES apps (client_id) ON DELETE CASCADE,
	extension_id BIGINT NOT NULL REFERENCES extensions (id) ON DELETE CASCADE,
	auth_time BIGINT NOT NULL,
	expires_at BIGINT NOT NULL
);
CREATE INDEX consent_steps_expiry ON consent_steps (expires_at);
CREATE TABLE consents (
	extension_id BIGINT NOT NULL REFERENCES extensions (id) ON DELETE CASCADE,
	client_id TEXT NOT NULL REFERENCES apps (client_id) ON DELETE CASCADE,
	scopes TEXT NOT NULL,
	openid TEXT NOT NULL,
	changed_at BIGINT NOT NULL,
	PRIMARY KEY (extension_id, client_id)
);
CREATE TABLE known_browsers (
	hash TEXT NOT NULL,
	extension_id BIGINT NOT NULL REFERENCES extensions (id) ON DELETE CASCADE,
	expires_at BIGINT NOT NULL,
	PRIMARY KEY (hash, extension_id)
);
CREATE INDEX known_browsers_expiry ON known_browsers (expires_at);
