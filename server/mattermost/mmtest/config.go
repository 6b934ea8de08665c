package mmtest

import (
	"encoding/json"
	"errors"
	"maps"

	"github.com/mattermost/mattermost/server/public/model"
)

// serverVersion is the lowest version that the plugin's manifest allows.
const serverVersion = "11.0.0"

// Configure changes the server's own settings and notifies the plugin.
func (mm *Mattermost) Configure(change func(*model.Config)) {
	mm.mu.Lock()
	changed := mm.config.Clone()
	change(changed)
	mm.config = changed
	mm.mu.Unlock()
	mm.tellOfChange()
}

// Set changes the plugin's settings, as saving the System Console page does, and notifies the plugin.
func (mm *Mattermost) Set(settings map[string]any) {
	mm.mu.Lock()
	merged := maps.Clone(mm.settings)
	maps.Copy(merged, settings)
	mm.settings = merged
	mm.mu.Unlock()
	mm.tellOfChange()
}

func (mm *Mattermost) tellOfChange() {
	hooks, ok := mm.attached().(Configurable)
	if !ok {
		return
	}
	if err := hooks.OnConfigurationChange(); err != nil {
		mm.t.Errorf("mmtest: OnConfigurationChange failed: %v", err)
	}
}

func (mm *Mattermost) siteURL() string {
	mm.mu.Lock()
	defer mm.mu.Unlock()
	return *mm.config.ServiceSettings.SiteURL
}

func (a *api) GetServerVersion() string {
	a.called("GetServerVersion")
	if !a.mm.alive() {
		return ""
	}
	return serverVersion
}

func (a *api) GetConfig() *model.Config {
	a.called("GetConfig")
	a.mm.mu.Lock()
	defer a.mm.mu.Unlock()
	if a.mm.broken {
		return nil
	}
	return a.mm.config.Clone()
}

// LoadPluginConfiguration never fails; as in the real client library, what doesn't fit the destination is skipped.
func (a *api) LoadPluginConfiguration(dest any) error {
	a.called("LoadPluginConfiguration")
	a.mm.mu.Lock()
	encoded, err := json.Marshal(a.mm.settings)
	broken := a.mm.broken
	a.mm.mu.Unlock()
	if err != nil || broken {
		return nil
	}
	// The real one logs a mismatch and returns no error either.
	_ = json.Unmarshal(encoded, dest)
	return nil
}

func (a *api) GetPluginConfig() map[string]any {
	a.called("GetPluginConfig")
	a.mm.mu.Lock()
	defer a.mm.mu.Unlock()
	return maps.Clone(a.mm.settings)
}

func (a *api) SavePluginConfig(config map[string]any) *model.AppError {
	a.called("SavePluginConfig")
	sent, ok := cross(a.mm, &config)
	if !ok {
		return nil
	}
	a.mm.mu.Lock()
	a.mm.settings = *sent
	a.mm.mu.Unlock()
	a.mm.tellOfChange()
	return nil
}

func (a *api) GetBundlePath() (string, error) {
	a.called("GetBundlePath")
	if a.mm.Bundle == "" {
		return "", errors.New("the bundle is nowhere")
	}
	return a.mm.Bundle, nil
}
