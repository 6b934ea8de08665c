package httpapi_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/bridge/console"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
)

// sealed returns a button of the bridge.
func sealed(label string) chat.Button {
	return chat.Button{Label: chat.Verbatim(label), Primary: true, Action: conversation.Pressed, Values: map[string]string{"sealed": "v1.sealed"}}
}

// atWindow returns a desk whose bridge returns one step of each kind.
func atWindow() desk {
	services := []chat.Option{{Label: chat.Verbatim("Database"), Value: "PDBSERV", Detail: chat.Verbatim("Platform")}}
	form := chat.Form{
		Kind: "raise", State: "v1.sealed", Title: chat.Verbatim("Trigger"), Intro: chat.VerbatimText(chat.Join(" ", chat.Strong(chat.Plain("What")), chat.Plain("is broken?"))), Submit: chat.Verbatim("Go"),
		Fields: []chat.FormField{
			{Name: "service", Kind: chat.SelectField, Label: chat.Verbatim("Service"), Options: services, Search: true},
			{Name: "token", Kind: chat.SecretField, Label: chat.Verbatim("Token"), Default: "hush", Optional: true, MaxLength: 100},
		},
	}
	return desk{tools: tools{
		step: console.Step{Form: &form, Notes: []chat.Note{{
			Text: chat.VerbatimText(chat.Join("", chat.Words("Or "), chat.Strong(chat.Plain("this")), chat.Words("?"))), Buttons: []chat.Button{sealed("Do it"), {Label: chat.Verbatim("Not ours"), Action: "start"}},
		}}},
		found: services,
		page: console.Page{Provider: "pagerduty", Name: "PagerDuty", Word: "pduty", Tabs: []console.Tab{{
			ID: "service", Title: chat.Verbatim("Service"), Intro: chat.Verbatim("What it follows"), Buttons: []chat.Button{sealed("Connect")},
			Items: []console.Item{{Title: "acme", URL: "https://acme.pagerduty.com", Details: []chat.Message{chat.Verbatim("by alice")}, Buttons: []chat.Button{sealed("Disconnect")}}},
		}}},
		overview: console.Overview{Page: 2, Pages: 3, All: 41, Lines: []console.OverviewLine{
			{ID: "c1", Provider: "Jenkins", Name: "ci", Health: console.Healthy, Details: []chat.Message{chat.Verbatim("in ~town")}},
			{ID: "c2", Provider: "Sentry", Name: "acme", URL: "https://acme.sentry.io", Health: console.Broken, Details: []chat.Message{chat.Plural("bridge.overview.failures", 2)}},
		}},
		tools: []console.ChannelTool{{
			Provider: "pagerduty", Name: "PagerDuty", Word: "pduty",
			Connections: []console.Followed{{Name: "acme", URL: "https://acme.pagerduty.com", Events: chat.Verbatim("Triggered")}},
			Cards: []console.OpenCard{{
				Message: chat.MessageRef{Place: place("town").In("root"), ID: "card"}, Title: "#1 Disk full", State: chat.Verbatim("Triggered"), Tone: chat.ToneFailure, At: noon,
			}},
		}},
	}}
}

func TestWhatIsDoneInAWindowIsDoneAsWhoAsksAndWhere(t *testing.T) {
	t.Parallel()
	d := atWindow()
	d.asks(t, "POST", "/api/v1/providers/pagerduty/run", `{"channel_id":"town","root_id":"root","text":"trigger Disk full"}`)
	d.asks(t, "POST", "/api/v1/window/press", `{"channel_id":"town","press":"v1.other"}`)
	d.asks(t, "POST", "/api/v1/window/submit", `{"channel_id":"town","kind":"raise","state":"v1.sealed","values":{"title":"Disk"}}`)
	d.asks(t, "POST", "/api/v1/window/options", `{"kind":"raise","state":"v1.sealed","field":"service","term":"da"}`)
	d.asks(t, "GET", "/api/v1/providers/pagerduty/page?channel_id=town", "")
	d.asks(t, "GET", "/api/v1/channels/town/providers", "")
	d.asks(t, "GET", "/api/v1/connections?text=ci&failing=true&page=2", "")
	require.Equal(t, []string{
		"alice town root pagerduty trigger Disk full", "alice town  v1.other", "alice raise v1.sealed service da", "alice pagerduty town", "alice town", "alice {ci true 0 20} 2",
	}, d.ran)
	require.Equal(t, []chat.FormAnswer{{
		Actor: actor("alice"), Place: place("town"), Kind: "raise", State: "v1.sealed", Values: map[string]string{"title": "Disk"},
	}}, d.answered)
}

func TestAWindowIsForPeopleWhoAskOnPurpose(t *testing.T) {
	t.Parallel()
	d := atWindow()
	handler := d.handler(t)
	for _, path := range []string{"providers/pagerduty/run", "window/press", "window/submit", "window/options"} {
		for name, change := range map[string]func(*http.Request){
			"nobody": func(r *http.Request) { r.Header.Del("Mattermost-User-Id") },
			"button": func(r *http.Request) { r.Header.Del("X-Requested-With") },
			"plugin": func(r *http.Request) { r.Header.Set("Mattermost-Plugin-ID", "other") },
		} {
			r := httptest.NewRequest(http.MethodPost, "/api/v1/"+path, strings.NewReader("{}"))
			r.Header.Set("X-Requested-With", "XMLHttpRequest")
			r.Header.Set("Mattermost-User-Id", "alice")
			change(r)
			recorder := httptest.NewRecorder()
			handler.ServeHTTP(recorder, r)
			require.Contains(t, []int{http.StatusUnauthorized, http.StatusForbidden}, recorder.Code, "%s %s", path, name)
		}
	}
	require.Empty(t, d.ran)
	require.Empty(t, d.answered)
	require.Equal(t, http.StatusBadRequest, d.asks(t, "POST", "/api/v1/window/submit", "not JSON").Code)
	require.Equal(t, http.StatusBadRequest, d.asks(t, "POST", "/api/v1/window/submit", `{"state":"`+strings.Repeat("x", 70<<10)+`"}`).Code)
}
