package zoom_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/zoom"
)

func bot(g zoom.TokenSource) zoom.Bot {
	return zoom.Bot{JID: "v1bot@xmpp.zoom.us", AccountID: "acc", Tokens: g}
}

var hello = json.RawMessage(`{"head":{"text":"Hello <b>"}}`)

func TestABotSendsEditsAndDeletesMessages(t *testing.T) {
	t.Parallel()
	s := answering(reply{201, nil, `{"message_id":"m/1","robot_jid":"v1bot@xmpp.zoom.us","sent_time":"2026-08-03 12:00:00","to_jid":"c@conference.xmpp.zoom.us"}`})
	c := client(s, nil)
	id, err := c.SendChat(t.Context(), bot(&grant{}), zoom.ChatMessage{
		To: "c@conference.xmpp.zoom.us", For: "u@xmpp.zoom.us", OnlyTo: "U1", ReplyTo: "root", Content: hello,
	})
	require.NoError(t, err)
	require.Equal(t, "m/1", id)
	require.NoError(t, c.EditChat(t.Context(), bot(&grant{}), id, "u@xmpp.zoom.us", hello))
	require.NoError(t, c.DeleteChat(t.Context(), bot(&grant{}), id))
	require.Equal(t, []string{"POST /v2/im/chat/messages", "PUT /v2/im/chat/messages/m%2F1", "DELETE /v2/im/chat/messages/m%2F1"}, s.lines())
	require.JSONEq(t, `{"robot_jid":"v1bot@xmpp.zoom.us","to_jid":"c@conference.xmpp.zoom.us","account_id":"acc","user_jid":"u@xmpp.zoom.us",
		"visible_to_user":"U1","reply_to":"root","content":{"head":{"text":"Hello <b>"}}}`, s.seen[0].body)
}

func TestChatRequestsAreThoseOfZoomsDocuments(t *testing.T) {
	t.Parallel()
	file := filepath.Join(root(t), "..", "shared", "zoom-openapi", "endpoints", "Chatbot.json")
	if _, err := os.Stat(file); err != nil {
		t.Skip("SKIPPED, NOT PASSED: Zoom's OpenAPI documents are not beside this repository (../shared/zoom-openapi)")
	}
	documented := chatbotRouter(t, file)
	var problems []string
	checked := roundTrip(func(r *http.Request) (*http.Response, error) {
		route, params, err := documented.FindRoute(r)
		if err == nil {
			err = openapi3filter.ValidateRequest(r.Context(), &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route})
		}
		if err != nil {
			problems = append(problems, r.Method+": "+err.Error())
		}
		status := http.StatusOK
		if r.Method == http.MethodPost {
			status = http.StatusCreated
		}
		return answering(reply{status, nil, `{"message_id":"m1"}`}).RoundTrip(r)
	})
	c := client(checked, nil)
	for _, m := range []zoom.ChatMessage{
		{To: "c@conference.xmpp.zoom.us", For: "u@xmpp.zoom.us", Content: hello},
		{To: "u@xmpp.zoom.us", For: "u@xmpp.zoom.us", OnlyTo: "U1", ReplyTo: "root", Content: hello},
	} {
		_, err := c.SendChat(t.Context(), bot(&grant{}), m)
		require.NoError(t, err)
	}
	require.NoError(t, c.EditChat(t.Context(), bot(&grant{}), "m1", "u@xmpp.zoom.us", hello))
	require.NoError(t, c.DeleteChat(t.Context(), bot(&grant{}), "m1"))
	require.Empty(t, problems)
}

// chatbotRouter finds the operations of Zoom's document about chatbots at the address of client.
func chatbotRouter(t *testing.T, file string) routers.Router {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromFile(file)
	require.NoError(t, err)
	doc.Servers = openapi3.Servers{{URL: "https://zoom.test/v2"}}
	doc.Components.SecuritySchemes = nil
	for _, item := range doc.Paths.Map() {
		for _, operation := range item.Operations() {
			operation.Security = nil
		}
	}
	router, err := legacy.NewRouter(doc, openapi3.DisableExamplesValidation())
	require.NoError(t, err)
	return router
}

func TestZoomsRefusalsOfChatMessagesAreTold(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer reply
		want   fault.Code
		calls  int
	}{
		"no such channel":     {reply{403, nil, `{"code":7004,"message":"No permission"}`}, fault.NoPost, 1},
		"no such message":     {reply{404, nil, `{"code":8001,"message":"Bad message id"}`}, fault.MessageGone, 1},
		"no such bot":         {reply{403, nil, `{"code":7003,"message":"No chatbot"}`}, fault.ZoomRefused, 1},
		"a bad body":          {reply{400, nil, `{"code":7001,"message":"Bad body"}`}, fault.ZoomRefused, 1},
		"a token of no app's": {reply{401, nil, `{"code":7010,"message":"Invalid authorization token"}`}, fault.AccountRevoked, 2},
		"Zoom is down":        {reply{503, nil, `{}`}, fault.ZoomUnavailable, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := answering(test.answer)
			g := &grant{}
			_, err := client(s, nil).SendChat(t.Context(), bot(g), zoom.ChatMessage{To: "c", Content: hello})
			require.Equal(t, test.want, fault.CodeOf(err), "%v", err)
			require.Len(t, s.seen, test.calls, "a message is not sent twice, but for another token")
			require.Len(t, g.renewed, test.calls-1)
		})
	}
}

func TestAMessageWaitsOutALimitPerSecond(t *testing.T) {
	t.Parallel()
	s := answering(reply{429, map[string]string{"X-RateLimit-Type": "QPS"}, `{"code":429}`}, reply{201, nil, `{"message_id":"m1"}`})
	id, err := client(s, nil).SendChat(t.Context(), bot(&grant{}), zoom.ChatMessage{To: "c", Content: hello})
	require.NoError(t, err)
	require.Equal(t, "m1", id)
}

func TestABotsTokenIsKeptUntilItEnds(t *testing.T) {
	t.Parallel()
	s := answering(reply{200, nil, `{"access_token":"t1","token_type":"bearer","expires_in":3600,"scope":"imchat:bot"}`},
		reply{200, nil, `{"access_token":"t2","token_type":"bearer","expires_in":3600}`}, reply{200, nil, `{"access_token":"t3","expires_in":3600}`})
	now := time.Now()
	tokens := zoom.NewBotTokens("id", "secret", "https://zoom.test/oauth/token", &http.Client{Transport: s}, func() time.Time { return now })
	get := func() string {
		token, err := tokens.Token(t.Context())
		require.NoError(t, err)
		return token
	}
	require.Equal(t, "t1", get())
	require.Equal(t, "t1", get())
	require.Equal(t, "grant_type=client_credentials", s.seen[0].body)
	require.True(t, strings.HasPrefix(s.seen[0].token, "Basic "))
	now = now.Add(59 * time.Minute)
	require.Equal(t, "t2", get(), "it is renewed before it ends")
	token, err := tokens.Renew(t.Context(), "t1")
	require.NoError(t, err)
	require.Equal(t, "t2", token, "one that was replaced meanwhile is not renewed again")
	token, err = tokens.Renew(t.Context(), "t2")
	require.NoError(t, err)
	require.Equal(t, "t3", token)
}

func TestWhatZoomSaysAboutABotsCredentials(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer reply
		want   fault.Code
	}{
		"wrong credentials": {reply{401, nil, `{"reason":"Invalid client_id or client_secret","error":"invalid_client"}`}, fault.ClientRejected},
		"no chat feature":   {reply{200, nil, `{"access_token":"t","expires_in":3600,"scope":"meeting:read"}`}, fault.MissingScope},
		"too often":         {reply{429, nil, `{}`}, fault.RateLimited},
		"down":              {reply{502, nil, `oops`}, fault.ZoomUnavailable},
		"another server":    {reply{200, nil, `{"hello":1}`}, fault.ZoomUnreachable},
		"a redirect":        {reply{302, nil, ``}, fault.ZoomUnreachable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tokens := zoom.NewBotTokens("id", "very-secret", "https://zoom.test/oauth/token", &http.Client{Transport: answering(test.answer)}, time.Now)
			_, err := tokens.Token(t.Context())
			require.Equal(t, test.want, fault.CodeOf(err), "%v", err)
			require.NotContains(t, err.Error(), "very-secret")
		})
	}
}
