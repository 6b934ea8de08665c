package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"
)

// manifest is plugin.json as the Mattermost server reads it.
type manifest = model.Manifest

// load reads dir/plugin.json. A key that the server does not know is an error: the server would ignore it in silence, so
// it can only be a spelling mistake.
func load(dir string) (*manifest, error) {
	text, err := os.ReadFile(filepath.Join(dir, "plugin.json"))
	if err != nil {
		return nil, errors.Wrap(err, "read the manifest")
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	m := &manifest{}
	if err := decoder.Decode(m); err != nil {
		return nil, errors.Wrap(err, "parse plugin.json")
	}
	return m, nil
}

// check tells whether the server would load the manifest, and whether what the repository itself brings to the bundle
// is there. Binaries and the webapp bundle are built later and are not looked for.
func check(dir string, m *manifest) error {
	if err := m.IsValid(); err != nil {
		return errors.Wrap(err, "plugin.json is not valid")
	}
	if m.IconPath != "" {
		if _, err := os.Stat(filepath.Join(dir, m.IconPath)); err != nil {
			return errors.Wrap(err, "plugin.json names an icon that is missing")
		}
	}
	if m.SettingsSchema == nil {
		return nil
	}
	seen := map[string]bool{}
	for _, setting := range m.SettingsSchema.Settings {
		if seen[setting.Key] {
			return errors.Errorf("plugin.json declares the setting %q twice", setting.Key)
		}
		seen[setting.Key] = true
	}
	return nil
}

// apply returns the manifest for a bundle of the given version, as a value and as the file's text. A platform other than "" leaves only its executable in
// the manifest, so that a bundle for one machine does not promise binaries that it lacks.
func apply(m *manifest, version, platform string) (*manifest, []byte, error) {
	bundled := *m
	bundled.Version = version
	if err := bundled.IsValid(); err != nil {
		return nil, nil, errors.Wrapf(err, "the manifest of version %q is not valid", version)
	}
	if platform != "" && m.HasServer() {
		path, ok := m.Server.Executables[platform]
		if !ok {
			return nil, nil, errors.Errorf("plugin.json names no executable for %s", platform)
		}
		bundled.Server = &model.ManifestServer{Executables: map[string]string{platform: path}}
	}
	text, err := json.MarshalIndent(&bundled, "", "    ")
	if err != nil {
		return nil, nil, errors.Wrap(err, "encode the manifest")
	}
	return &bundled, append(text, '\n'), nil
}
