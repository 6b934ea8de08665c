package mattermost

import (
	"time"
	"unicode/utf8"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/mattermost/mattermost/server/public/pluginapi"
	"github.com/pkg/errors"
)

// KV is the plugin's table of keys and values in the server's database, shared by all servers of a cluster.
// Values are bytes: the comparisons of Swap are made on them, not on what they mean.
type KV struct {
	service *pluginapi.KVService
}

// NewKV returns the table.
func NewKV(api plugin.API) *KV { return &KV{service: &pluginapi.NewClient(api, nil).KV} }

// Get returns the value, nil when there is none. The server may read a replica that lags behind.
func (kv *KV) Get(key string) ([]byte, error) {
	var value []byte
	err := kv.service.Get(key, &value)
	return value, errors.Wrapf(err, "read %s", key)
}

// Set writes the value, whatever was there. It is dropped after ttl, in whole seconds rounded up; 0 keeps it for ever.
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

// Swap writes the value if the stored one is old, and reports whether it did; the master decides. With a nil old the key
// must not exist; with a nil value the key is deleted.
func (kv *KV) Swap(key string, old, value []byte, ttl time.Duration) (bool, error) {
	if err := checkKey(key); err != nil {
		return false, err
	}
	swapped, err := kv.service.Set(key, value, pluginapi.SetAtomic(old), expiry(ttl))
	return swapped, errors.Wrapf(err, "swap %s", key)
}

// Delete removes the key; it is no error if there is none.
func (kv *KV) Delete(key string) error {
	return errors.Wrapf(kv.service.Delete(key), "delete %s", key)
}

// checkKey refuses a key that the server would refuse on some databases only after part of the work is done.
func checkKey(key string) error {
	if n := utf8.RuneCountInString(key); n == 0 || n > model.KeyValueKeyMaxRunes {
		return errors.Errorf("a key has 1 to %d characters, not %d", model.KeyValueKeyMaxRunes, n)
	}
	return nil
}

// expiry rounds up: the server counts in whole seconds, and less than one would mean for ever.
func expiry(ttl time.Duration) pluginapi.KVSetOption {
	if ttl <= 0 {
		return pluginapi.SetExpiry(0)
	}
	return pluginapi.SetExpiry(ttl + time.Second - 1)
}
