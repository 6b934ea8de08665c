// Command server is the plugin's server side: it is started by the Mattermost server and speaks with it over RPC.
package main

import "github.com/mattermost/mattermost/server/public/plugin"

func main() {
	plugin.ClientMain(&Plugin{})
}
