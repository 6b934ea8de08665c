package mattermost

import (
	"strings"
	"sync"

	"github.com/mattermost/mattermost/server/public/model"
	iconcommand "github.com/mattermost/mattermost/server/public/pluginapi/experimental/command"
	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/command"
)

// maxTeams is in how many teams commands of the team's own are looked for: each is a call, and this is done at every start and at every
// change of the plugin's settings.
const maxTeams = 100

// Commands tells the server of the plugin's slash commands.
type Commands struct {
	*Translator
	// byTrigger holds those that this process registered, by their triggers.
	byTrigger sync.Map
}

// RegisterCommand makes the server hand us the command lines of the tree and complete them while they are typed, under a name that
// people see beside it. It takes the place of one of ours from before. iconFile is an SVG in the bundle; without it the command has
// no picture.
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

// UnregisterCommand takes the tree's command away, if it is there and ours. The server removes every command of that name, whosever
// it is; so where another plugin's is in force it is left alone.
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

// TriggerOwner reports whether a slash command with the tree's name is there that is none of ours, and whose it is, as people call
// it. Of several plugins the first to register a trigger has it, and the server tells the others nothing; commands of a team and the
// server's own would give way to ours, which nobody would expect. On a server with more teams than maxTeams those of the rest go unseen.
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

// registered reports whether the command is one that this process registered, perhaps in another language than it would now.
func (c *Commands) registered(listed *model.Command) bool {
	stored, _ := c.byTrigger.Load(listed.Trigger)
	ours, ok := stored.(*model.Command)
	return ok && alike(listed, ours)
}

// alike compares what people see of two commands. The server does not say whose a command is, and keeps those of a plugin that
// crashed, so ours are known by their looks alone.
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

// Autocomplete returns what the server completes for the tree, in the server's language, since it asks once for all users.
// Arguments are shown by their hint alone: the server knows no optional ones without a name. The commands for admins are
// hidden from others, as they are by the tree.
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
