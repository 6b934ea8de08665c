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
		about := func(id, command string) chat.Message {
			return chat.Say(id, "Provider", d.Name).WithText("Command", chat.Code(command))
		}
		check := meeting.Check{ID: "tool_" + d.ID, Verdict: meeting.OK, Message: about("check.tool", "/"+word)}
		if s, ok := wanted[word]; ok {
			if owner, taken := a.client.TriggerOwner(s.tree, s.name); taken {
				clash := about("check.tool_clash", "/"+word).WithText("Owner", chat.Plain(owner))
				check = troubled(check.ID, clash, about("check.tool_clash.fix", "/"+word))
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
			setup := "/" + word + " setup"
			checks = append(checks, troubled(check.ID+"_sign_in", about("check.tool_sign_in", setup), about("check.tool_sign_in.fix", setup)))
		}
	}
	return checks, nil
}

// troubled is a check that costs a feature.
func troubled(id string, text, fix chat.Message) meeting.Check {
	return meeting.Check{ID: id, Verdict: meeting.Warn, Message: text, Fix: fix}
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
