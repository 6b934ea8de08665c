package main

import (
	"mattermost-plugin-zoom/server/config"
	"mattermost-plugin-zoom/server/httpapi"
	"mattermost-plugin-zoom/server/mattermost"
	"mattermost-plugin-zoom/server/provider"
)

// providerStates describes the providers and their features for the webapp.
type providerStates struct {
	settings *config.Container
	client   *mattermost.Client
	registry *provider.Registry
	commands *slashCommands
}

// all lists the providers for admins: which are enabled, their triggers, and other plugins with the same trigger.
func (s *providerStates) all() []httpapi.ProviderAnswer {
	words := s.settings.Load().Triggers()
	wanted := s.commands.wanted()
	answers := make([]httpapi.ProviderAnswer, 0, len(words))
	for _, p := range s.registry.All() {
		d := p.Describe()
		word, enabled := words[d.ID]
		answer := httpapi.ProviderAnswer{ID: d.ID, Name: d.Name, Enabled: enabled, Trigger: word}
		if slash, ok := wanted[word]; ok && enabled {
			answer.Clash, _ = s.client.TriggerOwner(slash.tree, slash.name)
		}
		answers = append(answers, answer)
	}
	return answers
}

// enabled lists the enabled providers for the webapp, with their features besides cards.
func (s *providerStates) enabled() []httpapi.EnabledProvider {
	words := s.settings.Load().Triggers()
	answers := []httpapi.EnabledProvider{}
	for _, p := range s.registry.All() {
		d := p.Describe()
		answer := httpapi.EnabledProvider{ID: d.ID, Name: d.Name, Word: words[d.ID], Can: []string{}}
		if _, ok := p.(provider.Creator); ok {
			answer.Can = append(answer.Can, "trigger")
		}
		if _, ok := p.(provider.Searcher); ok {
			answer.Can = append(answer.Can, "search")
		}
		if _, ok := p.(provider.Annotator); ok {
			answer.Can = append(answer.Can, "note")
		}
		answer.Can = append(answer.Can, "configure")
		if answer.Word != "" {
			answers = append(answers, answer)
		}
	}
	return answers
}
