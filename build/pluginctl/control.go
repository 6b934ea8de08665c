package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"
)

// control speaks to one server as a system admin.
type control struct {
	api *model.Client4
}

// connect opens the way to the server that the environment names. A given address wins over the local socket, since only
// set it to use another server.
func connect(ctx context.Context, getenv func(string) string) (*control, error) {
	site := getenv("MM_SERVICESETTINGS_SITEURL")
	if site == "" {
		return connectSocket(getenv("MM_LOCALSOCKETPATH"))
	}
	api := model.NewAPIv4Client(site)
	if token := getenv("MM_ADMIN_TOKEN"); token != "" {
		api.SetToken(token)
		return &control{api}, nil
	}
	name, password := getenv("MM_ADMIN_USERNAME"), getenv("MM_ADMIN_PASSWORD")
	if name == "" || password == "" {
		return nil, errors.Errorf("to use %s, set MM_ADMIN_TOKEN, or MM_ADMIN_USERNAME and MM_ADMIN_PASSWORD", site)
	}
	if _, _, err := api.Login(ctx, name, password); err != nil {
		return nil, errors.Wrapf(err, "log in to %s as %s", site, name)
	}
	return &control{api}, nil
}

// connectSocket uses the socket of a server in local mode, which trusts every process that can open it.
func connectSocket(path string) (*control, error) {
	if path == "" {
		path = model.LocalModeSocketPath
	}
	if _, err := os.Stat(path); err != nil {
		return nil, errors.Errorf("there is no local mode socket at %s; set MM_SERVICESETTINGS_SITEURL to reach a server by its address", path)
	}
	return &control{model.NewAPIv4SocketClient(path)}, nil
}

// deploy uploads the bundle file in place of whatever version is installed, and enables it.
func (c *control) deploy(ctx context.Context, id, bundle string, out io.Writer) error {
	file, err := os.Open(bundle)
	if err != nil {
		return errors.Wrap(err, "open the bundle")
	}
	defer file.Close()
	installed, _, err := c.api.UploadPluginForced(ctx, file)
	if err != nil {
		return errors.Wrapf(err, "upload %s", bundle)
	}
	if installed.Id != id {
		return errors.Errorf("%s holds the plugin %q, not %q; it was uploaded, but is not enabled", bundle, installed.Id, id)
	}
	if err := c.enable(ctx, id); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s %s is installed and enabled\n", installed.Id, installed.Version)
	return err
}

// enable starts the plugin.
func (c *control) enable(ctx context.Context, id string) error {
	_, err := c.api.EnablePlugin(ctx, id)
	return errors.Wrapf(err, "enable %s", id)
}

// disable stops the plugin.
func (c *control) disable(ctx context.Context, id string) error {
	_, err := c.api.DisablePlugin(ctx, id)
	return errors.Wrapf(err, "disable %s", id)
}
