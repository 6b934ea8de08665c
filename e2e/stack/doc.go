// Package stack starts everything a person would have around this plugin, on
// one machine and without an account anywhere: a PostgreSQL, one or more real
// Mattermost servers that share it, and the sandbox that stands in for Zoom. It
// installs the built bundle through the public REST API, and gives stories,
// the demo and the benchmarks people to act as.
//
// Nothing here imports the plugin or the sandbox: both are built from the
// repository's root and spoken to over HTTP, exactly as in production. Importing
// them would also pull the plugin's newer version of the Mattermost SDK into
// the server's build.
//
// It needs Go and Node (for the PostgreSQL binaries, which come from an npm
// package) and runs on Linux and macOS. The first start builds the server,
// which takes minutes; the binaries are kept in .cache at the project's root.
package stack
