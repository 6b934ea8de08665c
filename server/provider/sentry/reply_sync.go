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
func (s *Sentry) ExpectNote(state json.RawMessage, reply provider.UserReply) (provider.Event, error) {
	a, err := newActionRun(provider.Session{}, provider.ActionRequest{State: state})
	if err != nil {
		return provider.Event{}, err
	}
	n := eventData{
		Site: a.site, At: reply.At, Type: typeNoteExpected, Issue: &issue{ID: a.subject.ID, Project: a.subject.Project}, OriginChannel: reply.Place,
		Comment: &comment{ID: reply.ID, Action: "coming", Excerpt: untrusted.Lines(reply.Text, maxExcerpt), At: reply.At},
	}
	e := issueEvent(n)
	e.UpdateOnly = true // it doesn't create a card
	return e, nil
}

// SyncReply implements provider.ReplySync.
func (s *Sentry) SyncReply(ctx context.Context, session provider.Session, c provider.ActionRequest, reply provider.UserReply) ([]provider.Event, error) {
	a, err := newActionRun(session, c)
	if err != nil {
		return nil, err
	}
	response, err := a.postComment(ctx, reply.Text)
	return response.Events, err
}
