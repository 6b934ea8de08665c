package main

import (
	"context"
	"crypto/rand"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/plugin"

	"mattermost-plugin-zoom/server/bridge/assembly"
	"mattermost-plugin-zoom/server/config"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/mattermost"
	"mattermost-plugin-zoom/server/oauth"
	"mattermost-plugin-zoom/server/session"
)

// encryption keeps stored data sealed under the current encryption key.
type encryption struct {
	api         plugin.API
	settings    *config.Container
	client      *mattermost.Client
	grants      oauth.Grants
	vault       *oauth.Vault
	sessions    *session.Sessions
	bridge      *assembly.Bridge
	connections connectionRecords
}

// ensureKey generates the key if an admin hasn't, to save a setup step.
func (e *encryption) ensureKey() {
	if e.settings.Load().EncryptionKey != "" {
		return
	}
	settings, name := map[string]any{}, "encryptionkey"
	for key, value := range e.api.GetPluginConfig() {
		settings[key] = value
		// The System Console writes its keys in lower case, other clients as plugin.json has them.
		if strings.EqualFold(key, name) {
			name = key
		}
	}
	settings[name] = rand.Text()
	if appErr := e.api.SavePluginConfig(settings); appErr != nil {
		// If the configuration can't be written, an admin has to set the key; the self-check and every start say so.
		e.client.Warn("No encryption key is set, and a generated one couldn't be saved", "error", appErr.Error())
	}
}

// rewrap seals the data keys with the current encryption key, after an admin regenerated it, and the records with a new data key. Every
// server tries; one is enough.
func (e *encryption) rewrap(ctx context.Context) {
	if e.settings.Load().EncryptionKey == "" {
		return
	}
	err := e.whenDatabaseIsThere(ctx, e.vault.Rewrap)
	if err != nil && ctx.Err() == nil {
		e.client.Error("The stored tokens couldn't be encrypted with the new encryption key", "error", err.Error())
	}
	if err == nil {
		e.reseal(ctx)
	}
}

// databaseRetry is the interval between tries while the database can't be reached.
const databaseRetry = 5 * time.Second

// whenDatabaseIsThere does the work, again and again while the database can't be reached. It returns the context's error if that ends first.
func (e *encryption) whenDatabaseIsThere(ctx context.Context, work func(context.Context) error) error {
	for {
		err := work(ctx)
		if !fault.Is(err, fault.DatabaseUnavailable) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(databaseRetry):
		}
	}
}
