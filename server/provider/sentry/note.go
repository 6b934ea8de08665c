package sentry

import (
	"context"
	"encoding/json"

	"mattermost-plugin-zoom/server/provider"
)

// fingerprint is what a comment is recognized by: its beginning, as an excerpt has it.
func fingerprint(excerpt string) string { return identity(excerpt) }

// ExpectNote implements provider.ReplySync.
func (s *Sentry) ExpectNote(state json.RawMessage, said provider.UserReply) (provider.Event, error) {
	a, err := actingOn(provider.Session{}, provider.ActionRequest{State: state})
	if err != nil {
		return provider.Event{}, err
	}
	n := news{
		Site: a.site, At: said.At, Did: didExpect, Issue: &issue{ID: a.card.ID, Project: a.card.Project}, Said: said.ChannelID,
		Comment: &comment{ID: said.ID, Action: "coming", Excerpt: cleanedLines(said.Text, maxExcerpt), At: said.At},
	}
	e := issueEvent(n)
	e.UpdateOnly = true // it begins no card
	return e, nil
}

// SyncReply implements provider.ReplySync.
func (s *Sentry) SyncReply(ctx context.Context, session provider.Session, c provider.ActionRequest, said provider.UserReply) ([]provider.Event, error) {
	a, err := actingOn(session, c)
	if err != nil {
		return nil, err
	}
	response, err := a.write(ctx, said.Text)
	return response.Events, err
}
