package main

import (
	"context"
	"strings"
	"time"

	"github.com/pkg/errors"
)

const (
	// resealedKey is the record of the data key with which everything was sealed again.
	resealedKey = "vlt.done"
	// resealPage is how many keys of the table are listed at once.
	resealPage = 500
	// resealAgain is when what was sealed is looked through a second time: a server that learns of a new key late seals with the earlier
	// one until then.
	resealAgain = 15 * time.Minute
)

// reseal seals all records with the data key that came with a new encryption key: a copy of the database from before, with the earlier
// key, opens none of them then. Every server may do it at the same time, and one that is stopped goes on when it starts again.
func (e *encryption) reseal(ctx context.Context) {
	for _, last := range []bool{false, true} {
		done, err := e.resealAll(ctx, last)
		if err != nil && ctx.Err() == nil {
			e.client.Error("Stored secrets couldn't be encrypted with the new encryption key; the next try follows when the plugin starts", "error", err.Error())
		}
		if done || err != nil || last {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(resealAgain):
		}
	}
}

// resealAll looks through all records once; done says that there is nothing left to reseal. Only the last look can tell.
func (e *encryption) resealAll(ctx context.Context, last bool) (done bool, err error) {
	current, err := e.vault.Current(ctx)
	if err != nil {
		return false, errors.Wrap(err, "look which data key is in use")
	}
	noted, err := e.kv.Get(resealedKey)
	if err != nil || string(noted) == current {
		return err == nil, errors.Wrap(err, "check whether records have to be sealed again")
	}
	keys, err := e.sealedKeys(ctx)
	if err != nil {
		return false, err
	}
	changed := 0
	for _, key := range keys {
		resealed, err := e.resealOne(ctx, key)
		if err != nil {
			return false, errors.Wrapf(err, "seal %s again", key)
		}
		if resealed {
			changed++
		}
	}
	if changed > 0 {
		e.client.Info("Stored secrets were encrypted with the new encryption key", "records", changed)
	}
	if changed > 0 || !last {
		return false, nil
	}
	return true, errors.Wrap(e.kv.Set(resealedKey, []byte(current), 0), "note that all records are sealed again")
}

// sealedKeys returns the keys of all records that hold something sealed.
func (e *encryption) sealedKeys(ctx context.Context) ([]string, error) {
	var found []string
	for page := 0; ; page++ {
		if err := ctx.Err(); err != nil {
			return nil, errors.Wrap(err, "list the records")
		}
		keys, appErr := e.api.KVList(page, resealPage)
		if appErr != nil {
			return nil, errors.Wrap(appErr, "list the records")
		}
		for _, key := range keys {
			if prefix, _, _ := strings.Cut(key, "."); prefix == "sec" || prefix == "con" || prefix == "sit" {
				found = append(found, key)
			}
		}
		if len(keys) < resealPage {
			return found, nil
		}
	}
}

// resealOne seals what the record holds with the data key in use.
func (e *encryption) resealOne(ctx context.Context, key string) (changed bool, err error) {
	prefix, id, _ := strings.Cut(key, ".")
	switch prefix {
	case "con":
		return e.bridge.Reseal(ctx, id)
	case "sit":
		return e.sessions.Reseal(ctx, id)
	}
	blob, err := e.kv.Get(key)
	if err != nil || blob == nil {
		return false, err
	}
	fresh, changed, err := e.vault.Reseal(ctx, key, blob)
	if err != nil || !changed {
		return false, err
	}
	_, err = e.kv.Swap(key, blob, fresh, 0) // what was written meanwhile is resealed already
	return err == nil, err
}
