-- The workers of a service that live: each counts its beat on.

CREATE TABLE service_worker (
    id TEXT NOT NULL PRIMARY KEY,
    beat BIGINT NOT NULL
);
