package httpapi

import (
	"encoding/json"
	"net/http"

	"github.com/mattermost/mattermost/server/public/model"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
)

// action carries out a click on a button of a post. The request comes through the server, which vouches for who clicked;
// the rest of it is the client's word.
func (s *server) action(w http.ResponseWriter, r *http.Request, userID string) {
	var request model.PostActionIntegrationRequest
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxRequest)).Decode(&request); err != nil {
		s.fail(w, userID, fault.Wrap(err, fault.InvalidInput))
		return
	}
	click := chat.Click{
		UserID: userID,
		Place:  chat.Place{ChannelID: request.ChannelId, RootID: text(request.Context["root_id"])},
		PostID: request.PostId,
		Action: text(request.Context["action"]),
		Values: texts(request.Context["values"]),
	}
	var answer model.PostActionIntegrationResponse
	if err := s.Meetings.Act(r.Context(), click); err != nil {
		if fault.CodeOf(err) == fault.Internal {
			s.Log("A click failed", "user_id", userID, "action", click.Action, "error", err.Error())
		}
		answer.EphemeralText = s.People.Text(userID, chat.Failure(err))
	}
	s.reply(w, http.StatusOK, answer)
}

func text(value any) string {
	s, _ := value.(string)
	return s
}

func texts(value any) map[string]string {
	pairs, _ := value.(map[string]any)
	found := make(map[string]string, len(pairs))
	for name, v := range pairs {
		found[name] = text(v)
	}
	return found
}
