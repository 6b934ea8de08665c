package mmtest

import (
	"slices"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
)

func (a *api) RegisterCommand(command *model.Command) error {
	sent, ok := cross(a.mm, command)
	if !ok {
		return nil
	}
	if sent.AutocompleteData != nil {
		if err := sent.AutocompleteData.IsValid(); err != nil {
			return err
		}
	}
	a.mm.mu.Lock()
	defer a.mm.mu.Unlock()
	a.mm.commands = slices.DeleteFunc(a.mm.commands, func(c *model.Command) bool { return c.Trigger == sent.Trigger })
	a.mm.commands = append(a.mm.commands, sent)
	return nil
}

func (a *api) UnregisterCommand(_, trigger string) error {
	a.mm.mu.Lock()
	defer a.mm.mu.Unlock()
	a.mm.commands = slices.DeleteFunc(a.mm.commands, func(c *model.Command) bool { return c.Trigger == trigger })
	return nil
}

// Command returns the registered slash command, nil when there is none.
func (mm *Mattermost) Command(trigger string) *model.Command {
	mm.mu.Lock()
	defer mm.mu.Unlock()
	for _, c := range mm.commands {
		if c.Trigger == trigger {
			return c
		}
	}
	return nil
}

// Types has the user send a command line in a channel or in the thread of a post. An answer that only the user sees is
// among their notes afterwards, as the real server shows it.
func (u *User) Types(line string, at Place) {
	u.mm.t.Helper()
	hooks := u.mm.attached()
	if hooks == nil {
		u.mm.t.Fatal("mmtest: no plugin is attached")
	}
	channelID, rootID := at.place()
	args, ok := cross(u.mm, &model.CommandArgs{
		UserId: u.ID, ChannelId: channelID, RootId: rootID, TeamId: teamID, Command: line, SiteURL: u.mm.siteURL(),
		TriggerId: "trigger", ConnectionId: u.Connection,
	})
	if !ok {
		return
	}
	answer, appErr := hooks.ExecuteCommand(&plugin.Context{}, args)
	if appErr != nil {
		u.mm.t.Errorf("mmtest: %q failed: %v", line, appErr)
		return
	}
	if answer == nil || strings.TrimSpace(answer.Text) == "" {
		return
	}
	if answer.ResponseType == model.CommandResponseTypeInChannel {
		u.Says(answer.Text, at)
		return
	}
	u.mm.show(u.ID, &model.Post{
		Id: u.mm.newID("note"), Type: model.PostTypeEphemeral, ChannelId: channelID, RootId: rootID, Message: answer.Text,
		CreateAt: u.mm.millis(),
	})
}
