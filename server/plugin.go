package main

import (
	"context"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/config"
	"mattermost-plugin-zoom/server/provider"
)

// Plugin holds the hooks that the Mattermost server calls. What they do is wired in app.
type Plugin struct {
	plugin.MattermostPlugin

	// now and exit are the clock and the end of the process; tests have others.
	now  func() time.Time
	exit func(code int)
	// registry are the providers; tests may add to them.
	registry *provider.Registry
	// surfaces returns the chat products by their IDs, Mattermost's among them; tests may add to them.
	surfaces func(mattermost bridge.Product) map[chat.SurfaceID]bridge.Product

	settings config.Container
	// changing has one change of the settings happen after another.
	changing sync.Mutex
	app      atomic.Pointer[app]
}

// How long hooks may take.
const (
	// commandTimeout bounds a slash command: a call to Zoom, and the renewal of a token before it.
	commandTimeout = 25 * time.Second
	// closeTimeout bounds what a server that shuts down waits for.
	closeTimeout = 10 * time.Second
)

// OnActivate builds the plugin and sets it to work. Incomplete settings are no reason to fail: admins have to reach the
// System Console to fix them, and everyone is told what is missing when they start a meeting.
func (p *Plugin) OnActivate() error {
	if p.now == nil {
		p.now, p.exit = time.Now, os.Exit
	}
	if p.registry == nil {
		p.registry = providers(&p.settings, p.now)
	}
	if p.surfaces == nil {
		p.surfaces = surfaces
	}
	if err := p.OnConfigurationChange(); err != nil {
		return err
	}
	built, err := p.build()
	if err != nil {
		return errors.Wrap(err, "build the plugin")
	}
	// From here on changes of the settings reach it, those included that starting makes.
	p.app.Store(built)
	if err := built.start(); err != nil {
		p.app.Store(nil)
		return errors.Wrap(err, "start the plugin")
	}
	built.client.Info("The Zoom plugin is running", "version", version, "authorization", p.settings.Load().Mode(), "missing_setting", p.settings.Load().Missing())
	return nil
}

// OnDeactivate lets work under way finish, for a bounded time. What does not is taken up by another server or the next start.
func (p *Plugin) OnDeactivate() error {
	built := p.app.Swap(nil)
	if built == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	return built.stop(ctx)
}

// OnConfigurationChange puts changed settings in force. It runs before OnActivate, too, and at every change of any setting of
// the server, so it only reads and leaves the work to the background.
func (p *Plugin) OnConfigurationChange() error {
	p.changing.Lock()
	defer p.changing.Unlock()
	var next config.Config
	if err := p.API.LoadPluginConfiguration(&next); err != nil {
		return errors.Wrap(err, "read the settings")
	}
	if server := p.API.GetConfig(); server != nil && server.ServiceSettings.SiteURL != nil {
		next.SiteURL = *server.ServiceSettings.SiteURL
	}
	next = next.Clean()
	if p.registry != nil {
		next.Providers = config.ReadProviders(p.providerSettings(), p.registry.Commands())
	}
	before := p.settings.Store(next)
	if built := p.app.Load(); built != nil {
		built.settingsChanged(before, next)
	}
	return nil
}

// providerSettings returns all settings as the server has them: those of providers are found by the providers' names.
func (p *Plugin) providerSettings() map[string]any {
	settings := map[string]any{}
	if err := p.API.LoadPluginConfiguration(&settings); err != nil {
		return nil
	}
	return settings
}

// MessageHasBeenPosted hears what people write to the bot and in threads; all else is none of our business. The server calls it on the node
// where the post was made, and on no other.
func (p *Plugin) MessageHasBeenPosted(_ *plugin.Context, post *model.Post) {
	if built := p.app.Load(); built != nil && post != nil {
		built.listener.said(post)
	}
}

// ServeHTTP answers requests below /plugins/zoom.
func (p *Plugin) ServeHTTP(_ *plugin.Context, w http.ResponseWriter, r *http.Request) {
	built := p.app.Load()
	if built == nil {
		http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
		return
	}
	built.http.ServeHTTP(w, r)
}

// ExecuteCommand runs a slash command. The answer is shown by the bot, in the thread where the command was typed.
func (p *Plugin) ExecuteCommand(_ *plugin.Context, args *model.CommandArgs) (*model.CommandResponse, *model.AppError) {
	if built := p.app.Load(); built != nil {
		ctx, cancel := context.WithTimeout(context.Background(), commandTimeout)
		defer cancel()
		built.commands.execute(ctx, args)
	}
	return &model.CommandResponse{}, nil
}
