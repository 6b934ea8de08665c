// Package e2e holds stories about people who use the plugin on real Mattermost
// servers, told through the public REST API and WebSocket.
//
// All stories share one stack of two servers on one database, since starting one
// takes a while; each brings its own people and channels. They are told one after
// another: some change settings that hold for everybody.
package e2e
