package mattermost

import (
	"strings"
	"sync"

	"github.com/mattermost/mattermost/server/public/model"
	iconcommand "github.com/mattermost/mattermost/server/public/pluginapi/experimental/command"
	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/command"
)

// maxTeams is the most teams whose own commands are checked: each is a call, at every start and at every change of the plugin's settings.
const maxTeams = 100

// Commands registers the plugin's slash commands with the server.
type Commands struct {
	*Translator
	// byTrigger holds the commands that this process registered, by trigger.
	byTrigger sync.Map
}

// RegisterCommand makes the server send the tree's command lines to the plugin and complete them while users type, under this display
// name. It replaces an earlier registration of the same command. iconFile is an SVG in the bundle; without it the command has no icon.
func (c *Commands) RegisterCommand(tree *command.Command, name, iconFile string) error {
	icon, err := iconcommand.GetIconData(&c.plug.System, iconFile)
	if err != nil {
		c.Warn("The icon of a slash command is missing", "command", tree.Name, "error", err.Error())
	}
	registered := c.slashCommand(tree, name)
	registered.AutocompleteData, registered.AutocompleteIconData = c.Autocomplete(tree), icon
	if err := c.api.RegisterCommand(registered); err != nil {
		return errors.Wrapf(err, "register /%s", tree.Name)
	}
	c.byTrigger.Store(tree.Name, registered)
	return nil
}

func (c *Commands) slashCommand(tree *command.Command, name string) *model.Command {
	help := c.toAll().plain(tree.Help)
	return &model.Command{
		Trigger:          tree.Name,
		DisplayName:      name,
		Description:      help,
		AutoComplete:     true,
		AutoCompleteDesc: help,
		AutoCompleteHint: names(tree),
	}
}

// UnregisterCommand removes the tree's command if the plugin registered it. The server removes every command with that trigger, whichever
// plugin owns it; so another plugin's command is left alone.
func (c *Commands) UnregisterCommand(tree *command.Command, name string) error {
	if _, taken := c.TriggerOwner(tree, name); taken {
		return nil
	}
	if err := c.api.UnregisterCommand("", tree.Name); err != nil {
		return errors.Wrapf(err, "unregister /%s", tree.Name)
	}
	c.byTrigger.Delete(tree.Name)
	return nil
}

// TriggerOwner reports whether a slash command with the tree's trigger exists that isn't the plugin's, and the display name of its owner.
// Of several plugins the first to register a trigger keeps it, and the server reports nothing to the others; a team's own commands and
// the server's built-in ones would be overridden, which no one would expect. On a server with more than maxTeams teams, those of the rest
// aren't seen.
func (c *Commands) TriggerOwner(tree *command.Command, name string) (owner string, taken bool) {
	lists := []func() ([]*model.Command, error){
		func() ([]*model.Command, error) { return c.api.ListPluginCommands("") },
		c.api.ListBuiltInCommands,
	}
	teams, appErr := c.api.GetTeams()
	if appErr != nil {
		c.Warn("The teams couldn't be listed to find their slash commands", "error", appErr.Error())
	}
	for _, team := range teams[:min(len(teams), maxTeams)] {
		lists = append(lists, func() ([]*model.Command, error) { return c.api.ListCustomCommands(team.Id) })
	}
	own := c.slashCommand(tree, name)
	for _, list := range lists {
		commands, err := list()
		if err != nil {
			c.Warn("The slash commands couldn't be listed", "error", err.Error())
			continue
		}
		for _, listed := range commands {
			if strings.EqualFold(listed.Trigger, tree.Name) && !alike(listed, own) && !c.registered(listed) {
				return ownerOf(listed), true
			}
		}
	}
	return "", false
}

// registered reports whether this process registered the command, perhaps in another language than the current one.
func (c *Commands) registered(listed *model.Command) bool {
	stored, _ := c.byTrigger.Load(listed.Trigger)
	ours, ok := stored.(*model.Command)
	return ok && alike(listed, ours)
}

// alike compares what users see of two commands. The server doesn't report the owner of a command, and keeps those of a crashed plugin,
// so the plugin recognizes its own by their content.
func alike(a, b *model.Command) bool {
	return a.DisplayName == b.DisplayName && a.AutoCompleteDesc == b.AutoCompleteDesc && a.AutoCompleteHint == b.AutoCompleteHint
}

func ownerOf(c *model.Command) string {
	switch {
	case c.PluginId != "":
		return c.PluginId
	case c.DisplayName != "":
		return c.DisplayName
	}
	return "/" + c.Trigger
}

// Autocomplete returns the server's completions for the tree, in the server's language, because the server asks once for all users.
// Arguments are shown as a hint only: the server supports no optional argument without a name. Admin commands are hidden from others, as
// in the tree.
func (c *Commands) Autocomplete(tree *command.Command) *model.AutocompleteData {
	say := c.toAll().plain
	data := model.NewAutocompleteData(tree.Name, say(tree.Hint), say(tree.Help))
	if tree.Admin {
		data.RoleID = model.SystemAdminRoleId
	}
	for _, sub := range tree.Sub {
		data.AddCommand(c.Autocomplete(sub))
	}
	return data
}

// names lists what everyone can type after the command.
func names(tree *command.Command) string {
	var all []string
	for _, sub := range tree.Visible(false) {
		all = append(all, sub.Name)
	}
	return "[" + strings.Join(all, "|") + "]"
}
