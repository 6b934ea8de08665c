package mattermost_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/mattermost/mmtest"
)

// asking is a plugin that shows a form for each command, using the command's trigger ID.
type asking struct {
	echo
	w    *world
	form chat.Form
	last string
	err  error
}

func (a *asking) ExecuteCommand(_ *plugin.Context, args *model.CommandArgs) (*model.CommandResponse, *model.AppError) {
	a.last = args.TriggerId
	a.err = a.w.Conversation(actor(args.UserId), place(args.ChannelId), args.TriggerId, chat.MessageRef{}).Ask(context.Background(), a.form)
	return &model.CommandResponse{}, nil
}

func whichJenkins() chat.Form {
	return chat.Form{
		Kind: "connect", State: "v1.sealed", Title: chat.Verbatim("Connect Jenkins"), Intro: chat.Verbatim("Where is it?"),
		Submit: chat.Verbatim("Connect"),
		Fields: []chat.FormField{
			{Name: "url", Kind: chat.TextField, Label: chat.Verbatim("Address"), Default: "https://ci.example.com", Placeholder: chat.Verbatim("https://")},
			{Name: "token", Kind: chat.SecretField, Label: chat.Verbatim("API token"), Default: "hush", Optional: true, MaxLength: 500},
			{Name: "jobs", Kind: chat.LongTextField, Label: chat.Verbatim("Jobs"), Optional: true},
			{Name: "style", Kind: chat.SelectField, Label: chat.Verbatim("Style"), Default: "card", Options: []chat.Option{
				{Label: chat.Verbatim("Card and thread"), Value: "card"}, {Label: chat.Verbatim("New post each"), Value: "each"},
			}},
			{Name: "turns", Kind: chat.BoolField, Label: chat.Verbatim("Only on change"), Default: "true", Optional: true},
		},
	}
}

// asks shows alice the form.
func (w *world) asks(t *testing.T, form chat.Form) *asking {
	t.Helper()
	a := &asking{w: w, form: form}
	w.mm.Attach(a)
	w.alice.Types("/jenkins connect", w.townSquare)
	return a
}

func TestAFormIsShownToTheRequesterInTheirLanguage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	require.NoError(t, w.asks(t, whichJenkins()).err)
	d := w.alice.Dialog()
	require.Equal(t, "Connect Jenkins", d.Title)
	require.Equal(t, "connect", d.CallbackId)
	require.Equal(t, "v1.sealed", d.State)
	require.Equal(t, "Connect", d.SubmitLabel)
	require.Equal(t, "Where is it?", d.IntroductionText)
	require.Nil(t, w.bob.Dialog())

	token := w.alice.Field("token")
	require.Equal(t, "password", token.SubType)
	require.Empty(t, token.Default, "a secret is never shown again")
	require.Equal(t, 500, token.MaxLength)
	require.Equal(t, "textarea", w.alice.Field("jobs").Type)
	require.Len(t, w.alice.Field("style").Options, 2)
	require.Equal(t, "true", w.alice.Field("turns").Default)
}

func TestWhatIsTooLongForAFormIsCut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	long := chat.Verbatim(strings.Repeat("äöü 🎉", 60))
	form := chat.Form{Kind: "k", Title: long, Intro: long, Fields: []chat.FormField{
		{Name: "short", Kind: chat.TextField, Label: long, Help: long, Placeholder: long},
		{Name: "globs", Kind: chat.TextField, Label: chat.Verbatim("Jobs"), Default: strings.Repeat("folder/*, ", 50), Optional: true},
		{Name: "text", Kind: chat.LongTextField, Label: chat.Verbatim("Text"), Default: strings.Repeat("x", 4000)},
		{Name: "style", Kind: chat.SelectField, Label: chat.Verbatim("Style"), Default: "gone", Options: []chat.Option{{Label: chat.Verbatim("A"), Value: "a"}}},
	}}
	require.NoError(t, w.asks(t, form).err)
	d := w.alice.Dialog()
	require.NoError(t, d.IsValid())
	require.True(t, strings.HasSuffix(d.Title, "…"), d.Title)
	require.True(t, strings.HasSuffix(w.alice.Field("short").HelpText, "…"))
	require.Equal(t, "textarea", w.alice.Field("globs").Type, "one line has no room for it")
	require.Equal(t, strings.Repeat("folder/*, ", 50), w.alice.Field("globs").Default)
	require.Empty(t, w.alice.Field("style").Default, "what was chosen is no choice any more")
}

func TestAFormThatNoOneWouldSeeIsAnError(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	form := whichJenkins()
	form.Fields[0].Name = "token"
	require.Error(t, w.asks(t, form).err)
	form = whichJenkins()
	form.Title = chat.Message{}
	require.Error(t, w.asks(t, form).err)
	require.Nil(t, w.alice.Dialog())
}

func TestAFormCannotBeForcedOnAnyone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, trigger := range []string{"", "forged", "Zm9yZ2Vk", "Zm9yZ2VkOmFsaWNlOjE6eA=="} {
		require.Error(t, w.Conversation(actor(w.alice.ID), place(w.townSquare.ID), trigger, chat.MessageRef{}).Ask(t.Context(), whichJenkins()))
	}
	a := w.asks(t, whichJenkins())
	require.NoError(t, a.err)
	w.alice.Cancels()
	require.True(t, fault.Is(w.Conversation(actor(w.alice.ID), place(w.townSquare.ID), a.last, chat.MessageRef{}).Ask(t.Context(), whichJenkins()), fault.ButtonExpired))
	w.mm.Attach(&echo{})
	w.mm.Advance(time.Hour)
	require.Nil(t, w.alice.Dialog())
}

func TestTheAnswerToAFormComesBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	require.NoError(t, w.asks(t, whichJenkins()).err)
	w.alice.Becomes(mmtest.Reads("de"))
	w.alice.Submits(map[string]any{"token": "hush", "turns": false})
	require.Nil(t, w.alice.Dialog(), "nothing was wrong with it")
}
