package mmtest

import (
	"slices"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
)

// slashCommand is a command and the plugin that registered it. The server reports the owner to no one.
type slashCommand struct {
	pluginID string
	*model.Command
}

func (a *api) RegisterCommand(command *model.Command) error {
	a.called("RegisterCommand")
	sent, ok := cross(a.mm, command)
	if !ok {
		return nil
	}
	return a.mm.register(PluginID, sent)
}

// RegisterElsewhere registers a slash command of another plugin.
func (mm *Mattermost) RegisterElsewhere(pluginID string, command *model.Command) {
	mm.t.Helper()
	if err := mm.register(pluginID, command); err != nil {
		mm.t.Fatalf("mmtest: register /%s for %s: %v", command.Trigger, pluginID, err)
	}
}

// register keeps only part of the command, as the real server does. A plugin's second command with a name replaces its first; another
// plugin's is queued behind it.
func (mm *Mattermost) register(pluginID string, sent *model.Command) error {
	if sent.AutocompleteData != nil {
		if err := sent.AutocompleteData.IsValid(); err != nil {
			return err
		}
	}
	kept := slashCommand{pluginID: pluginID, Command: &model.Command{
		Trigger: strings.ToLower(sent.Trigger), TeamId: sent.TeamId, AutoComplete: sent.AutoComplete, AutoCompleteDesc: sent.AutoCompleteDesc,
		AutoCompleteHint: sent.AutoCompleteHint, DisplayName: sent.DisplayName, AutocompleteData: sent.AutocompleteData,
		AutocompleteIconData: sent.AutocompleteIconData,
	}}
	mm.mu.Lock()
	defer mm.mu.Unlock()
	for i, c := range mm.commands {
		if c.Trigger == kept.Trigger && c.TeamId == kept.TeamId && c.pluginID == pluginID {
			mm.commands[i] = kept
			return nil
		}
	}
	mm.commands = append(mm.commands, kept)
	return nil
}

// UnregisterCommand removes every command with that name, whichever plugin owns it.
func (a *api) UnregisterCommand(teamID, trigger string) error {
	a.called("UnregisterCommand")
	a.mm.mu.Lock()
	defer a.mm.mu.Unlock()
	a.mm.commands = slices.DeleteFunc(a.mm.commands, func(c slashCommand) bool {
		return c.TeamId == teamID && c.Trigger == strings.ToLower(trigger)
	})
	return nil
}

// ListPluginCommands lists only the first of several commands with the same name.
func (a *api) ListPluginCommands(string) ([]*model.Command, error) {
	a.called("ListPluginCommands")
	a.mm.mu.Lock()
	var list []*model.Command
	for _, c := range a.mm.commands {
		if !slices.ContainsFunc(list, func(before *model.Command) bool { return before.Trigger == c.Trigger }) {
			list = append(list, c.Command)
		}
	}
	a.mm.mu.Unlock()
	return crossed(a.mm, list), nil
}

// ListBuiltInCommands lists a few of the server's own commands.
func (a *api) ListBuiltInCommands() ([]*model.Command, error) {
	a.called("ListBuiltInCommands")
	var list []*model.Command
	for _, trigger := range []string{"away", "echo", "help", "invite", "join", "leave", "me", "msg", "online", "settings", "shrug"} {
		list = append(list, &model.Command{Trigger: trigger, AutoComplete: true})
	}
	return crossed(a.mm, list), nil
}

func (a *api) ListCustomCommands(team string) ([]*model.Command, error) {
	a.called("ListCustomCommands")
	a.mm.mu.Lock()
	var list []*model.Command
	if team == teamID {
		list = slices.Clone(a.mm.custom)
	}
	a.mm.mu.Unlock()
	return crossed(a.mm, list), nil
}

// AddCustomCommand adds a slash command that a user made for the team.
func (mm *Mattermost) AddCustomCommand(trigger, name string) {
	mm.mu.Lock()
	defer mm.mu.Unlock()
	mm.custom = append(mm.custom, &model.Command{Trigger: trigger, DisplayName: name, TeamId: teamID})
}

// crossed sends a list to the plugin.
func crossed[T any](mm *Mattermost, list []T) []T {
	sent, ok := cross(mm, &list)
	if !ok {
		return nil
	}
	return *sent
}

// Command returns the slash command that the plugin registered, nil for none.
func (mm *Mattermost) Command(trigger string) *model.Command { return mm.CommandOf(PluginID, trigger) }

// CommandOf returns the slash command that a plugin registered, nil for none.
func (mm *Mattermost) CommandOf(pluginID, trigger string) *model.Command {
	mm.mu.Lock()
	defer mm.mu.Unlock()
	for _, c := range mm.commands {
		if c.Trigger == trigger && c.pluginID == pluginID {
			return c.Command
		}
	}
	return nil
}

// handlerOf returns the plugin that gets a command line: the first that registered its trigger, "" for none. If no plugin registered
// anything, all lines go to the attached one, so that tests of other things needn't register.
func (mm *Mattermost) handlerOf(line string) string {
	word, _, _ := strings.Cut(line, " ")
	trigger := strings.ToLower(strings.TrimPrefix(word, "/"))
	mm.mu.Lock()
	defer mm.mu.Unlock()
	for _, c := range mm.commands {
		if c.Trigger == trigger {
			return c.pluginID
		}
	}
	if len(mm.commands) == 0 {
		return PluginID
	}
	return ""
}

// Types sends a command line as the user, in a channel or in the thread of a post. An ephemeral response is among the user's notes
// afterwards, as on the real server. A line that goes to another plugin is answered with that plugin's ID.
func (u *User) Types(line string, at Place) {
	u.mm.t.Helper()
	hooks := u.mm.attached()
	if hooks == nil {
		u.mm.t.Fatal("mmtest: no plugin is attached")
	}
	channelID, rootID := at.place()
	switch handler := u.mm.handlerOf(line); handler {
	case PluginID:
	case "":
		u.sees("Command with a trigger of that name not found.", channelID, rootID)
		return
	default:
		u.sees(handler, channelID, rootID)
		return
	}
	args, ok := cross(u.mm, &model.CommandArgs{
		UserId: u.ID, ChannelId: channelID, RootId: rootID, TeamId: teamID, Command: line, SiteURL: u.mm.siteURL(),
		TriggerId: u.trigger(channelID), ConnectionId: u.Connection,
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
	u.sees(answer.Text, channelID, rootID)
}

// sees shows the user a note from the server.
func (u *User) sees(text, channelID, rootID string) {
	u.mm.show(u.ID, &model.Post{
		Id: u.mm.newID("note"), Type: model.PostTypeEphemeral, ChannelId: channelID, RootId: rootID, Message: text,
		CreateAt: u.mm.millis(),
	})
}
