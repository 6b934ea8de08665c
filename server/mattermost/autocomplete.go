package mattermost

import (
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
	iconcommand "github.com/mattermost/mattermost/server/public/pluginapi/experimental/command"
	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/command"
)

// RegisterCommand makes the server hand us the command lines of the tree and complete them while they are typed. iconFile
// is an SVG in the bundle; without it the command has no picture.
func (c *Client) RegisterCommand(tree *command.Command, iconFile string) error {
	icon, err := iconcommand.GetIconData(&c.plug.System, iconFile)
	if err != nil {
		c.Warn("The picture of the slash command is missing", "error", err.Error())
	}
	err = c.api.RegisterCommand(&model.Command{
		Trigger:              tree.Name,
		DisplayName:          "Zoom",
		Description:          c.here(tree.Help),
		AutoComplete:         true,
		AutoCompleteDesc:     c.here(tree.Help),
		AutoCompleteHint:     words(tree),
		AutocompleteData:     c.Autocomplete(tree),
		AutocompleteIconData: icon,
	})
	return errors.Wrapf(err, "register /%s", tree.Name)
}

// Autocomplete returns what the server completes for the tree, in the server's language, since it asks once for all users.
// Arguments are shown by their hint alone: the server knows no optional ones without a name. The commands for admins are
// hidden from others, as they are by the tree.
func (c *Client) Autocomplete(tree *command.Command) *model.AutocompleteData {
	data := model.NewAutocompleteData(tree.Name, c.here(tree.Hint), c.here(tree.Help))
	if tree.Admin {
		data.RoleID = model.SystemAdminRoleId
	}
	for _, sub := range tree.Sub {
		data.AddCommand(c.Autocomplete(sub))
	}
	return data
}

// words lists what everybody can type after the command.
func words(tree *command.Command) string {
	var names []string
	for _, sub := range tree.Visible(false) {
		names = append(names, sub.Name)
	}
	return "[" + strings.Join(names, "|") + "]"
}
