package main

import (
	"context"
	"slices"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/httpapi"
	"mattermost-plugin-zoom/server/meeting"
	"mattermost-plugin-zoom/server/provider"
)

// toolChecks are the lines of the self-check about the tools that are switched on: whether their commands are ours, and whether people
// can sign in.
func (a *app) toolChecks(ctx context.Context) ([]meeting.Check, error) {
	var checks []meeting.Check
	words, wanted := a.settings.Load().Triggers(), a.slashes()
	for _, p := range a.registry.All() {
		d := p.Describe()
		word, enabled := words[d.ID]
		if !enabled {
			continue
		}
		named := []string{"Provider", chat.Escape(d.Name), "Command", chat.Code("/" + word)}
		check := meeting.Check{ID: "tool_" + d.ID, Verdict: meeting.OK, Message: chat.Say("check.tool", named...)}
		if s, ok := wanted[word]; ok {
			if owner, taken := a.client.TriggerOwner(s.tree, s.name); taken {
				check = troubled(check.ID, "check.tool_clash", append(named, "Owner", chat.Escape(owner))...)
			}
		}
		checks = append(checks, check)
		if _, authorizes := p.(provider.Authorizer); !authorizes {
			continue
		}
		sites, err := a.sessions.Sites(ctx, d.ID)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(sites, func(s provider.Site) bool { return s.OAuth }) {
			named[3] = chat.Code("/" + word + " setup")
			checks = append(checks, troubled(check.ID+"_sign_in", "check.tool_sign_in", named...))
		}
	}
	return checks, nil
}

// troubled is a check that costs a feature.
func troubled(id, text string, pairs ...string) meeting.Check {
	return meeting.Check{ID: id, Verdict: meeting.Warn, Message: chat.Say(text, pairs...), Fix: chat.Say(text+".fix", pairs...)}
}

// enabledProviders lists the enabled providers for the webapp, with what they can do besides their cards.
func (a *app) enabledProviders() []httpapi.EnabledProvider {
	words := a.settings.Load().Triggers()
	answers := []httpapi.EnabledProvider{}
	for _, p := range a.registry.All() {
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
