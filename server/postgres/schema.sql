-- Tables that the plugin reads and does not make: sqlc has to know them. Package goose makes this one.
CREATE TABLE zoom_migration (
    id integer PRIMARY KEY,
    version_id bigint NOT NULL,
    is_applied boolean NOT NULL,
    tstamp timestamp NOT NULL
);
