package sentry

import (
	"encoding/json"
	"net/url"
	"slices"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// Once the integration's schema contains it, Sentry's alert rules offer the action "Send to Mattermost". Sentry queries the channels to
// choose from and checks the choice, at addresses below the hook. Both requests are signed like deliveries, in another header. Each alert
// of such a rule then names the channel.
const (
	alertActionType = "alert-rule-action"
	// ChannelsPath and CheckPath follow the address of the hook.
	ChannelsPath = "/channels"
	CheckPath    = "/check"
	// channelField is the name of the setting.
	channelField = "channel"
	// maxChannelKey is the longest channel ID, in bytes.
	maxChannelKey = 64
)

// HandleQuery returns the channels to choose from, or checks the chosen one.
func (*Sentry) HandleQuery(question string, d provider.Delivery, channels []provider.QueryOption) ([]byte, error) {
	switch "/" + question {
	case ChannelsPath:
		if channels == nil {
			channels = []provider.QueryOption{}
		}
		encoded, err := json.Marshal(channels)
		return encoded, errors.Wrap(err, "encode the channels")
	case CheckPath:
		chosen, err := ChosenChannel(d.Body)
		if err == nil && !slices.ContainsFunc(channels, func(o provider.QueryOption) bool { return o.Value == chosen }) {
			err = fault.Wrap(errors.New("the channel does not follow the organization"), fault.InvalidInput)
		}
		return []byte("{}"), err
	}
	return nil, fault.New(fault.HookUnknown)
}

// ChosenChannel returns the channel that a user chose in an alert rule. Fault: InvalidInput.
func ChosenChannel(body []byte) (string, error) {
	var asked sentAlertAction
	if err := json.Unmarshal(body, &asked); err != nil {
		return "", fault.Wrap(err, fault.InvalidInput)
	}
	channel := asked.channel()
	if channel == "" {
		return "", fault.Wrap(errors.New("no channel is chosen"), fault.InvalidInput)
	}
	return channel, nil
}

// sentAlertAction has the settings of an alert rule's action: "settings" in an alert, "fields" in a check.
type sentAlertAction struct {
	Title    text              `json:"title"`
	Settings list[sentSetting] `json:"settings"`
	Fields   list[sentSetting] `json:"fields"`
}

type sentSetting struct {
	Name  text `json:"name"`
	Value text `json:"value"`
}

// channel returns the chosen channel, or "".
func (a sentAlertAction) channel() string {
	for _, s := range append(append([]sentSetting{}, a.Settings...), a.Fields...) {
		if id := s.Value.id(); s.Name == channelField && len(id) <= maxChannelKey {
			return id
		}
	}
	return ""
}

// alertAction returns the element of the schema. Sentry replaces the whole path of the hook's address with the paths in it.
func alertAction(h provider.Hook) (map[string]any, error) {
	u, err := url.Parse(h.URL)
	if err != nil {
		return nil, errors.Wrap(err, "read the address of the hook")
	}
	return map[string]any{
		"type": alertActionType, "title": "Send to Mattermost",
		"settings": map[string]any{
			"type": "alert-rule-settings", "uri": u.Path + CheckPath, "description": "Post the alert in a channel.",
			"required_fields": []any{map[string]any{
				"type": "select", "label": "Channel", "name": channelField, "uri": u.Path + ChannelsPath,
			}},
		},
	}, nil
}

// withAlertAction returns the schema with our action, and all other elements unchanged.
func withAlertAction(schema map[string]any, h provider.Hook) (map[string]any, error) {
	action, err := alertAction(h)
	if err != nil {
		return nil, err
	}
	next := withoutAlertAction(schema)
	others, _ := next["elements"].([]any)
	next["elements"] = append(others, action)
	return next, nil
}

// withoutAlertAction returns the schema without any action for alert rules.
func withoutAlertAction(schema map[string]any) map[string]any {
	elements, _ := schema["elements"].([]any)
	others := []any{}
	for _, e := range elements {
		if one, ok := e.(map[string]any); !ok || one["type"] != alertActionType {
			others = append(others, e)
		}
	}
	if len(others) == 0 {
		return map[string]any{}
	}
	return map[string]any{"elements": others}
}

// hasAlertAction reports whether the schema contains our action with the current addresses.
func hasAlertAction(schema map[string]any, h provider.Hook) bool {
	wanted, err := withAlertAction(nil, h)
	if err != nil {
		return false
	}
	elements, _ := schema["elements"].([]any)
	mine, _ := wanted["elements"].([]any)
	for _, e := range elements {
		one, ok := e.(map[string]any)
		if ok && one["type"] == alertActionType && sameJSON(one, mine[0]) {
			return true
		}
	}
	return false
}

func sameJSON(a, b any) bool {
	one, errA := json.Marshal(a)
	other, errB := json.Marshal(b)
	return errA == nil && errB == nil && string(one) == string(other)
}
