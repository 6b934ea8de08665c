package main

import (
	"io/fs"
	"time"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/config"
	"mattermost-plugin-zoom/server/i18n"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/bitbucket"
	"mattermost-plugin-zoom/server/provider/jenkins"
	"mattermost-plugin-zoom/server/provider/pagerduty"
	"mattermost-plugin-zoom/server/provider/sentry"
	"mattermost-plugin-zoom/server/zoomchat/content"
)

// providers is the list of providers. To add one, add a line here and its two switches in plugin.json.
func providers(settings *config.Container, now func() time.Time) *provider.Registry {
	return provider.NewRegistry(
		jenkins.New(),
		bitbucket.New(),
		sentry.New(sentry.Options{PersonalData: func() bool { return settings.Load().Providers["sentry"].PersonalData }, Now: now}),
		pagerduty.New(),
	)
}

// catalogueOf returns all texts: ours, the bridge's and the providers'.
func catalogueOf(registry *provider.Registry) (*i18n.Catalogue, error) {
	sources := []fs.FS{bridge.Texts(), content.Texts()}
	for _, p := range registry.All() {
		if texts := p.Describe().Texts; texts != nil {
			sources = append(sources, texts)
		}
	}
	return i18n.NewCatalogue(sources...)
}
