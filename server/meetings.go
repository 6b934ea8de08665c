package main

import (
	"context"
	"log/slog"

	"mattermost-plugin-zoom/server/account"
	"mattermost-plugin-zoom/server/bridge/assembly"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/meeting"
)

// starter starts meetings for the cards of the bridge.
type starter struct{ meetings *meeting.Service }

// Start starts a meeting in the thread of a card.
func (s starter) Start(ctx context.Context, actor chat.Actor, at, asked chat.Place, topic string) error {
	_, err := s.meetings.Start(ctx, meeting.StartRequest{Actor: actor, Place: at, FromChannel: asked.Thread == "", Topic: topic})
	return err
}

// notifyingBoard tells the bridge of each meeting that is announced, since its thread may be about a provider's subject.
type notifyingBoard struct {
	meeting.Board
	bridge *assembly.Bridge
	log    *slog.Logger
}

// Announce posts the meeting, and notifies the provider in the background.
func (b *notifyingBoard) Announce(ctx context.Context, m meeting.Announcement) (chat.MessageRef, error) {
	message, err := b.Board.Announce(ctx, m)
	if err == nil && m.Place.Thread != "" {
		go b.met(context.WithoutCancel(ctx), m)
	}
	return message, err
}

// met has the bridge note a meeting at the provider that its thread is about.
func (b *notifyingBoard) met(ctx context.Context, m meeting.Announcement) {
	defer survive(b.log, "A meeting in a thread")
	ctx, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	number := ""
	if len(m.Meeting.DialIn) > 0 {
		number = m.Meeting.DialIn[0].Number
	}
	b.bridge.Met(ctx, m.Creator.ID.Actor(), m.Place, m.Meeting.JoinURL, number)
}

// connections are the accounts as the meeting commands need them, without authorization types.
type connections struct{ *account.Service }

var _ meeting.Connections = connections{}

// Redeem finishes an authorization with the code that a browser showed.
func (c connections) Redeem(ctx context.Context, person chat.PersonID, code string) (email, next string, err error) {
	connected, err := c.Service.Redeem(ctx, person, code)
	return connected.Email, connected.Next, err
}
