// Package recordstest has one suite of tests for each port of records. Package postgres and package memory both run them, so that stories
// on records in memory show what holds in the database.
package recordstest
