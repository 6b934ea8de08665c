package main

import (
	"context"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/config"
	"mattermost-plugin-zoom/server/mattermost"
)

// Intervals of background work.
const (
	// aliveEvery is the interval between checks of the connection to the Mattermost server.
	aliveEvery = time.Minute
	// pruneEvery is the interval between removals of records that have expired.
	pruneEvery = time.Hour
)

// start starts the plugin's work.
func (a *app) start() error {
	ctx, end := context.WithCancel(context.Background())
	a.end = end
	if err := a.storage.database.Start(ctx); err != nil {
		end()
		return err
	}
	a.vault.SetKey(a.settings.Load().EncryptionKey) // it may have changed since build
	a.encryption.ensureKey()
	if err := mattermost.SetBotPicture(a.api, a.client.BotID(), "assets/profile.png"); err != nil {
		a.client.Warn("The bot's picture couldn't be set", "error", err.Error())
	}
	if err := a.commands.register(); err != nil {
		return err
	}
	a.queue.Start()
	go a.client.WatchAlive(ctx, aliveEvery, func() { a.exit(1) })
	go a.rewrap(ctx)
	go a.prune(ctx)
	go a.takeover.Run(ctx)
	go a.bridge.Run(ctx)
	go a.tick(ctx)
	return nil
}

// tickEvery is the interval between checks for due on-call lists and for meetings to ask Zoom about. Each server checks; the list of one day
// is one job, and so is the check of a meeting.
const tickEvery = 30 * time.Second

// tick has the bridge check for due lists, and runs the due checks of meetings.
func (a *app) tick(ctx context.Context) {
	ticker := time.NewTicker(tickEvery)
	defer ticker.Stop()
	for {
		if err := a.bridge.Tick(ctx); err != nil && ctx.Err() == nil {
			a.client.Warn("The due on-call lists couldn't be read; the next try follows in 30 seconds", "error", err.Error())
		}
		if err := a.meetings.RunDue(ctx); err != nil && ctx.Err() == nil {
			a.client.Warn("Open meetings couldn't be checked; the next try follows in 30 seconds", "error", err.Error())
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// prune removes records that have expired. Every server does.
func (a *app) prune(ctx context.Context) {
	ticker := time.NewTicker(pruneEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		for _, records := range a.storage.expiring() {
			if err := records.Prune(ctx); err != nil && ctx.Err() == nil {
				a.client.Warn("Expired records couldn't be removed; the next try follows in an hour", "error", err.Error())
			}
		}
	}
}

// stop lets running work finish, for as long as ctx allows.
func (a *app) stop(ctx context.Context) error {
	a.end()
	err := a.queue.Close(ctx)
	if waitErr := a.background.wait(ctx); err == nil {
		err = waitErr
	}
	a.storage.database.Close()
	return errors.Wrap(err, "stop the background work")
}

// settingsChanged reacts to changed settings. The new key applies when it returns, so that two changes keep their order;
// calls to the server run in the background, since hooks must return soon.
func (a *app) settingsChanged(before, next config.Config) {
	a.vault.SetKey(next.EncryptionKey)
	go func() {
		a.client.ServerSettingsChanged()
		if !before.Same(next) {
			if err := a.commands.register(); err != nil {
				a.client.Error("The slash commands couldn't be updated after a change of settings", "error", err.Error())
			}
			a.client.ConfigChanged()
		}
		if before.EncryptionKey != next.EncryptionKey {
			select {
			case a.rekeyed <- struct{}{}:
			default: // a waiting one sees this key, too
			}
		}
	}()
}

// rewrap seals stored data with the current encryption key, now and after each change of the key. That may take many minutes.
func (a *app) rewrap(ctx context.Context) {
	for {
		go a.encryption.rewrap(ctx)
		select {
		case <-ctx.Done():
			return
		case <-a.rekeyed:
		}
	}
}
