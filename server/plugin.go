package main

import (
	"context"
	"log/slog"
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

// Plugin holds the hooks that the Mattermost server calls. app wires them to the code that does the work.
type Plugin struct {
	plugin.MattermostPlugin

	// now and exit are the clock and the end of the process; tests replace them.
	now  func() time.Time
	exit func(code int)
	// registry are the providers; tests may add to them.
	registry *provider.Registry
	// surfaces returns the chat products by their IDs, Mattermost's among them; tests may add to them.
	surfaces func(p products) map[chat.SurfaceID]bridge.Product
	// open returns where the records are; tests keep them in memory.
	open func(api plugin.API, log *slog.Logger) (storage, error)
	// background calls a function that no user waits for; nil is in a goroutine. Tests call it at once.
	background func(func())

	settings config.Container
	// changing serializes changes of the settings.
	changing sync.Mutex
	app      atomic.Pointer[app]
}

// How long hooks may take.
const (
	// commandTimeout bounds a slash command: a call to Zoom, after a token refresh.
	commandTimeout = 25 * time.Second
	// closeTimeout bounds how long a server waits when it shuts down.
	closeTimeout = 10 * time.Second
)

// OnActivate builds the plugin and starts it. Incomplete settings don't make it fail: admins have to reach the
// System Console to fix them, and users who start a meeting read what is missing.
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
	if p.open == nil {
		p.open = openPostgres
	}
	if err := p.OnConfigurationChange(); err != nil {
		return err
	}
	built, err := p.build()
	if err != nil {
		return errors.Wrap(err, "build the plugin")
	}
	// From here on it gets changes of the settings, including those that starting makes.
	p.app.Store(built)
	if err := built.start(); err != nil {
		p.app.Store(nil)
		built.storage.database.Close()
		return errors.Wrap(err, "start the plugin")
	}
	built.client.Info("The Zoom plugin is running", "version", version, "authorization", p.settings.Load().Mode(), "missing_setting", p.settings.Load().Missing())
	return nil
}

// OnDeactivate lets running work finish, for a bounded time. Another server or the next start takes up the rest.
func (p *Plugin) OnDeactivate() error {
	built := p.app.Swap(nil)
	if built == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	return built.stop(ctx)
}

// OnConfigurationChange applies changed settings. It runs before OnActivate, too, and at every change of any setting of
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

// providerSettings returns all settings as the server stores them: providers find theirs by name.
func (p *Plugin) providerSettings() map[string]any {
	settings := map[string]any{}
	if err := p.API.LoadPluginConfiguration(&settings); err != nil {
		return nil
	}
	return settings
}

// MessageHasBeenPosted handles posts to the bot and in threads, and ignores all others. The server calls it on the node
// where the post was made, and on no other.
func (p *Plugin) MessageHasBeenPosted(_ *plugin.Context, post *model.Post) {
	if built := p.app.Load(); built != nil && post != nil {
		built.listener.said(post)
	}
}

// MessageHasBeenDeleted takes deleted cards off the sidebar.
func (p *Plugin) MessageHasBeenDeleted(_ *plugin.Context, post *model.Post) {
	if built := p.app.Load(); built != nil && post != nil {
		built.listener.deleted(post)
	}
}

// UserHasLeftChannel makes sure that the bridge no longer posts in the channel for the user. The server calls it on one
// node; the others find out within seconds.
func (p *Plugin) UserHasLeftChannel(_ *plugin.Context, member *model.ChannelMember, _ *model.User) {
	if built := p.app.Load(); built != nil && member != nil {
		built.client.LeftChannel(member.UserId, member.ChannelId)
	}
}

// UserHasBeenDeactivated likewise, in all channels.
func (p *Plugin) UserHasBeenDeactivated(_ *plugin.Context, user *model.User) {
	if built := p.app.Load(); built != nil && user != nil {
		built.client.Deactivated(user.Id)
	}
}

// OnPluginClusterEvent handles a hint of this plugin on another server; see package hints.
func (p *Plugin) OnPluginClusterEvent(_ *plugin.Context, event model.PluginClusterEvent) {
	if built := p.app.Load(); built != nil {
		built.hints.Receive(event.Id, string(event.Data))
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
