package sentry

import (
	"context"
	"encoding/json"

	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

// commentFingerprint identifies a comment by its excerpt.
func commentFingerprint(excerpt string) string { return untrusted.HashID(excerpt) }

// ExpectNote implements provider.ReplySync.
func (s *Sentry) ExpectNote(state json.RawMessage, said provider.UserReply) (provider.Event, error) {
	a, err := newActionRun(provider.Session{}, provider.ActionRequest{State: state})
	if err != nil {
		return provider.Event{}, err
	}
	n := eventData{
		Site: a.site, At: said.At, Type: typeNoteExpected, Issue: &issue{ID: a.subject.ID, Project: a.subject.Project}, OriginChannel: said.Place,
		Comment: &comment{ID: said.ID, Action: "coming", Excerpt: untrusted.Lines(said.Text, maxExcerpt), At: said.At},
	}
	e := issueEvent(n)
	e.UpdateOnly = true // it doesn't create a card
	return e, nil
}

// SyncReply implements provider.ReplySync.
func (s *Sentry) SyncReply(ctx context.Context, session provider.Session, c provider.ActionRequest, said provider.UserReply) ([]provider.Event, error) {
	a, err := newActionRun(session, c)
	if err != nil {
		return nil, err
	}
	response, err := a.postComment(ctx, said.Text)
	return response.Events, err
}
