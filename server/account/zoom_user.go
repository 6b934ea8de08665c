package account

import (
	"context"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
)

// PersonOf returns the person whose own grant the Zoom user of this account gave; "" for none, and where several persons use one Zoom user,
// since then it says of none of them who acts.
func (s *Connections) PersonOf(ctx context.Context, accountID, zoomUserID string) (chat.PersonID, error) {
	owners, err := s.grants.owners(ctx, zoomUserID)
	if err != nil || len(owners) != 1 {
		return "", errors.Wrap(err, "look up whose Zoom user it is")
	}
	identity, held, err := s.grants.held(ctx, grantOf(owners[0], ByUser))
	if err != nil || !held || identity.ZoomUserID != zoomUserID || identity.AccountID != "" && identity.AccountID != accountID {
		return "", errors.Wrap(err, "read a grant")
	}
	return owners[0], nil
}
