CREATE TABLE phones (
	grant_id TEXT PRIMARY KEY REFERENCES grants (id) ON DELETE CASCADE,
	node TEXT NOT NULL,
	lease_until BIGINT NOT NULL
);
CREATE INDEX phones_node ON phones (node);
