// Command mattermost is a real Mattermost team-edition server, built from the
// server's own Go module. It is a test tool: the plugin is proven against it,
// and nothing of it is ever part of the plugin's bundle.
package main

import (
	"fmt"
	"os"

	"github.com/mattermost/mattermost/server/v8/cmd/mattermost/commands"

	// The server finds its built-in slash commands and the GitLab login only
	// when these packages are linked in; the vendor's own main does the same.
	_ "github.com/mattermost/mattermost/server/v8/channels/app/oauthproviders/gitlab"
	_ "github.com/mattermost/mattermost/server/v8/channels/app/slashcommands"
)

func main() {
	if err := installMeter(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if err := commands.Run(os.Args[1:]); err != nil {
		os.Exit(1)
	}
}
