package httpapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/console"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/httpapi"
	"mattermost-plugin-zoom/server/logging"
	"mattermost-plugin-zoom/server/oauth"
	"mattermost-plugin-zoom/server/provider"
)

// tools is a fake of the bridge and the sign-in: it takes deliveries with the body "good" and records its calls.
type tools struct {
	mistakes chat.FormErrors
	failure  error
	said     chat.Message
	// step is what a window shows after any action.
	step  console.Step
	page  console.Page
	tools []console.ChannelTool
	found []chat.Option
	// overview is the page of all connections.
	overview console.Overview

	ran        []string
	deliveries []string
	acted      []chat.Click
	pressed    []chat.Click
	answered   []chat.FormAnswer
	resumed    []string
}

func (b *tools) Ingest(_ context.Context, hook, pathSecret string, header func(string) string, r io.Reader) error {
	body, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	b.deliveries = append(b.deliveries, strings.Join([]string{hook, pathSecret, header("X-Event"), string(body)}, " "))
	switch string(body) {
	case "good":
		return nil
	case "not understood":
		return fault.Wrap(errors.New("not JSON"), fault.InvalidInput)
	case "no room":
		return errors.New("the inbox is full")
	case "too many":
		return fault.New(fault.TooManyWaiting)
	case "too large":
		return fault.New(fault.TooLarge)
	}
	if hook == "gone.key" {
		return fault.New(fault.HookUnknown)
	}
	return fault.Wrap(provider.ErrForged, fault.Unsigned)
}

func (b *tools) Act(_ context.Context, c chat.Click) error {
	b.acted = append(b.acted, c)
	return b.failure
}

func (b *tools) Press(_ context.Context, c chat.Click) error {
	b.pressed = append(b.pressed, c)
	return b.failure
}

func (b *tools) Submit(_ context.Context, a chat.FormAnswer) (chat.FormErrors, error) {
	b.answered = append(b.answered, a)
	return b.mistakes, b.failure
}

func (b *tools) RunInWindow(_ context.Context, actor chat.Actor, at chat.Place, providerID, text string) (console.Step, error) {
	b.ran = append(b.ran, strings.Join([]string{actor.ID, at.Channel, at.Thread, providerID, text}, " "))
	return b.step, b.failure
}

func (b *tools) PressInWindow(_ context.Context, actor chat.Actor, at chat.Place, sealed string) (console.Step, error) {
	b.ran = append(b.ran, strings.Join([]string{actor.ID, at.Channel, at.Thread, sealed}, " "))
	return b.step, b.failure
}

func (b *tools) SubmitInWindow(ctx context.Context, a chat.FormAnswer) (console.Step, chat.FormErrors, error) {
	mistakes, err := b.Submit(ctx, a)
	return b.step, mistakes, err
}

func (b *tools) Options(_ context.Context, a chat.FormAnswer, field, term string) ([]chat.Option, error) {
	b.ran = append(b.ran, strings.Join([]string{a.Actor.ID, a.Kind, a.State, field, term}, " "))
	return b.found, b.failure
}

func (b *tools) Page(_ context.Context, actor chat.Actor, providerID string, at chat.Place) (console.Page, error) {
	b.ran = append(b.ran, strings.Join([]string{actor.ID, providerID, at.Channel}, " "))
	return b.page, b.failure
}

func (b *tools) Overview(_ context.Context, actor chat.Actor, q bridge.OverviewQuery, page int) (console.Overview, error) {
	b.ran = append(b.ran, fmt.Sprint(actor.ID, " ", q, " ", page))
	return b.overview, b.failure
}

func (b *tools) ChannelTools(_ context.Context, actor chat.Actor, at chat.Place) ([]console.ChannelTool, error) {
	b.ran = append(b.ran, actor.ID+" "+at.Channel)
	return b.tools, b.failure
}

func (b *tools) Resume(_ context.Context, person chat.PersonID, next string) (chat.Message, error) {
	b.resumed = append(b.resumed, string(person)+" "+next)
	return b.said, b.failure
}

func (b *tools) Begin(_ context.Context, providerID string, person chat.PersonID, ticket string) (string, error) {
	return "https://" + providerID + ".example.com/authorize?" + string(person) + ticket, b.failure
}

func (b *tools) Complete(_ context.Context, _ string, _ chat.PersonID, code, state string) (provider.Account, string, error) {
	if code != "c" || state != "s" {
		return provider.Account{}, "", fault.New(fault.LinkExpired)
	}
	next := "next"
	if b.said.Zero() && b.failure == nil {
		next = ""
	}
	return provider.Account{Name: "<b>Ada</b>"}, next, nil
}

func (b *tools) BeginElsewhere(_ context.Context, providerID, ticket string) (string, error) {
	return "https://" + providerID + ".example.com/authorize?" + ticket, b.failure
}

func (b *tools) HandOver(_ context.Context, providerID, code, state string) (oauth.Handed, string, error) {
	if code != "c" || state != "s" {
		return oauth.Handed{}, "", fault.New(fault.LinkExpired)
	}
	return oauth.Handed{Person: "u1", Who: oauth.Identity{Name: "<b>Ada</b>"}}, "/" + providerID + " signin 7K3F-9QXM-2BTR", nil
}

func (b *tools) Declined(context.Context, string, chat.PersonID, string) (string, error) {
	return "", b.failure
}

// standing returns the state of the providers in the tests.
func standing() []httpapi.ProviderAnswer {
	return []httpapi.ProviderAnswer{
		{ID: "jenkins", Name: "Jenkins", Enabled: true, Trigger: "jenkins", Clash: "Jenkins by others"},
		{ID: "bitbucket", Name: "Bitbucket", Trigger: "bb"},
	}
}

func (b *tools) Ask(_ context.Context, hook, question string, _ func(string) string, r io.Reader) ([]byte, error) {
	body, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	if hook != "c1.key" || question != "channels" && question != "check" {
		return nil, fault.New(fault.HookUnknown)
	}
	if string(body) == "unsigned" {
		return nil, fault.New(fault.Unsigned)
	}
	return []byte(`["` + question + `"]`), nil
}

var (
	_ httpapi.Bridge = (*tools)(nil)
	_ httpapi.Signer = (*tools)(nil)
)

func TestADeliveryIsAnsweredAsItsSenderUnderstands(t *testing.T) {
	t.Parallel()
	for name, story := range map[string]struct {
		method, path, body, authorization string
		status                            int
		says                              string
	}{
		"taken":                     {path: "/hooks/c1.key", body: "good", status: 200},
		"taken with its secret":     {path: "/hooks/c1.key/hush", body: "good", status: 200},
		"gone":                      {path: "/hooks/gone.key", body: "x", status: 404, says: "isn't in use"},
		"unproved":                  {path: "/hooks/c1.key", body: "x", status: 401, says: "removes the Authorization header; use the address that contains the token"},
		"wrong in the header":       {path: "/hooks/c1.key", body: "x", authorization: "wrong", status: 401, says: "no signature or token"},
		"wrong in the address":      {path: "/hooks/c1.key/wrong", body: "x", status: 401, says: "no signature or token"},
		"not understood":            {path: "/hooks/c1.key", body: "not understood", status: 400, says: "can't be read"},
		"no room":                   {path: "/hooks/c1.key", body: "no room", status: 503, says: "Try again"},
		"too many":                  {path: "/hooks/c1.key", body: "too many", status: 503, says: "Send it again later"},
		"too large":                 {path: "/hooks/c1.key", body: "too large", status: 413, says: "too large"},
		"asked for channels":        {method: http.MethodGet, path: "/hooks/c1.key/channels", status: 200, says: `["channels"]`},
		"asked to check":            {path: "/hooks/c1.key/check", body: "x", status: 200, says: `["check"]`},
		"asked without a signature": {path: "/hooks/c1.key/check", body: "unsigned", status: 401},
		"asked something else":      {method: http.MethodGet, path: "/hooks/c1.key/secrets", status: 404},
		"a browser":                 {method: http.MethodGet, path: "/hooks/c1.key", status: 405},
		"no hook":                   {path: "/hooks/", status: 404},
		"more than a secret":        {path: "/hooks/c1.key/hush/more", body: "good", status: 404},
		"nothing, as some try it":   {path: "/hooks/c1.key", status: 401},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := &desk{}
			method := story.method
			if method == "" {
				method = http.MethodPost
			}
			r := httptest.NewRequest(method, story.path, strings.NewReader(story.body))
			if story.authorization != "" {
				r.Header.Set("Authorization", story.authorization)
			}
			recorder := httptest.NewRecorder()
			d.handler(t).ServeHTTP(recorder, r)
			require.Equal(t, story.status, recorder.Code)
			require.Contains(t, recorder.Body.String(), story.says)
			require.LessOrEqual(t, strings.Count(recorder.Body.String(), "\n"), 1, "one line")
			require.Equal(t, story.status == http.StatusServiceUnavailable, recorder.Header().Get("Retry-After") != "")
			if story.status == http.StatusUnauthorized && story.authorization != "" {
				require.NotContains(t, recorder.Body.String(), "strips")
			}
		})
	}
}

func TestADeliveryIsHandedOnWithWhatItCameWith(t *testing.T) {
	t.Parallel()
	d := &desk{}
	r := httptest.NewRequest(http.MethodPost, "/hooks/c1.key/hush", strings.NewReader("good"))
	r.Header.Set("X-Event", "push")
	d.handler(t).ServeHTTP(httptest.NewRecorder(), r)
	require.Equal(t, []string{"c1.key hush push good"}, d.deliveries)
}

func TestTheLogHasNothingSecretOfADelivery(t *testing.T) {
	t.Parallel()
	var lines []string
	d := &desk{}
	handler := d.handlerWith(t, func(all *httpapi.Dependencies) {
		all.Log = logging.New(func(_ slog.Level, msg string, pairs ...any) {
			line, err := json.Marshal(append([]any{msg}, pairs...))
			require.NoError(t, err)
			lines = append(lines, string(line))
		})
		all.Bridge = breaking{all.Bridge}
	})
	for _, body := range []string{"hush3", "not understood", "panic"} {
		r := httptest.NewRequest(http.MethodPost, "/hooks/c1.hush1/hush2", strings.NewReader(body))
		r.Header.Set("Authorization", "hush4")
		handler.ServeHTTP(httptest.NewRecorder(), r)
	}
	require.Len(t, lines, 3)
	for _, line := range lines {
		require.NotContains(t, line, "hush")
	}
	require.Contains(t, lines[0], "c1")
}

// breaking is a bridge with a defect.
type breaking struct{ httpapi.Bridge }

func (b breaking) Ingest(ctx context.Context, hook, secret string, header func(string) string, r io.Reader) error {
	body, err := io.ReadAll(r)
	if err == nil && string(body) == "panic" {
		panic("a defect")
	}
	return b.Bridge.Ingest(ctx, hook, secret, header, bytes.NewReader(body))
}

func TestAClickGoesToWhomItsButtonIsOf(t *testing.T) {
	t.Parallel()
	d := &desk{}
	d.asks(t, http.MethodPost, "/action", `{"channel_id":"town","post_id":"card","trigger_id":"trigger",
		"context":{"card":true,"action":"archive","values":{"of":"web"},"selected_option":"forever"}}`)
	d.asks(t, http.MethodPost, "/action", `{"channel_id":"town","post_id":"note","trigger_id":"trigger",
		"context":{"action":"`+conversation.Pressed+`","root_id":"root","values":{"sealed":"v1.x"}}}`)
	d.asks(t, http.MethodPost, "/action", `{"channel_id":"town","context":{"card":"true","action":"start"}}`)
	require.Equal(t, []chat.Click{{
		Actor: actor("alice"), Place: place("town"), Message: message("card", place("town")), Action: "archive", Card: true,
		Values: map[string]string{"of": "web", "selected": "forever"},
		Talk:   &exchange{desk: d, actor: actor("alice"), at: place("town"), trigger: "trigger"},
	}}, d.acted)
	require.Equal(t, []chat.Click{{
		Actor: actor("alice"), Place: place("town").In("root"), Message: message("note", place("town").In("root")), Action: conversation.Pressed,
		Values: map[string]string{"sealed": "v1.x"},
		Talk: &exchange{
			desk: d, actor: actor("alice"), at: place("town").In("root"), trigger: "trigger", note: message("note", place("town").In("root")),
		},
	}}, d.pressed)
	require.Len(t, d.clicked, 1, "a meeting's button")

	d = &desk{}
	d.asks(t, http.MethodPost, "/action", `{"channel_id":"town","post_id":"card","context":{"card":true,"action":"archive","selected_option":"in-thread/forever"}}`)
	require.Equal(t, place("town").In("card"), d.acted[0].Place, "a click in the card's thread")
	require.Equal(t, "forever", d.acted[0].Values["selected"])
}

func TestAFailedClickIsAnsweredByTheBotWhereItWas(t *testing.T) {
	t.Parallel()
	for where, body := range map[string]string{
		"alice in town/":     `{"channel_id":"town","post_id":"note","context":{"action":"start"}}`,
		"alice in town/root": `{"channel_id":"town","post_id":"reply","context":{"action":"start","root_id":"root"}}`,
		"alice in town/card": `{"channel_id":"town","post_id":"card","context":{"action":"start","selected_option":"in-thread/"}}`,
	} {
		d := &desk{err: fault.New(fault.ButtonExpired)}
		answer := d.asks(t, http.MethodPost, "/action", body)
		require.NotContains(t, answer.Body.String(), "too old", "the server would say it as System, in the thread")
		require.Len(t, d.told, 1)
		require.Contains(t, d.told[0], where+": This button or form is no longer valid")
	}
}

const formBody = `{"callback_id":"connect","state":"sealed","user_id":"root","channel_id":"town",
	"submission":{"name":"CI","only":true,"all":false,"list":null,"odd":[1]}}`

func TestTheAnswerToAFormIsOfWhoIsSignedInWhateverItSays(t *testing.T) {
	t.Parallel()
	d := &desk{}
	answer := d.asks(t, http.MethodPost, "/form", formBody)
	require.Equal(t, "{}", answer.Body.String())
	require.Equal(t, []chat.FormAnswer{{
		Actor: actor("alice"), Place: place("town"), Kind: "connect", State: "sealed",
		Values: map[string]string{"name": "CI", "only": "true", "all": "false", "list": "", "odd": ""},
	}}, d.answered)
}

func TestWhatIsWrongWithAFormIsSaidInIt(t *testing.T) {
	t.Parallel()
	for name, story := range map[string]struct {
		tools tools
		want  model.SubmitDialogResponse
	}{
		"a field":  {tools{mistakes: chat.FormErrors{"url": chat.VerbatimText(chat.Join("", chat.Words("Not "), chat.Code("that"), chat.Words(".")))}}, model.SubmitDialogResponse{Errors: map[string]string{"url": "Not that."}}},
		"all":      {tools{failure: fault.New(fault.Forbidden)}, model.SubmitDialogResponse{Error: "You don't have permission to do this here."}},
		"a defect": {tools{failure: errors.New("secret internals")}, model.SubmitDialogResponse{Error: "Something went wrong on the server. Try again in a minute; if it keeps happening, ask your system admin to look for your username in the server log."}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := &desk{tools: story.tools}
			answer := d.asks(t, http.MethodPost, "/form", formBody)
			require.Equal(t, http.StatusOK, answer.Code)
			var got model.SubmitDialogResponse
			require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &got))
			require.Equal(t, story.want, got)
		})
	}
}

func TestAFormThatWasClosedIsLeftAlone(t *testing.T) {
	t.Parallel()
	d := &desk{}
	require.Equal(t, "{}", d.asks(t, http.MethodPost, "/form", `{"callback_id":"connect","cancelled":true}`).Body.String())
	require.Empty(t, d.answered)
	require.Equal(t, http.StatusBadRequest, d.asks(t, http.MethodPost, "/form", `not JSON`).Code)
}
