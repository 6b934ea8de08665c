package main

import (
	"context"
	"runtime/debug"
	"strings"
	"sync"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge/assembly"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/command"
	"mattermost-plugin-zoom/server/config"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/mattermost"
	"mattermost-plugin-zoom/server/provider"
)

// slashCommands are those of meetings and of the enabled providers: what they do, and which of them are registered in Mattermost.
type slashCommands struct {
	client   *mattermost.Client
	registry *provider.Registry
	settings *config.Container
	bridge   *assembly.Bridge
	meetings *command.Command

	mu sync.Mutex
	// registered are those that this server has registered in Mattermost, by trigger.
	registered map[string]slash
}

// slash is a slash command as registered in the server.
type slash struct {
	tree       *command.Command
	name, icon string
}

// execute runs a slash command and shows its answer, or its failure, to the user who typed it.
func (c *slashCommands) execute(ctx context.Context, args *model.CommandArgs) {
	actor, at := chat.PersonID(args.UserId).Actor(), mattermost.Place(args.ChannelId, args.RootId)
	talk := c.client.Conversation(actor, at, args.TriggerId, chat.MessageRef{})
	answer, err := c.run(ctx, talk, args)
	if err != nil {
		c.client.Logger().Log(ctx, fault.Level(err), "A command failed", "user_id", args.UserId, "channel_id", args.ChannelId, "error", err.Error())
		answer = chat.Failure(err)
	}
	if answer.Zero() {
		return
	}
	if err := talk.Tell(ctx, chat.Note{Text: answer}); err != nil {
		c.client.Error("The answer to a command couldn't be shown", "user_id", args.UserId, "channel_id", args.ChannelId, "error", err.Error())
	}
}

func (c *slashCommands) run(ctx context.Context, talk chat.Conversation, args *model.CommandArgs) (answer chat.Message, err error) {
	defer func() {
		// A panic that got out would end the plugin's process.
		if cause := recover(); cause != nil {
			err = errors.Errorf("panic: %v\n%s", cause, debug.Stack())
		}
	}()
	actor := chat.PersonID(args.UserId).Actor()
	return c.tree(args.Command).Execute(ctx, args.Command, command.Call{
		Actor: actor, Admin: func() bool { return reader{c.client}.Admin(actor.Person) }, Place: mattermost.Place(args.ChannelId, args.RootId),
		Window: args.ConnectionId, Talk: talk,
	})
}

// tree returns the tree that the command line is for.
func (c *slashCommands) tree(line string) *command.Command {
	word, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "/"), " ")
	for _, tree := range c.bridge.Commands() {
		if strings.EqualFold(tree.Name, word) {
			return tree
		}
	}
	return c.meetings
}

// wanted returns the commands to register, by trigger.
func (c *slashCommands) wanted() map[string]slash {
	all := map[string]slash{c.meetings.Name: {tree: c.meetings, name: "Zoom", icon: "assets/icon.svg"}}
	trees := map[string]*command.Command{}
	for _, tree := range c.bridge.Commands() {
		trees[tree.Name] = tree
	}
	for id, word := range c.settings.Load().Triggers() {
		if trees[word] != nil {
			all[word] = slash{tree: trees[word], name: c.registry.Describe(id).Name, icon: "assets/" + id + ".svg"}
		}
	}
	return all
}

// register brings the server's commands in line with the settings: those of providers follow their switches.
// A trigger of another plugin is kept. Only the meeting command must succeed: a provider's failure never prevents it.
func (c *slashCommands) register() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	wanted := c.wanted()
	for word, held := range c.registered {
		if _, stays := wanted[word]; stays {
			continue
		}
		if err := c.client.UnregisterCommand(held.tree, held.name); err != nil {
			c.client.Warn("A slash command couldn't be unregistered", "command", "/"+word, "error", err.Error())
			continue
		}
		delete(c.registered, word)
	}
	for word, s := range wanted {
		if s.tree == c.meetings {
			if err := c.client.RegisterCommand(s.tree, s.name, s.icon); err != nil {
				return errors.Wrap(err, "register the slash commands")
			}
			c.registered[word] = s
			continue
		}
		if owner, taken := c.client.TriggerOwner(s.tree, s.name); taken {
			c.client.Warn("Another plugin or team already uses this slash command; choose another word in System Console > Plugins > Zoom", "command", "/"+word, "owner", owner)
			continue
		}
		if err := c.client.RegisterCommand(s.tree, s.name, s.icon); err != nil {
			c.client.Warn("A slash command couldn't be registered", "command", "/"+word, "error", err.Error())
			continue
		}
		c.registered[word] = s
	}
	return nil
}
