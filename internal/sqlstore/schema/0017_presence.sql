CREATE TABLE presences (
	extension_id BIGINT PRIMARY KEY REFERENCES extensions (id) ON DELETE CASCADE,
	account_id BIGINT NOT NULL REFERENCES accounts (id),
	sequence BIGINT NOT NULL,
	user_status TEXT NOT NULL,
	refuses_personal BIGINT NOT NULL,
	refuses_queues BIGINT NOT NULL,
	message TEXT NOT NULL,
	hidden BIGINT NOT NULL,
	caller_id_visibility TEXT NOT NULL,
	ring_on_monitored_call BIGINT NOT NULL,
	pick_up_calls_on_hold BIGINT NOT NULL
);
CREATE INDEX presences_account ON presences (account_id);
