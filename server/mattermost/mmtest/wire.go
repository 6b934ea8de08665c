package mmtest

import (
	"bytes"
	"encoding/gob"
	"maps"
	"net/http"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
)

// api is the plugin API. The embedded interface is nil: a method that isn't implemented here panics when called.
type api struct {
	plugin.API
	mm *Mattermost
}

// called counts a call.
func (a *api) called(name string) {
	a.mm.mu.Lock()
	defer a.mm.mu.Unlock()
	a.mm.calls[name]++
}

// Calls returns how often each function of the plugin API was called since the last call of Calls. Lines of the log aren't among them.
func (mm *Mattermost) Calls() map[string]int {
	mm.mu.Lock()
	defer mm.mu.Unlock()
	since := maps.Clone(mm.calls)
	clear(mm.calls)
	return since
}

// cross sends a value over the connection between plugin and server and returns what arrives. The real connection breaks for good if a
// value can't be encoded, silently; this one fails the test as well.
func cross[T any](mm *Mattermost, value *T) (*T, bool) {
	mm.mu.Lock()
	broken := mm.broken
	mm.mu.Unlock()
	if broken {
		return nil, false
	}
	var line bytes.Buffer
	arrived := new(T)
	err := gob.NewEncoder(&line).Encode(value)
	if err == nil {
		err = gob.NewDecoder(&line).Decode(arrived)
	}
	if err != nil {
		mm.t.Errorf("mmtest: this would break the plugin's connection to the server: %T: %v", *value, err)
		mm.BreakConnection()
		return nil, false
	}
	return arrived, true
}

// alive reports whether the connection works, for calls with plain text arguments.
func (mm *Mattermost) alive() bool {
	mm.mu.Lock()
	defer mm.mu.Unlock()
	return !mm.broken
}

// refusal returns an error of the server.
func refusal(id string, status int) *model.AppError {
	return model.NewAppError("mmtest", id, nil, "", status)
}

func notFound(id string) *model.AppError { return refusal(id, http.StatusNotFound) }
