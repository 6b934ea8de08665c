package event_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/zoomchat/event"
)

// examples returns Zoom's own examples of events by their names; it skips the test where they are not beside the repository.
func examples(t testing.TB) map[string][]byte {
	t.Helper()
	folder, err := os.Getwd()
	require.NoError(t, err)
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			break
		}
		folder = filepath.Dir(folder)
	}
	files, err := filepath.Glob(filepath.Join(folder, "..", "shared", "zoom-openapi", "webhook-examples", "*.json"))
	require.NoError(t, err)
	if len(files) == 0 {
		t.Skip("SKIPPED, NOT PASSED: Zoom's documents are not beside this repository (../shared/zoom-openapi)")
	}
	all := map[string][]byte{}
	for _, file := range files {
		body, err := os.ReadFile(file)
		require.NoError(t, err)
		all[strings.TrimSuffix(filepath.Base(file), ".json")] = body
	}
	return all
}

func TestZoomsExamplesAreRead(t *testing.T) {
	t.Parallel()
	jill := event.User{ID: "KdYKjnimT4KPd8KKdQt9FQ", JID: "kdykjnimt4kpd8kkdqt9fq@example.com", Name: "Jill Chill"}
	conversation := event.Channel{JID: "kdykjnimt4kpd8kkdqt9fq@example.com/robot_v1m0yn1imztuogsxjje8fdew@example.com", Name: "Jill Chill"}
	clicked := func(kind event.Kind, of, message, value string) event.Event {
		return event.Event{
			Kind: kind, Type: of, AccountID: "gVcjZnWWRLWvv_GtyGuaxg", User: jill, Channel: conversation,
			RobotJID: "v1m0yn1imztuogsxjje8fdew@example.com", MessageID: message, Value: value,
		}
	}
	want := map[string]event.Event{
		"bot_installed": {
			Kind: event.Installed, Type: "bot_installed", AccountID: "CDSCdcsdv", RobotJID: "csvfdvfd@xmpp.zoom.us",
			User: event.User{ID: "fvdfvfdvfd", JID: "fvdfvfdvfd@xmpp.zoom.us", Name: "UserName"},
		},
		"bot_notification": {
			Kind: event.Command, Type: "bot_notification", AccountID: "asgVcjZnWWRLWvv_GtyGuaxg", RobotJID: "v10r4uxexurcasg-pwh8hyh7sg@example.com",
			User:    event.User{ID: "KdYKjnimT4asKPd8KKdQt9FQ", JID: "kdykjnimtas4kpd8kkdqt9fq@example.com", Name: "Jill Chill"},
			Channel: event.Channel{JID: "b1c841dc7b0b4as69287e6be05c7f93f25@conference.example.com", Name: "Photos"}, Text: "island",
		},
		"interactive_message_actions":         clicked(event.Clicked, "interactive_message_actions", "20190618205516496_ynICmz8_aw1", "add"),
		"interactive_message_select":          clicked(event.Clicked, "interactive_message_select", "20190618205440879_sRHVqf4_aw1", "lions"),
		"interactive_message_editable":        clicked(event.Edited, "interactive_message_editable", "20190618205205291_tI1CUa6_aw1", ""),
		"interactive_message_fields_editable": clicked(event.Edited, "interactive_message_fields_editable", "20190618205323327_EZjIqCQ_aw1", ""),
		"team_chat.app_mention": {
			Kind: event.Mentioned, Type: "team_chat.app_mention", AccountID: "asgVcjZnWWRLWvv_GtyGuaxg", External: true, Text: "hello",
			User:    event.User{ID: "z8yCxjabcdEFGHfp8uQ", Email: "example@zoom.us"},
			Channel: event.Channel{ID: "8AmQ0WOoQ1O3a84yYFc2xQ", Name: "Team Chat"}, MessageID: "5DD614F4-DD19-4C39-8D03-93C4D0A0C839",
			Thread: "5DD614F4-DD19-4C39-8D03-93C4D0A0C838",
		},
		"team_chat.link_shared": {
			Kind: event.LinkShared, Type: "team_chat.link_shared", AccountID: "exampleAccountId", Text: "https://sg.com/1234w",
			User:    event.User{ID: "exampleuserId", Email: "example@zoom.us"},
			Channel: event.Channel{ID: "xxxxxxx", Name: "Team Chat"}, MessageID: "5DD614F4-DD19-4C39-8D03-93C4D0A0C839",
			Thread: "5DD614F4-DD19-4C39-8D03-93C4D0A0C838", TriggerID: "exampleTriggerId",
			ResponseURL: "https://api.zoom.us/v2/im/chat/users/exampleUserId/unfurls/exampleTriggerId",
		},
		"app_deauthorized": {
			Kind: event.Removed, Type: "app_deauthorized", AccountID: "AAAAAABBBB", User: event.User{ID: "abcD3ojfdbjfg"}, ClientID: "ABCDEFGHIJKLMNOPQRST!V",
		},
	}
	for name, body := range examples(t) {
		got, err := event.Parse(body)
		require.NoError(t, err, name)
		if expected, ok := want[name]; ok {
			require.Equal(t, expected, got, name)
			continue
		}
		require.Equal(t, event.Other, got.Kind, name)
	}
}

func TestASubmittedFormIsReadWhateverItsInputsAre(t *testing.T) {
	t.Parallel()
	e, err := event.Parse([]byte(`{"event":"chat_message.submit","event_ts":1,"payload":{"account_id":"acc","operator":"jill@example.com","operator_id":"U1","by_external_user":false,
		"object":{"message_id":"m1","to_jid":"c@conference.xmpp.zoom.us","robot_jid":"v1@xmpp.zoom.us","form_id":"f","submit_items":[
		{"actionItem":{"text":"Send","value":"ask:f:0"}},
		{"plain_text_input":{"action_id":"title","text":"Title","value":"Down"}},
		{"select":{"text":"Service","selectedItems":[{"value":"W"}]}},
		{"checkboxes":{"action_id":"tell","selected_options":[{"value":"team"},{"value":"all"}]}},
		{"radio_buttons":{"action_id":"urgency","value":true}},
		{"plain_text_input":{"text":"n","value":null}},
		{"datepicker":7}, 8]}}}`))
	require.NoError(t, err)
	require.Equal(t, event.Submitted, e.Kind)
	require.Equal(t, "ask:f:0", e.Value)
	require.Equal(t, "c@conference.xmpp.zoom.us", e.Channel.JID)
	require.Equal(t, event.User{ID: "U1", Email: "jill@example.com"}, e.User)
	require.Equal(t, []event.Input{
		{Type: "plain_text_input", Name: "title", Label: "Title", Values: []string{"Down"}},
		{Type: "select", Label: "Service", Values: []string{"W"}},
		{Type: "checkboxes", Name: "tell", Values: []string{"team", "all"}},
		{Type: "radio_buttons", Name: "urgency", Values: []string{"true"}},
		{Type: "plain_text_input", Label: "n"},
		{Type: "datepicker"},
	}, e.Inputs)
}

func TestWhatIsNoEventIsRefused(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"nothing": "", "no JSON": "event", "no object": "[]", "no type": `{"payload":{}}`, "a number": `{"event":7}`,
		"too deep": `{"event":"x","payload":` + strings.Repeat(`[`, 100) + strings.Repeat(`]`, 100) + `}`,
		"too long": `{"event":"bot_notification","payload":{"cmd":"` + strings.Repeat("a", event.MaxBytes) + `"}}`, "not UTF-8": "{\"event\":\"\xff\"}",
	} {
		_, err := event.Parse([]byte(body))
		require.ErrorIs(t, err, event.ErrEvent, name)
	}
	e, err := event.Parse([]byte(`{"event":"bot_notification","payload":{"cmd":7,"userId":["x"],"toJid":"c@conference.x","actionItem":[]}}`))
	require.NoError(t, err, "fields of other types are empty")
	require.Equal(t, event.Event{Kind: event.Command, Type: "bot_notification", Channel: event.Channel{JID: "c@conference.x"}}, e)
}

// FuzzParse: whatever arrives, nothing panics, and what is read is bounded.
func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"event":"chat_message.submit","payload":{"object":{"submit_items":[{"select":{"selectedItems":[{"value":"W"}]}},{"x":{"value":[1,true,"a",null,{}]}}]}}}`))
	f.Add([]byte(`{"event":"interactive_message_actions","payload":{"actionItem":{"value":"act:a?b=c"},"original":{"head":{}}}}`))
	f.Add([]byte(`{"event":"bot_notification","payload":{"cmd":"\u0000\ud800"}}`))
	for _, body := range [][]byte{[]byte(`{"event":"bot_installed","payload":{"accountId":"a"}}`), []byte(`{"event":"endpoint.url_validation","payload":{"plainToken":"x"}}`)} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		e, err := event.Parse(body)
		if err != nil {
			require.ErrorIs(t, err, event.ErrEvent)
			require.Equal(t, event.Event{}, e)
			return
		}
		require.NotEmpty(t, e.Kind)
		for _, name := range []string{e.AccountID, e.User.ID, e.User.JID, e.User.Name, e.Channel.JID, e.Channel.Name, e.RobotJID, e.MessageID, e.Thread} {
			require.LessOrEqual(t, len(name), 512)
			require.NotContains(t, name, "\x00")
		}
		require.LessOrEqual(t, len(e.Text), 16<<10)
		require.LessOrEqual(t, len(e.Inputs), 2000)
	})
}
