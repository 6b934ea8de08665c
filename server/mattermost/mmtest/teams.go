package mmtest

import (
	"slices"

	"github.com/mattermost/mattermost/server/public/model"
)

// GetTeamsForUser returns the only team.
func (a *api) GetTeamsForUser(string) ([]*model.Team, *model.AppError) {
	a.called("GetTeamsForUser")
	return crossed(a.mm, []*model.Team{{Id: teamID}}), nil
}

// GetChannelsForTeamForUser returns the channels that the user is a member of.
func (a *api) GetChannelsForTeamForUser(_, userID string, includeDeleted bool) ([]*model.Channel, *model.AppError) {
	a.called("GetChannelsForTeamForUser")
	a.mm.mu.Lock()
	var found []*model.Channel
	for _, state := range a.mm.channels {
		if slices.Contains(state.members, userID) && (includeDeleted || state.DeleteAt == 0) {
			copied := state.Channel
			found = append(found, &copied)
		}
	}
	a.mm.mu.Unlock()
	slices.SortFunc(found, func(x, y *model.Channel) int { return int(x.CreateAt - y.CreateAt) })
	return crossed(a.mm, found), nil
}
