package main

import (
	"context"
	"log/slog"
	"time"

	"mattermost-plugin-zoom/server/account"
	"mattermost-plugin-zoom/server/bridge/assembly"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/mattermost"
	"mattermost-plugin-zoom/server/meeting"
	"mattermost-plugin-zoom/server/zoomchat"
)

// meetingPlaces are the channels in which meetings are announced: Mattermost's, and those of Zoom Team Chat.
type meetingPlaces struct {
	*mattermost.Client
	zoom *zoomchat.MeetingBoard
}

// Standing implements meeting.Chat.
func (p meetingPlaces) Standing(ctx context.Context, actor chat.Actor, at chat.Place) chat.Standing {
	if at.Surface == zoomchat.ID {
		return p.zoom.Standing(ctx, actor, at)
	}
	return p.Client.Standing(ctx, actor, at)
}

// Thread implements meeting.Chat.
func (p meetingPlaces) Thread(ctx context.Context, m chat.MessageRef) (chat.Place, error) {
	if m.Surface == zoomchat.ID {
		return p.zoom.Thread(ctx, m)
	}
	return p.Client.Thread(ctx, m)
}

// Ephemeral implements meeting.Chat.
func (p meetingPlaces) Ephemeral(ctx context.Context, at chat.Place, actor chat.Actor, note chat.Note) error {
	if at.Surface == zoomchat.ID {
		return p.zoom.Ephemeral(ctx, at, actor, note)
	}
	return p.Client.Ephemeral(ctx, at, actor, note)
}

// Announce implements meeting.Board.
func (p meetingPlaces) Announce(ctx context.Context, a meeting.Announcement) (chat.MessageRef, error) {
	if a.Place.Surface == zoomchat.ID {
		return p.zoom.Announce(ctx, a)
	}
	return p.Client.Announce(ctx, a)
}

// Rewrite implements meeting.Board.
func (p meetingPlaces) Rewrite(ctx context.Context, m chat.MessageRef, progress meeting.Progress) error {
	if m.Surface == zoomchat.ID {
		return p.zoom.Rewrite(ctx, m, progress)
	}
	return p.Client.Rewrite(ctx, m, progress)
}

// Posted implements meeting.Board.
func (p meetingPlaces) Posted(ctx context.Context, at chat.Place, actor chat.Actor, since time.Time) ([]meeting.Opened, error) {
	if at.Surface == zoomchat.ID {
		return p.zoom.Posted(ctx, at, actor, since)
	}
	return p.Client.Posted(ctx, at, actor, since)
}

// PromptRunning implements meeting.Board.
func (p meetingPlaces) PromptRunning(ctx context.Context, at chat.Place, actor chat.Actor, r meeting.Running) error {
	if at.Surface == zoomchat.ID {
		return p.zoom.PromptRunning(ctx, at, actor, r)
	}
	return p.Client.PromptRunning(ctx, at, actor, r)
}

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
