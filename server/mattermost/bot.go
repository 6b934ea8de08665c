package mattermost

import (
	"os"
	"path/filepath"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/mattermost/mattermost/server/public/pluginapi"
	"github.com/pkg/errors"
)

// botUsername is also the name of the public plugin's bot, so that both plugins' notes come from one account.
const botUsername = "zoom"

// ErrNameTaken means that the bot's username belongs to a person; an admin has to rename that account.
var ErrNameTaken = errors.New("the username @" + botUsername + " belongs to a person, and the bot needs it")

// EnsureBot creates or finds the bot and returns its user ID. Several servers of a cluster may call it at once. If a person has the
// username, the server returns that person's ID; EnsureBot then fails with ErrNameTaken.
func EnsureBot(api plugin.API) (string, error) {
	bots := pluginapi.NewClient(api, nil).Bot
	botID, err := bots.EnsureBot(&model.Bot{
		Username: botUsername, DisplayName: "Zoom", Description: "Posts Zoom meetings and notifications.",
	})
	if err != nil {
		return "", errors.Wrap(err, "ensure the bot")
	}
	user, err := answered(api.GetUser(botID))
	if err != nil {
		return "", errors.Wrap(err, "look up the bot")
	}
	if !user.IsBot {
		return "", ErrNameTaken
	}
	return botID, nil
}

// SetBotPicture sets the bot's picture to a file of the bundle. The bot works without one.
func SetBotPicture(api plugin.API, botID, file string) error {
	bundle, err := api.GetBundlePath()
	if err != nil {
		return errors.Wrap(err, "find the bundle")
	}
	picture, err := os.ReadFile(filepath.Join(bundle, file))
	if err != nil {
		return errors.Wrap(err, "read the bot's picture")
	}
	if appErr := api.SetProfileImage(botID, picture); appErr != nil {
		return errors.Wrap(appErr, "set the bot's picture")
	}
	return nil
}
