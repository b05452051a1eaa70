CREATE TABLE desk_rows (
	grant_id TEXT NOT NULL REFERENCES grants (id) ON DELETE CASCADE,
	kind TEXT NOT NULL,
	id TEXT NOT NULL,
	sealed BYTEA NOT NULL,
	PRIMARY KEY (grant_id, kind, id)
);
CREATE TABLE desk_outbox (
	grant_id TEXT NOT NULL REFERENCES grants (id) ON DELETE CASCADE,
	id TEXT NOT NULL,
	position BIGINT NOT NULL,
	state TEXT NOT NULL,
	message_id BIGINT NOT NULL,
	holder TEXT NOT NULL,
	held_until BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	sealed BYTEA NOT NULL,
	PRIMARY KEY (grant_id, id)
);
CREATE INDEX desk_outbox_position ON desk_outbox (grant_id, position);
CREATE INDEX desk_outbox_state ON desk_outbox (state);
