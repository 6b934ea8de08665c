// Command server is the plugin's server side: it is started by the Mattermost server and speaks with it over RPC.
package main

import (
	_ "time/tzdata" // lists come at a time of day in any zone, also where the system knows of none

	"github.com/mattermost/mattermost/server/public/plugin"
)

// version is that of the bundle; the build sets it.
var version = "development"

func main() {
	plugin.ClientMain(&Plugin{})
}
