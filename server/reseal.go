package main

import (
	"context"
	"time"

	"mattermost-plugin-zoom/server/oauth"

	"github.com/pkg/errors"
)

// resealAgain is when what was sealed is looked through a second time: a server that learns of a new key late seals with the earlier one
// until then.
const resealAgain = 15 * time.Minute

// reseal seals all records with the data key that came with a new encryption key: a copy of the database from before, with the earlier
// key, opens none of them then. Every server may do it at the same time, and one that is stopped goes on when it starts again.
func (e *encryption) reseal(ctx context.Context) {
	for _, last := range []bool{false, true} {
		err := e.whenDatabaseIsThere(ctx, e.resealAll)
		if err != nil && ctx.Err() == nil {
			e.client.Error("Stored secrets couldn't be encrypted with the new encryption key; the next try follows when the plugin starts", "error", err.Error())
		}
		if err != nil || last {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(resealAgain):
		}
	}
}

// resealAll looks through all records once. Where all are sealed with the data key in use, that is a query for each kind of record.
func (e *encryption) resealAll(ctx context.Context) error {
	resealed := 0
	defer func() {
		if resealed > 0 {
			e.client.Info("Stored secrets were encrypted with the new encryption key", "records", resealed)
		}
	}()
	for _, reseal := range []func(context.Context) (int, error){
		func(ctx context.Context) (int, error) { return oauth.ResealGrants(ctx, e.grants, e.vault) },
		e.sessions.Reseal,
		e.resealConnections,
	} {
		n, err := reseal(ctx)
		resealed += n
		if err != nil {
			return err
		}
	}
	return nil
}

// resealConnections seals the keys of all connections again.
func (e *encryption) resealConnections(ctx context.Context) (resealed int, err error) {
	prefix, err := e.vault.Prefix(ctx)
	if err != nil {
		return 0, errors.Wrap(err, "look which data key is in use")
	}
	ids, err := e.connections.NotSealedWith(ctx, prefix)
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		changed, err := e.bridge.Reseal(ctx, id)
		if err != nil {
			return resealed, err
		}
		if changed {
			resealed++
		}
	}
	return resealed, nil
}
