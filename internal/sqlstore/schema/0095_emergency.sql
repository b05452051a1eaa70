CREATE TABLE emergency_addresses (
	device_id BIGINT PRIMARY KEY REFERENCES sip_devices (id) ON DELETE CASCADE,
	address TEXT NOT NULL,
	registered_at BIGINT NOT NULL
);
CREATE TABLE monitors (
	monitor_id BIGINT NOT NULL REFERENCES extensions (id) ON DELETE CASCADE,
	extension_id BIGINT NOT NULL REFERENCES extensions (id) ON DELETE CASCADE,
	PRIMARY KEY (monitor_id, extension_id)
);
CREATE INDEX monitors_extension ON monitors (extension_id);
