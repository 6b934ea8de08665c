package main

import (
	"context"
	"crypto/rand"
	"strings"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/config"
	"mattermost-plugin-zoom/server/mattermost"
)

// Intervals of what goes on in the background.
const (
	// sweepEvery is how often deliveries are looked for that a server left behind.
	sweepEvery = time.Minute
	// aliveEvery is how often the connection to the Mattermost server is tried.
	aliveEvery = time.Minute
	// fullSweepEvery is how often the whole ring of the inbox is looked at.
	fullSweepEvery = time.Hour
)

// start sets the plugin to work.
func (a *app) start() error {
	a.vault.SetKey(a.settings.Load().EncryptionKey) // it may have changed since build
	a.ensureEncryptionKey()
	if err := mattermost.SetBotPicture(a.api, a.client.BotID(), "assets/profile.png"); err != nil {
		a.client.Warn("The bot's picture couldn't be set", "error", err.Error())
	}
	if err := a.registerCommands(); err != nil {
		return err
	}
	a.inbox.Start()
	stop, err := mattermost.Schedule(a.api, "inbox_sweep", sweepEvery, a.sweep())
	if err != nil {
		return err
	}
	a.stopSweep = stop
	go a.client.WatchAlive(a.background, aliveEvery, func() { a.exit(1) })
	go a.rewrap()
	go a.noteSwap()
	go a.bridge.Run(a.background)
	go a.tick()
	return nil
}

// sweep returns the job that looks for deliveries left behind: mostly in the part of the ring that is in use, now and then
// in all of it.
func (a *app) sweep() func() {
	full := time.Now() // the inbox looks at all of it when it starts
	return func() {
		all := time.Since(full) >= fullSweepEvery
		if all {
			full = time.Now()
		}
		a.inbox.Sweep(a.background, all)
	}
}

// tickEvery is how often it is looked which lists of who is on call are due. Each server looks; a list of one day is one job.
const tickEvery = 30 * time.Second

// tick has the bridge look what is due.
func (a *app) tick() {
	ticker := time.NewTicker(tickEvery)
	defer ticker.Stop()
	for {
		if err := a.bridge.Tick(a.background); err != nil && a.background.Err() == nil {
			a.client.Warn("The due on-call lists couldn't be read; the next try follows in 30 seconds", "error", err.Error())
		}
		select {
		case <-a.background.Done():
			return
		case <-ticker.C:
		}
	}
}

// stop lets work under way finish, for as long as ctx allows.
func (a *app) stop(ctx context.Context) error {
	a.end()
	// The sweep may wait for another server's lock; deliveries under way come first.
	err := a.inbox.Close(ctx)
	if sweepErr := a.stopSweep(ctx); err == nil {
		err = sweepErr
	}
	return errors.Wrap(err, "stop the background work")
}

// settingsChanged reacts to changed settings. The key is in force when it returns, so that two changes keep their order;
// what calls the server happens in the background, since hooks must return soon.
func (a *app) settingsChanged(before, next config.Config) {
	a.vault.SetKey(next.EncryptionKey)
	go func() {
		a.client.ServerSettingsChanged()
		if !before.Same(next) {
			if err := a.registerCommands(); err != nil {
				a.client.Error("The slash commands couldn't be updated after a change of settings", "error", err.Error())
			}
			a.client.ConfigChanged()
		}
		if before.EncryptionKey != next.EncryptionKey {
			a.rewrap() // which may take many minutes
		}
	}()
}

// rewrap seals the data keys with the encryption key in force, after an admin regenerated it, and the records with a new data key. Every
// server tries; one is enough.
func (a *app) rewrap() {
	if a.settings.Load().EncryptionKey == "" {
		return
	}
	if err := a.vault.Rewrap(a.background); err != nil {
		a.client.Error("The stored tokens couldn't be encrypted with the new encryption key", "error", err.Error())
		return
	}
	a.reseal()
}

// ensureEncryptionKey generates the key where an admin has not, so that one step less can be forgotten.
func (a *app) ensureEncryptionKey() {
	if a.settings.Load().EncryptionKey != "" {
		return
	}
	settings, name := map[string]any{}, "encryptionkey"
	for key, value := range a.api.GetPluginConfig() {
		settings[key] = value
		// The System Console writes its keys in lower case, other clients as plugin.json has them.
		if strings.EqualFold(key, name) {
			name = key
		}
	}
	settings[name] = rand.Text()
	if appErr := a.api.SavePluginConfig(settings); appErr != nil {
		// Where the configuration cannot be written, an admin has to; the self-check and every start say so.
		a.client.Warn("No encryption key is set, and a generated one couldn't be saved", "error", appErr.Error())
	}
}
