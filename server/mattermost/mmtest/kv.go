package mmtest

import (
	"net/http"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/mattermost/mattermost/server/public/model"
)

func (a *api) KVGet(key string) ([]byte, *model.AppError) {
	a.called("KVGet")
	if !a.mm.alive() {
		return nil, nil
	}
	value, err := a.mm.KV.Get(key)
	return value, kvRefusal(err)
}

func (a *api) KVSet(key string, value []byte) *model.AppError {
	_, appErr := a.KVSetWithOptions(key, value, model.PluginKVSetOptions{})
	return appErr
}

func (a *api) KVSetWithExpiry(key string, value []byte, seconds int64) *model.AppError {
	_, appErr := a.KVSetWithOptions(key, value, model.PluginKVSetOptions{ExpireInSeconds: seconds})
	return appErr
}

func (a *api) KVDelete(key string) *model.AppError { return a.KVSet(key, nil) }

func (a *api) KVSetWithOptions(key string, value []byte, options model.PluginKVSetOptions) (bool, *model.AppError) {
	a.called("KVSetWithOptions")
	sent, ok := cross(a.mm, &options)
	if !ok {
		return false, nil
	}
	if appErr := sent.IsValid(); appErr != nil {
		return false, appErr
	}
	if key == "" || utf8.RuneCountInString(key) > model.KeyValueKeyMaxRunes {
		return false, refusal("model.plugin_key_value.is_valid.key.app_error", http.StatusBadRequest)
	}
	ttl := time.Duration(sent.ExpireInSeconds) * time.Second
	if sent.Atomic {
		swapped, err := a.mm.KV.Swap(key, sent.OldValue, value, ttl)
		return swapped, kvRefusal(err)
	}
	if value == nil {
		err := a.mm.KV.Delete(key)
		return err == nil, kvRefusal(err)
	}
	err := a.mm.KV.Set(key, value, ttl)
	return err == nil, kvRefusal(err)
}

func (a *api) KVList(page, perPage int) ([]string, *model.AppError) {
	a.called("KVList")
	if !a.mm.alive() {
		return nil, nil
	}
	keys := a.mm.KV.Keys("")
	from := min(page*perPage, len(keys))
	return slices.Clone(keys[from:min(from+perPage, len(keys))]), nil
}

func kvRefusal(err error) *model.AppError {
	if err == nil {
		return nil
	}
	return refusal("app.plugin_store.get.app_error", http.StatusInternalServerError).Wrap(err)
}
