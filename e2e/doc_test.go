// Package e2e holds stories about people who use the plugin on real Mattermost
// servers, through the public REST API and WebSocket.
//
// All stories share one stack of two servers on one database, since starting one
// takes a while; each creates its own people and channels. Stories that change
// shared settings run alone.
package e2e
