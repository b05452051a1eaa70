CREATE TABLE outside_callers (
	extension_id BIGINT PRIMARY KEY REFERENCES extensions (id) ON DELETE CASCADE
);
