package main

import (
	"context"

	"mattermost-plugin-zoom/server/account"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/meeting"
)

// connections are the accounts as the commands of meetings need them, which know no authorization.
type connections struct{ *account.Service }

var _ meeting.Connections = connections{}

// Redeem finishes an authorization with the code that a browser was shown.
func (c connections) Redeem(ctx context.Context, person chat.PersonID, code string) (email, next string, err error) {
	connected, err := c.Service.Redeem(ctx, person, code)
	return connected.Email, connected.Next, err
}
