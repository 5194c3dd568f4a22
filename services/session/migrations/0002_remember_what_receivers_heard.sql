-- Up to where each receiver of signals has heard of ends, as a position of our own log.
CREATE TABLE signal_receiver (url TEXT PRIMARY KEY, position BIGINT NOT NULL)
