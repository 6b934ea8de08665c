// Command pluginctl installs and watches the plugin on a running Mattermost server, through the server's API.
//
// Usage:
//
//	pluginctl deploy <plugin id> <bundle.tar.gz>   uploads the bundle, over an older one if need be, and enables it
//	pluginctl enable <plugin id>
//	pluginctl disable <plugin id>
//	pluginctl reset <plugin id>                    disables and enables, which restarts the plugin's process
//	pluginctl logs [-f] <plugin id>                prints the plugin's lines of the server log; -f goes on with new ones
//
// The server and the account come from the environment:
//
//	MM_SERVICESETTINGS_SITEURL             the server's address, for example http://localhost:8065
//	MM_ADMIN_TOKEN                         an access token of a system admin, or
//	MM_ADMIN_USERNAME, MM_ADMIN_PASSWORD   a system admin's name and password
//	MM_LOCALSOCKETPATH                     without a server address: the socket of the server's local mode
//	                                       (/var/tmp/mattermost_local.socket when empty), which asks for no account
//
// Uploads need PluginSettings.EnableUploads on the server, and logs a server that writes a log file.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/pkg/errors"
)

const usage = "usage: pluginctl deploy <plugin id> <bundle> | enable|disable|reset <plugin id> | logs [-f] <plugin id>"

// logInterval is how often "logs -f" asks for new lines.
const logInterval = time.Second

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Getenv, os.Args[1:], os.Stdout); err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "pluginctl:", err)
		os.Exit(1)
	}
}

// run carries out one command line with the environment that getenv answers for.
func run(ctx context.Context, getenv func(string) string, args []string, out io.Writer) error {
	if len(args) == 0 {
		return errors.New(usage)
	}
	flags := flag.NewFlagSet(args[0], flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	follow := flags.Bool("f", false, "go on with new lines until interrupted")
	if err := flags.Parse(args[1:]); err != nil {
		return errors.Wrap(err, usage)
	}
	wanted := 1
	if args[0] == "deploy" {
		wanted = 2
	}
	if flags.NArg() != wanted {
		return errors.New(usage)
	}

	c, err := connect(ctx, getenv)
	if err != nil {
		return err
	}
	id := flags.Arg(0)
	switch args[0] {
	case "deploy":
		return c.deploy(ctx, id, flags.Arg(1), out)
	case "enable":
		return c.enable(ctx, id)
	case "disable":
		return c.disable(ctx, id)
	case "reset":
		if err := c.disable(ctx, id); err != nil {
			return err
		}
		return c.enable(ctx, id)
	case "logs":
		return c.logs(ctx, id, *follow, logInterval, out)
	default:
		return errors.Errorf("unknown command %q; %s", args[0], usage)
	}
}
