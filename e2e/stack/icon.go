package stack

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/pkg/errors"
)

// IconRequest is what the webapp sends when a user clicks the camera icon.
type IconRequest struct {
	ChannelID    string `json:"channel_id"`
	RootID       string `json:"root_id"`
	Topic        string `json:"topic"`
	ConnectionID string `json:"connection_id"`
	Identity     string `json:"identity"`
	Force        bool   `json:"force"`
}

// IconAnswer is what it gets back.
type IconAnswer struct {
	Status     int    `json:"-"`
	Outcome    string `json:"outcome"`
	MeetingURL string `json:"meeting_url"`
	PostID     string `json:"post_id"`
	Error      struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

// ClickIcon starts a meeting as the webapp does.
func (p *Person) ClickIcon(ctx context.Context, click IconRequest) (IconAnswer, error) {
	status, body, err := p.callPlugin(ctx, http.MethodPost, "/meetings", click)
	if err != nil {
		return IconAnswer{}, errors.Wrap(err, "click the icon")
	}
	answer := IconAnswer{Status: status}
	return answer, errors.Wrapf(json.Unmarshal(body, &answer), "answer with status %d", status)
}
