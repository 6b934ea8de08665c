package mattermost

import (
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/mattermost/mattermost/server/public/pluginapi"
	"github.com/pkg/errors"
)

// KV is the plugin's key-value table in the server's database. It holds what the public plugin left; the records of this one are in tables
// of their own.
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

// Delete removes the key; a missing key is no error.
func (kv *KV) Delete(key string) error {
	return errors.Wrapf(kv.service.Delete(key), "delete %s", key)
}
