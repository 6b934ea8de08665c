package teamchat

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
	"mattermost-plugin-zoom/sandbox/zoom/teamchat/card"
)

// What the client says about itself.
const (
	runningContext = "inChat"
	clientVersion  = "6.2.0"
)

// supportedAPIs are the functions of the Zoom Apps SDK that the client has.
var supportedAPIs = []string{
	"getRunningContext", "getSupportedJsApis", "getAppContext", "getChatContext", "composeCard", "sendMessageToChat", "openUrl", "closeApp",
}

// SDKCall is a call of the Zoom Apps SDK by a page.
type SDKCall struct {
	API  string          `json:"api"`
	Data json.RawMessage `json:"data"`
}

// SDKAnswer is what the page is told, and what the client does.
type SDKAnswer struct {
	// Result or Error go to the page.
	Result any    `json:"result,omitempty"`
	Error  string `json:"error,omitempty"`
	// Preview is what the compose box shows for a composed card.
	Preview *Preview `json:"preview,omitempty"`
	// OpenURL is opened outside of the client.
	OpenURL string `json:"open_url,omitempty"`
	Close   bool   `json:"close,omitempty"`
}

// Preview is a composed card that has not been sent yet.
type Preview struct {
	Title       string `json:"title"`
	Description string `json:"description"`
}

// CallSDK serves a call of a page.
// https://developers.zoom.us/docs/zoom-apps/js-sdk/
func (c *Chat) CallSDK(id string, q SDKCall) (SDKAnswer, error) {
	v := c.webviews[id]
	if v == nil {
		return SDKAnswer{}, errors.Wrapf(kit.ErrNotFound, "webview %q", id)
	}
	if q.API == "config" {
		return v.configure(q.Data), nil
	}
	if !slices.Contains(supportedAPIs, q.API) || !slices.Contains(v.allowed, q.API) || !v.bot.added(q.API) {
		return SDKAnswer{Error: "The app can't call " + q.API + ": config didn't ask for it, the app didn't add it, or the client doesn't have it."}, nil
	}
	switch q.API {
	case "getSupportedJsApis":
		return SDKAnswer{Result: kit.Object{"supportedApis": supportedAPIs}}, nil
	case "getAppContext":
		return SDKAnswer{Result: kit.Object{"context": seal(c.IDs, v.bot.Secret, v.context)}}, nil
	case "getChatContext":
		return SDKAnswer{Result: kit.Object{"content": v.text}}, nil
	case "composeCard":
		return c.composeCard(v, q.Data), nil
	case "sendMessageToChat":
		return c.sendFromPage(v, q.Data), nil
	case "openUrl":
		var data struct {
			URL string `json:"url"`
		}
		_ = json.Unmarshal(q.Data, &data) // no address opens nothing
		return SDKAnswer{Result: done(), OpenURL: data.URL}, nil
	case "closeApp":
		return SDKAnswer{Result: done(), Close: true}, nil
	}
	return SDKAnswer{Result: kit.Object{"context": runningContext}}, nil // getRunningContext
}

// done is the answer of functions that return nothing.
func done() kit.Object { return kit.Object{"message": "success"} }

// configure notes the functions that a page will use.
func (v *webview) configure(data json.RawMessage) SDKAnswer {
	var q struct {
		APIs []string `json:"js_api_lists"`
	}
	if json.Unmarshal(data, &q) != nil {
		return SDKAnswer{Error: "config needs a list of capabilities."}
	}
	v.allowed = q.APIs
	unsupported := []string{}
	for _, name := range q.APIs {
		if !slices.Contains(supportedAPIs, name) || !v.bot.added(name) {
			unsupported = append(unsupported, name)
		}
	}
	return SDKAnswer{Result: kit.Object{
		"clientVersion": clientVersion, "runningContext": runningContext, "unsupportedApis": unsupported,
		"auth": kit.Object{"status": "authorized"}, "product": "desktop",
	}}
}

// composeCard puts a card into the compose box, if the app has signed it.
func (c *Chat) composeCard(v *webview, data json.RawMessage) SDKAnswer {
	var q struct {
		Type      string `json:"type"`
		Message   string `json:"message"`
		Signature string `json:"signature"`
		Timestamp string `json:"timestamp"` // milliseconds
		Preview   string `json:"previewCard"`
	}
	var message struct {
		Content json.RawMessage `json:"content"`
	}
	var preview Preview
	switch {
	case json.Unmarshal(data, &q) != nil || q.Type != "interactiveCard":
		return c.refuseCard(v, `type must be "interactiveCard", and timestamp a text`)
	case q.Timestamp == "" || !kit.SameSecret(kit.HMAC(v.bot.Secret, []byte("v0:"+q.Timestamp+":"+q.Message)), q.Signature):
		return c.refuseCard(v, "the signature doesn't match")
	case json.Unmarshal([]byte(q.Message), &message) != nil || !isObject(message.Content):
		return c.refuseCard(v, "message is not the JSON text of an object with content")
	case json.Unmarshal([]byte(q.Preview), &preview) != nil || preview.Title == "":
		return c.refuseCard(v, "previewCard is not the JSON text of an object with a title")
	}
	if problems := card.Check(message.Content); len(problems) > 0 {
		return c.refuseCard(v, problems...)
	}
	v.card = compacted(message.Content)
	return SDKAnswer{Result: done(), Preview: &preview}
}

// refuseCard tells a page that its card can't be composed.
func (c *Chat) refuseCard(v *webview, problems ...string) SDKAnswer {
	c.report(v.bot, "composeCard", problems...)
	return SDKAnswer{Error: "composeCard: " + strings.Join(problems, "; ")}
}

// sendFromPage sends a text as the user.
func (c *Chat) sendFromPage(v *webview, data json.RawMessage) SDKAnswer {
	var q struct {
		Message string `json:"message"`
	}
	_ = json.Unmarshal(data, &q) // an empty message is refused
	at := v.place.jid
	if v.place.bot != nil {
		at = v.place.bot.JID
	}
	m, err := c.Say(UserMessage{As: v.person.Email, In: at, Text: q.Message})
	if err != nil {
		return SDKAnswer{Error: err.Error()}
	}
	return SDKAnswer{Result: kit.Object{"result": []kit.Object{{"channelId": v.context.ChatID, "messageId": m.ID}}}}
}
