package stack

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"

	"github.com/pkg/errors"
)

// IconRequest is what the webapp sends when somebody clicks the camera icon.
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

// ClickIcon starts a meeting the way the webapp does.
func (p *Person) ClickIcon(ctx context.Context, click IconRequest) (IconAnswer, error) {
	body, err := json.Marshal(click)
	if err != nil {
		return IconAnswer{}, errors.Wrap(err, "encode the click")
	}
	address := p.Server.URL + "/plugins/" + PluginID + "/api/v1/meetings"
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return IconAnswer{}, errors.Wrap(err, "make a request")
	}
	request.Header.Set("Authorization", "Bearer "+p.API.AuthToken)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Requested-With", "XMLHttpRequest")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return IconAnswer{}, errors.Wrapf(err, "%s clicks the icon", p.User.Username)
	}
	defer response.Body.Close()
	answer := IconAnswer{Status: response.StatusCode}
	return answer, errors.Wrapf(json.NewDecoder(response.Body).Decode(&answer), "answer with status %d", response.StatusCode)
}
