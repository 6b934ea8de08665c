package mmtest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/mattermost/mmtest"
)

// recorder is a test that may fail without harm.
type recorder struct {
	testing.TB
	failures []string
}

func (r *recorder) Errorf(format string, _ ...any) { r.failures = append(r.failures, format) }

// parrot is a plugin that responds with what it got.
type parrot struct{ changes int }

func (*parrot) ServeHTTP(_ *plugin.Context, w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	_, _ = io.WriteString(w, r.Method+" "+r.URL.Path+" user="+r.Header.Get("Mattermost-User-Id")+
		" plugin="+r.Header.Get("Mattermost-Plugin-ID")+" "+string(body))
}

func (*parrot) ExecuteCommand(_ *plugin.Context, args *model.CommandArgs) (*model.CommandResponse, *model.AppError) {
	return &model.CommandResponse{Text: args.Command + " in " + args.RootId + " from " + args.ConnectionId}, nil
}

func (p *parrot) OnConfigurationChange() error {
	p.changes++
	return nil
}

// The real connection breaks silently; tests have to notice.
func TestPropThatCannotBeEncodedBreaksTheConnectionAndFailsTheTest(t *testing.T) {
	t.Parallel()
	test := &recorder{TB: t}
	mm := mmtest.New(test)
	alice := mm.AddUser("alice")
	channel := mm.AddChannel("town-square", mmtest.Public, alice)
	post := &model.Post{UserId: alice.ID, ChannelId: channel.ID}
	post.AddProp("numbers", []map[string]any{{"country": "US"}})

	created, appErr := mm.API().CreatePost(post)
	require.Nil(t, created)
	require.Nil(t, appErr, "no error, as with the real connection")
	require.Len(t, test.failures, 1)

	user, appErr := mm.API().GetUser(alice.ID)
	require.Nil(t, user)
	require.Nil(t, appErr, "from now on there is nothing, without an error")
	require.Empty(t, mm.API().GetServerVersion())
}

func TestEventThatCannotBeEncodedDoesTheSame(t *testing.T) {
	t.Parallel()
	test := &recorder{TB: t}
	mm := mmtest.New(test)
	mm.API().PublishWebSocketEvent("x", map[string]any{"list": []map[string]any{{}}}, nil)
	require.Len(t, test.failures, 1)
	require.Empty(t, mm.Events())
}

func TestPostsAreMarkedAsEditedLikeByTheRealServer(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*model.Post)
		edited bool
	}{
		"other props":  {func(p *model.Post) { p.AddProp("meeting_status", "ENDED") }, false},
		"its text":     {func(p *model.Post) { p.Message = "other" }, true},
		"attachments":  {func(p *model.Post) { p.AddProp("attachments", []*model.MessageAttachment{{Text: "new"}}) }, true},
		"nothing new":  {func(p *model.Post) { p.AddProp("attachments", []*model.MessageAttachment{{Text: "old"}}) }, false},
		"same as JSON": {func(p *model.Post) { p.AddProp("attachments", []any{map[string]any{"text": "old"}}) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mm := mmtest.New(t)
			alice := mm.AddUser("alice")
			channel := mm.AddChannel("town-square", mmtest.Public, alice)
			post := &model.Post{UserId: alice.ID, ChannelId: channel.ID, Message: "text"}
			post.AddProp("attachments", []*model.MessageAttachment{{Text: "old"}})
			created, appErr := mm.API().CreatePost(post)
			require.Nil(t, appErr)
			mm.Advance(time.Second)
			c.change(created)
			_, appErr = mm.API().UpdatePost(created)
			require.Nil(t, appErr)
			require.Equal(t, c.edited, channel.LastPost().Edited())
		})
	}
}

func TestServerRefusesPostsWhereNoneCanBe(t *testing.T) {
	t.Parallel()
	mm := mmtest.New(t)
	alice := mm.AddUser("alice")
	channel := mm.AddChannel("town-square", mmtest.Public, alice)
	other := mm.AddChannel("other", mmtest.Public, alice)
	root := alice.Says("root", channel)
	reply := alice.Says("reply", root)
	for name, post := range map[string]*model.Post{
		"no channel":          {UserId: alice.ID, ChannelId: "nowhere"},
		"no author":           {UserId: "nobody", ChannelId: channel.ID},
		"a reply as root":     {UserId: alice.ID, ChannelId: channel.ID, RootId: reply.Id},
		"a thread elsewhere":  {UserId: alice.ID, ChannelId: other.ID, RootId: root.Id},
		"a type of its own":   {UserId: alice.ID, ChannelId: channel.ID, Type: "system_join"},
		"a type without room": {UserId: alice.ID, ChannelId: channel.ID, Type: "custom_" + strings.Repeat("x", 20)},
	} {
		_, appErr := mm.API().CreatePost(post)
		require.NotNil(t, appErr, name)
	}
	channel.Archive()
	_, appErr := mm.API().CreatePost(&model.Post{UserId: alice.ID, ChannelId: channel.ID})
	require.NotNil(t, appErr)
	require.Len(t, channel.Posts(), 2)
}

func TestOnlyTheServerSaysWhoIsAsking(t *testing.T) {
	t.Parallel()
	mm := mmtest.New(t)
	mm.Attach(&parrot{})
	alice := mm.AddUser("alice")
	forged := map[string]string{"Mattermost-User-Id": alice.ID, "Mattermost-Plugin-ID": "other"}
	require.Equal(t, "POST /webhook user= plugin= {}", mm.Webhook("/plugins/zoom/webhook", "{}", forged).Body)
	require.Equal(t, "GET /api user="+alice.ID+" plugin= ", alice.Get("/plugins/zoom/api").Body)
	require.Equal(t, "POST /api user="+alice.ID+` plugin= {"a":1}`, alice.Post("/api", map[string]int{"a": 1}).Body)
	request := httptest.NewRequest(http.MethodDelete, "/plugins/zoom/x", nil)
	require.Equal(t, "DELETE /x user= plugin= ", mm.Request(request, nil).Body)
}

func TestResponsesToCommandLinesAreSeenByTheirAuthor(t *testing.T) {
	t.Parallel()
	mm := mmtest.New(t)
	mm.Attach(&parrot{})
	alice, bob := mm.AddUser("alice"), mm.AddUser("bob")
	channel := mm.AddChannel("town-square", mmtest.Public, alice, bob)
	root := bob.Says("root", channel)
	alice.Types("/zoom start", root)
	require.Equal(t, "/zoom start in "+root.Id+" from "+alice.Connection, alice.LastNote().Message)
	require.Empty(t, bob.Notes())
}

func TestPluginIsNotifiedOfChangedSettings(t *testing.T) {
	t.Parallel()
	mm, hooks := mmtest.New(t), &parrot{}
	mm.Attach(hooks)
	mm.Set(map[string]any{"ZoomURL": "https://zoom.example.com", "AccountLevelApp": true})
	mm.Set(map[string]any{"ZoomURL": "https://zoom.us"})
	mm.Configure(func(c *model.Config) { *c.ServiceSettings.SiteURL = "https://talk.example.com" })
	require.Equal(t, 3, hooks.changes)

	var settings struct {
		ZoomURL         string
		AccountLevelApp bool
	}
	require.NoError(t, mm.API().LoadPluginConfiguration(&settings))
	require.Equal(t, "https://zoom.us", settings.ZoomURL)
	require.True(t, settings.AccountLevelApp)
	require.Equal(t, "https://talk.example.com", *mm.API().GetConfig().ServiceSettings.SiteURL)

	require.Nil(t, mm.API().SavePluginConfig(map[string]any{"ZoomURL": "x"}))
	require.Equal(t, map[string]any{"ZoomURL": "x"}, mm.API().GetPluginConfig())
	require.Equal(t, 4, hooks.changes)
}

func TestSecretsAreFoundWhereverTheyCanBeRead(t *testing.T) {
	t.Parallel()
	for name, leak := range map[string]func(mm *mmtest.Mattermost, alice *mmtest.User, channel *mmtest.Channel){
		"in the log": func(mm *mmtest.Mattermost, _ *mmtest.User, _ *mmtest.Channel) { mm.API().LogWarn("x", "token", "hush") },
		"in the table": func(mm *mmtest.Mattermost, _ *mmtest.User, _ *mmtest.Channel) {
			_ = mm.API().KVSet("k", []byte(`"hush"`))
		},
		"in a post": func(_ *mmtest.Mattermost, alice *mmtest.User, channel *mmtest.Channel) { alice.Says("hush", channel) },
		"in a note": func(mm *mmtest.Mattermost, alice *mmtest.User, channel *mmtest.Channel) {
			mm.API().SendEphemeralPost(alice.ID, &model.Post{ChannelId: channel.ID, Props: model.StringInterface{"p": "hush"}})
		},
		"in an event": func(mm *mmtest.Mattermost, _ *mmtest.User, _ *mmtest.Channel) {
			mm.API().PublishWebSocketEvent("x", map[string]any{"p": "hush"}, nil)
		},
		"in an answer": func(_ *mmtest.Mattermost, alice *mmtest.User, _ *mmtest.Channel) { alice.Post("/x", "hush") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mm := mmtest.New(t)
			mm.Attach(&parrot{})
			alice := mm.AddUser("alice")
			channel := mm.AddChannel("town-square", mmtest.Public, alice)
			require.Empty(t, mm.Reveals("hush"))
			leak(mm, alice, channel)
			require.Len(t, mm.Reveals("hush"), 1)
		})
	}
}

func TestKeysAreListedInPages(t *testing.T) {
	t.Parallel()
	mm := mmtest.New(t)
	for _, key := range []string{"b", "a", "c"} {
		require.Nil(t, mm.API().KVSetWithExpiry(key, []byte("x"), 60))
	}
	require.Nil(t, mm.API().KVDelete("c"))
	page, appErr := mm.API().KVList(0, 1)
	require.Nil(t, appErr)
	require.Equal(t, []string{"a"}, page)
	page, _ = mm.API().KVList(1, 1)
	require.Equal(t, []string{"b"}, page)
	page, _ = mm.API().KVList(9, 100)
	require.Empty(t, page)
	mm.Advance(time.Minute)
	page, _ = mm.API().KVList(0, 100)
	require.Empty(t, page)
}
