CREATE TABLE audit (
	id BIGINT PRIMARY KEY,
	at BIGINT NOT NULL,
	kind TEXT NOT NULL,
	way TEXT NOT NULL,
	platform TEXT NOT NULL,
	client_id TEXT NOT NULL,
	owner_id TEXT NOT NULL,
	grant_id TEXT NOT NULL,
	origin TEXT NOT NULL,
	address TEXT NOT NULL,
	detail TEXT NOT NULL
);
CREATE INDEX audit_at ON audit (at);
CREATE INDEX audit_owner ON audit (owner_id, id);
