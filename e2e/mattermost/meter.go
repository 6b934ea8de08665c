package main

import (
	"encoding/json"
	"maps"
	"net"
	"net/http"
	"os"
	"sync"

	"github.com/mattermost/mattermost/server/v8/channels/app/platform"
	"github.com/mattermost/mattermost/server/v8/einterfaces"
	"github.com/pkg/errors"
)

// meterAddress is the environment variable with the address on which the counts are served.
const meterAddress = "E2E_METER"

// meter counts the calls between the server and its plugins. The server calls it at the place where the enterprise edition measures
// them, so neither the plugin nor the server's own code is changed.
type meter struct {
	unused

	mu     sync.Mutex
	counts counts
}

// counts are calls since the server's start, by plugin and name.
type counts struct {
	// API are calls of the plugin API, Hooks those of a plugin's hooks.
	API   map[string]map[string]int `json:"api"`
	Hooks map[string]map[string]int `json:"hooks"`
}

// ObservePluginAPIDuration counts a call of the plugin API.
func (m *meter) ObservePluginAPIDuration(pluginID, name string, _ bool, _ float64) {
	m.count(m.counts.API, pluginID, name)
}

// ObservePluginHookDuration counts a call of a hook.
func (m *meter) ObservePluginHookDuration(pluginID, name string, _ bool, _ float64) {
	m.count(m.counts.Hooks, pluginID, name)
}

func (m *meter) count(kind map[string]map[string]int, pluginID, name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if kind[pluginID] == nil {
		kind[pluginID] = map[string]int{}
	}
	kind[pluginID][name]++
}

// ServeHTTP returns the counts as JSON.
func (m *meter) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	m.mu.Lock()
	now := counts{API: copied(m.counts.API), Hooks: copied(m.counts.Hooks)}
	m.mu.Unlock()
	_ = json.NewEncoder(w).Encode(now) // the reader sees that it ends early
}

func copied(kind map[string]map[string]int) map[string]map[string]int {
	all := make(map[string]map[string]int, len(kind))
	for id, names := range kind {
		all[id] = maps.Clone(names)
	}
	return all
}

// installMeter has the server count, if the environment asks for it.
func installMeter() error {
	address := os.Getenv(meterAddress)
	if address == "" {
		return nil
	}
	m := &meter{counts: counts{API: map[string]map[string]int{}, Hooks: map[string]map[string]int{}}}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return errors.Wrap(err, "listen for readers of the counts")
	}
	go func() { _ = http.Serve(listener, m) }() // ends with the process
	platform.RegisterMetricsInterface(func(*platform.PlatformService, string, string) einterfaces.MetricsInterface { return m })
	return nil
}
