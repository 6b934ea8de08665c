package mattermost_test

import (
	"net/http"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/mattermost/mmtest"
)

// echo is a plugin that keeps the last request.
type echo struct {
	path, userID string
	body         model.PostActionIntegrationRequest
}

func (e *echo) ServeHTTP(_ *plugin.Context, w http.ResponseWriter, r *http.Request) {
	e.path, e.userID = r.URL.Path, r.Header.Get("Mattermost-User-Id")
	e.body = decode[model.PostActionIntegrationRequest](r.Body)
	w.WriteHeader(http.StatusOK)
}

func (e *echo) ExecuteCommand(*plugin.Context, *model.CommandArgs) (*model.CommandResponse, *model.AppError) {
	return &model.CommandResponse{ResponseType: model.CommandResponseTypeEphemeral, Text: "heard"}, nil
}

func whichMeeting() chat.Note {
	return chat.Note{Text: chat.Say("choice.ask"), Buttons: []chat.Button{
		{Label: chat.Say("choice.button.unique"), Primary: true, Action: "start", Values: map[string]string{"sealed": "v1.unique"}},
		{Label: chat.Say("choice.button.personal"), Action: "start", Values: map[string]string{"sealed": "v1.personal"}},
	}}
}

func TestNoteIsSeenByOnePersonInTheThread(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	question := w.bob.Says("Should we talk?", w.townSquare)
	at := place(w.townSquare.ID).In(question.Id)
	require.NoError(t, w.Ephemeral(t.Context(), at, actor(w.alice.ID), whichMeeting()))

	note := w.alice.LastNote()
	require.Equal(t, "Which meeting do you want to start?", note.Message)
	require.Equal(t, []string{"Unique meeting ID", "Personal meeting ID"}, note.Buttons())
	require.Equal(t, question.Id, note.RootId)
	require.Equal(t, w.BotID(), note.UserId)
	require.Empty(t, w.bob.Notes())
	require.Len(t, w.townSquare.Posts(), 1, "nothing was posted")
}

// Two buttons with the same action are two buttons. The place comes back in the context, because the server doesn't send a note's thread.
func TestDefect18_ClickCarriesTheThreadAndTheChoice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	plugin := &echo{}
	w.mm.Attach(plugin)
	question := w.bob.Says("Should we talk?", w.townSquare)
	at := place(w.townSquare.ID).In(question.Id)
	require.NoError(t, w.Ephemeral(t.Context(), at, actor(w.alice.ID), whichMeeting()))

	w.alice.Clicks("Personal meeting ID")
	require.Equal(t, "/action", plugin.path)
	require.Equal(t, w.alice.ID, plugin.userID)
	require.Equal(t, w.alice.LastNote().Id, plugin.body.PostId)
	require.Equal(t, map[string]any{
		"action": "start", "root_id": question.Id, "values": map[string]any{"sealed": "v1.personal"},
	}, plugin.body.Context)

	ids := map[string]bool{}
	for _, action := range w.alice.LastNote().Attachments()[0].Actions {
		require.Regexp(t, "^[A-Za-z0-9]+$", action.Id, "the server answers 404 to clicks on any other")
		ids[action.Id] = true
	}
	require.Len(t, ids, 2)
}

func TestNoteCanBeReplaced(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	at := place(w.townSquare.ID)
	require.NoError(t, w.Ephemeral(t.Context(), at, actor(w.alice.ID), whichMeeting()))
	asked := w.alice.LastNote()

	require.NoError(t, w.Conversation(actor(w.alice.ID), at, "", in(w.townSquare.ID, asked.Id)).Replace(t.Context(), chat.Note{Text: chat.Say("choice.started")}))
	require.Len(t, w.alice.Notes(), 1)
	answered := w.alice.LastNote()
	require.Equal(t, asked.Id, answered.Id)
	require.Equal(t, "Your meeting has started.", answered.Message)
	require.Empty(t, answered.Buttons(), "no one clicks twice")
	require.NotZero(t, answered.CreateAt, "else clients would date it to 1970 and move it to the top")
}

func TestBotSendsDirectMessages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	require.NoError(t, w.Direct(t.Context(), actor(w.alice.ID), chat.Say("account.deauthorized")))
	received := w.alice.DirectMessages(w.BotID())
	require.Len(t, received, 1)
	require.Contains(t, received[0].Message, "/zoom connect")
	require.Empty(t, w.bob.DirectMessages(w.BotID()))
}

func TestOnlyTheWindowThatAskedOpensTheJoinPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.OpenJoinPage(t.Context(), actor(w.alice.ID), w.alice.Connection, "https://zoom.us/j/1")
	require.Equal(t, []string{"https://zoom.us/j/1"}, w.alice.Opened())
	require.Empty(t, w.bob.Opened())
	require.Equal(t, []mmtest.Event{{
		Name: "custom_zoom_meeting_started", Payload: map[string]any{"meeting_url": "https://zoom.us/j/1"},
		UserID: w.alice.ID, Connection: w.alice.Connection,
	}}, w.mm.Events())
}

// The peer opens the page in all of the user's windows if it doesn't know which one made the request.
func TestDefect39_NoWindowOpensWhenItIsUnknownWhichAsked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.OpenJoinPage(t.Context(), actor(w.alice.ID), "", "https://zoom.us/j/1")
	require.Empty(t, w.mm.Events())
}

func TestChangedSettingsAreSentToEveryone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ConfigChanged()
	require.Equal(t, []mmtest.Event{{Name: "custom_zoom_config_changed", Payload: map[string]any{}}}, w.mm.Events())
}
