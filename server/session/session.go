// Package session says as whom a tool is called, and where tools are: people's own accounts, credentials of connections, and the
// sites that admins have set.
package session
