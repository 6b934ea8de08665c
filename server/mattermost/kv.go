package mattermost

import (
	"time"
	"unicode/utf8"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/mattermost/mattermost/server/public/pluginapi"
	"github.com/pkg/errors"
)

// KV is the plugin's key-value table in the server's database, shared by all servers of a cluster. Values are bytes, and Swap compares
// bytes.
type KV struct {
	service *pluginapi.KVService
}

// NewKV returns the table.
func NewKV(api plugin.API) *KV { return &KV{service: &pluginapi.NewClient(api, nil).KV} }

// Get returns the value, nil for none. The server may read from a replica that lags behind.
func (kv *KV) Get(key string) ([]byte, error) {
	var value []byte
	err := kv.service.Get(key, &value)
	return value, errors.Wrapf(err, "read %s", key)
}

// Keys returns one page of the keys, in their order. A page with fewer keys is the last one.
func (kv *KV) Keys(page, size int) ([]string, error) {
	keys, err := kv.service.ListKeys(page, size)
	return keys, errors.Wrap(err, "list keys")
}

// Set writes the value unconditionally. It expires after ttl, rounded up to whole seconds; 0 means never.
func (kv *KV) Set(key string, value []byte, ttl time.Duration) error {
	if err := checkKey(key); err != nil {
		return err
	}
	written, err := kv.service.Set(key, value, expiry(ttl))
	if err == nil && !written {
		err = ErrNoAnswer
	}
	return errors.Wrapf(err, "write %s", key)
}

// Swap writes the value if the stored one equals old, and reports whether it did; the database's primary decides. With a nil old the key
// must not exist; a nil value deletes the key.
func (kv *KV) Swap(key string, old, value []byte, ttl time.Duration) (bool, error) {
	if err := checkKey(key); err != nil {
		return false, err
	}
	swapped, err := kv.service.Set(key, value, pluginapi.SetAtomic(old), expiry(ttl))
	return swapped, errors.Wrapf(err, "swap %s", key)
}

// Delete removes the key; a missing key is no error.
func (kv *KV) Delete(key string) error {
	return errors.Wrapf(kv.service.Delete(key), "delete %s", key)
}

// checkKey rejects a key that the server would reject, on some databases only after part of the work is done.
func checkKey(key string) error {
	if n := utf8.RuneCountInString(key); n == 0 || n > model.KeyValueKeyMaxRunes {
		return errors.Errorf("a key has 1 to %d characters, not %d", model.KeyValueKeyMaxRunes, n)
	}
	return nil
}

// expiry rounds up: the server counts in whole seconds, and 0 would mean forever.
func expiry(ttl time.Duration) pluginapi.KVSetOption {
	if ttl <= 0 {
		return pluginapi.SetExpiry(0)
	}
	return pluginapi.SetExpiry(ttl + time.Second - 1)
}
