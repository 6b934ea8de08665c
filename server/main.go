// Command server is the plugin's server side: it is started by the Mattermost server and speaks with it over RPC.
package main

import (
	_ "time/tzdata" // lists are posted at a time of day in any zone, even if the system has no zone data

	"github.com/mattermost/mattermost/server/public/plugin"
)

// version is the bundle's version; the build sets it.
var version = "development"

func main() {
	plugin.ClientMain(&Plugin{})
}
