// Package query holds the statements of package postgres as typed functions. Tool sqlc writes it from queries/*.sql and migrations/*.sql:
// run `make generate` after a change of those.
package query
