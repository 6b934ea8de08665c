package delivery

import (
	"context"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/digest"
)

// warnRefused tells the connection's creator that its deliveries are refused, at most once a day.
func (s *Journal) warnRefused(ctx context.Context, connectionID string, refused bridge.Entry) {
	if !s.pending.warn(connectionID, s.Now()) {
		return
	}
	first, err := s.Connections.Claim(ctx, digest.Of("refused", connectionID), toldFor)
	if err != nil || !first {
		return // without the record, the journal still says it
	}
	c, found, err := s.Connections.Connection(ctx, connectionID)
	if err != nil || !found {
		return
	}
	s.Notices.WriteTo(ctx, c.CreatedBy, chat.Say("bridge.deliver.refused", "Provider", s.Name(c.Provider), "Name", c.Name,
		"Command", s.Word(c.Provider)).WithMessage("Reason", refused.Reason))
}
