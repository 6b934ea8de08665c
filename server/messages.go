package main

import (
	"context"
	"log/slog"
	"runtime/debug"

	"github.com/mattermost/mattermost/server/public/model"

	"mattermost-plugin-zoom/server/bridge/assembly"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/mattermost"
)

// listener handles posts to the bot and in threads.
type listener struct {
	client *mattermost.Client
	bridge *assembly.Bridge
}

// said handles posts to the bot, and in threads, which may be those of cards. A post from another server is left to the plugin
// there.
func (l *listener) said(post *model.Post) {
	if post.UserId == l.client.BotID() || post.Type != "" || byProgram(post) || post.GetRemoteID() != "" {
		return
	}
	toBot := l.client.DirectWithBot(post.ChannelId)
	if !toBot && post.RootId == "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), commandTimeout)
	defer cancel()
	defer survive(l.client.Logger(), "A message to the bot")
	actor, message := chat.PersonID(post.UserId).Actor(), mattermost.RefOf(post)
	if toBot && l.bridge.Said(ctx, actor, message.Place, post.Message) {
		return
	}
	l.bridge.Replied(ctx, actor, message, post.Message)
}

// deleted handles a deleted post, which may be a card.
func (l *listener) deleted(post *model.Post) {
	if post.UserId != l.client.BotID() {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), commandTimeout)
	defer cancel()
	defer survive(l.client.Logger(), "A deleted message")
	l.bridge.Deleted(ctx, mattermost.RefOf(post))
}

// byProgram reports whether a bot, an integration or another plugin wrote the post: two that answer each other would never stop, and no one
// can give the plugin commands through a webhook.
func byProgram(post *model.Post) bool {
	for _, from := range []string{model.PostPropsFromBot, model.PostPropsFromWebhook, model.PostPropsFromPlugin, model.PostPropsFromOAuthApp} {
		if post.GetProp(from) == "true" {
			return true
		}
	}
	return false
}

// survive keeps a panic from ending the plugin's process; it is deferred.
func survive(log *slog.Logger, what string) {
	if cause := recover(); cause != nil {
		log.Error(what+" made the plugin panic", "cause", cause, "stack", string(debug.Stack()))
	}
}
