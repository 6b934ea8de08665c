package sentry

import (
	"context"
	"encoding/json"
	"slices"

	"mattermost-plugin-zoom/server/provider"
)

// maxExpected is how many comments of ours may be on their way.
const maxExpected = 20

// expected is a comment on its way, of which the text stands in a channel's thread already.
type expected struct {
	Text      string `json:"text"` // its fingerprint
	ChannelID string `json:"channel"`
}

// fingerprint is what a comment is recognized by: its beginning, since no more of it is looked at.
func fingerprint(text string) string { return identity(cleaned(text, maxExcerpt)) }

// NoteComing implements provider.Noter.
func (s *Sentry) NoteComing(state json.RawMessage, said provider.Said) (provider.Event, error) {
	a, err := actingOn(provider.Session{}, provider.Call{State: state})
	if err != nil {
		return provider.Event{}, err
	}
	n := news{
		Site: a.site, At: said.At, Did: didExpect, Issue: &issue{ID: a.card.ID, Project: a.card.Project}, Said: said.ChannelID,
		Comment: &comment{ID: said.ID, Action: "coming", Excerpt: cleaned(said.Text, maxExcerpt), At: said.At},
	}
	e := issueEvent(n)
	e.Later = true // it begins no card
	return e, nil
}

// Note implements provider.Noter.
func (s *Sentry) Note(ctx context.Context, session provider.Session, c provider.Call, said provider.Said) ([]provider.Event, error) {
	a, err := actingOn(session, c)
	if err != nil {
		return nil, err
	}
	response, err := a.write(ctx, said.Text)
	return response.Events, err
}

// expect keeps in mind that a comment is about to be written.
func (k *known) expect(n news) {
	k.Expected = append(slices.Clone(k.Expected), expected{Text: fingerprint(n.Comment.Excerpt), ChannelID: n.Said})
	k.Expected = k.Expected[max(0, len(k.Expected)-maxExpected):]
}

// said returns in which channel's thread a comment stands already, "" for none, and expects it no more.
func (k *known) said(excerpt string) string {
	text := fingerprint(excerpt)
	at := slices.IndexFunc(k.Expected, func(e expected) bool { return e.Text == text })
	if at < 0 {
		return ""
	}
	channelID := k.Expected[at].ChannelID
	k.Expected = slices.Delete(slices.Clone(k.Expected), at, at+1)
	return channelID
}
