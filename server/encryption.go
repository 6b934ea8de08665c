package main

import (
	"context"
	"crypto/rand"
	"strings"

	"github.com/mattermost/mattermost/server/public/plugin"

	"mattermost-plugin-zoom/server/bridge/assembly"
	"mattermost-plugin-zoom/server/config"
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
	if err := e.vault.Rewrap(ctx); err != nil {
		e.client.Error("The stored tokens couldn't be encrypted with the new encryption key", "error", err.Error())
		return
	}
	e.reseal(ctx)
}
