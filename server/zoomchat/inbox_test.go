package zoomchat_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/queue"
	"mattermost-plugin-zoom/server/zoom"
	"mattermost-plugin-zoom/server/zoomchat"
	"mattermost-plugin-zoom/server/zoomchat/event"
)

func TestOnlyWhatZoomSignedIsRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	body := []byte(`{"event":"bot_notification","payload":{"accountId":"acc","userId":"Ann","robotJid":"` + botJID + `","toJid":"` + opsJID + `","cmd":"connect"}}`)
	receive := func(app string, header http.Header, body []byte) error {
		_, _, err := w.Receive(t.Context(), app, header, body)
		return err
	}
	require.NoError(t, receive("jenkins", w.signed(body), body))
	require.ErrorIs(t, receive("jenkins", http.Header{}, body), zoom.ErrUnsigned)
	require.ErrorIs(t, receive("jenkins", w.signed(body), append([]byte(" "), body...)), zoom.ErrSignature, "over the bytes as they came")
	require.ErrorIs(t, receive("jenkins", w.signed([]byte("no JSON")), []byte("no JSON")), event.ErrEvent)
	require.True(t, fault.Is(receive("sentry", w.signed(body), body), fault.NotConfigured))
	header := w.signed(body)
	w.now = w.now.Add(99 * time.Minute)
	require.NoError(t, receive("jenkins", header, body), "Zoom's last retry comes after 85 minutes")
	w.now = w.now.Add(2 * time.Minute)
	require.ErrorIs(t, receive("jenkins", header, body), zoom.ErrStale)

	foreign := []byte(strings.Replace(string(body), botJID, "v1other@xmpp.zoom.us", 1))
	require.ErrorIs(t, receive("jenkins", w.signed(foreign), foreign), zoomchat.ErrForeign)
	check := []byte(`{"event":"endpoint.url_validation","payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"}}`)
	_, proof, err := w.Receive(t.Context(), "jenkins", w.signed(check), check)
	require.NoError(t, err)
	require.Contains(t, string(proof), `"encryptedToken"`)
	forged := []byte(`{"event":"endpoint.url_validation","payload":{"plainToken":"v0:1:{}"}}`)
	require.ErrorIs(t, receive("jenkins", w.signed(forged), forged), zoom.ErrPlainToken, "it would sign an event")
}

func TestACommandIsRunAndAnsweredWhereItWasTyped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.types("Ann", opsJID, "connect  https://ci.test")
	require.Equal(t, []string{"jenkins connect https://ci.test"}, w.lines)
	told := w.last()
	require.Equal(t, opsJID, told.body.ToJID)
	require.Equal(t, "Ann", told.body.OnlyTo, "the answer is for Ann alone")
	require.Equal(t, annJID, told.body.UserJID)
	require.Equal(t, "ran", told.text())

	conversation := annJID + "/robot_" + botJID
	for typed, line := range map[string]string{
		"help": "jenkins help", "": "jenkins help", "jenkins connect": "jenkins connect", "/jenkins disconnect": "jenkins disconnect", "to signout": "jenkins signout",
	} {
		w.types("Ann", conversation, typed)
		require.Equal(t, line, w.lines[len(w.lines)-1], typed)
		require.Equal(t, conversation, w.last().body.ToJID)
		require.Empty(t, w.last().body.OnlyTo)
	}
	w.err = fault.New(fault.Forbidden)
	w.types("Ann", opsJID, "connect")
	require.Equal(t, "fault forbidden", w.last().text(), "a failure is told")
}

func TestTheAppOfAllBotsTakesTheFirstWord(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.saves(zoomchat.App{ID: zoomchat.AllApps, ClientID: "all", RobotJID: botJID})
	typed := func(text string) {
		body, err := json.Marshal(map[string]any{"event": "bot_notification", "payload": map[string]string{
			"accountId": "acc", "userId": "Ann", "userJid": annJID, "robotJid": botJID, "toJid": opsJID, "cmd": text,
		}})
		require.NoError(t, err)
		require.NoError(t, w.Handle(t.Context(), zoomchat.AllApps, body))
	}
	typed("Sentry configure all")
	require.Equal(t, []string{"sentry configure all"}, w.lines)
	typed("configure all")
	require.Len(t, w.lines, 1)
	require.Contains(t, w.last().text(), "`jenkins help`, `sentry help`")
	require.Equal(t, annJID, w.last().body.ToJID, "an app that users manage answers by direct message")
}

func TestAStrangerIsAskedToLinkTheirAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.types("Eve", opsJID, "connect")
	require.Empty(t, w.lines)
	require.Contains(t, w.last().text(), "<https://chat.test/link|zoomchat link>")
	require.Equal(t, "Eve", w.last().body.OnlyTo)
	w.click("Eve", opsJID, "m1", "act:rebuild")
	require.Empty(t, w.clicks)
	require.Contains(t, w.last().text(), "link")
	w.types("Eve", opsJID, "help")
	require.Equal(t, []string{"jenkins help"}, w.lines, "help is for everyone")
	w.linked["Eve"] = "p-eve"
	w.types("Eve", opsJID, "connect")
	require.Equal(t, "jenkins connect", w.lines[1])
}

func TestAUserOfAnotherAccountCanDoNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.delivers(map[string]any{"event": "team_chat.app_mention", "payload": map[string]any{
		"account_id": "acc", "operator_id": "Ann", "by_external_user": true, "object": map[string]any{"channel_id": "ops", "message": "connect"},
	}})
	require.Empty(t, w.lines)
	require.Empty(t, w.sent)
}

func TestAnotherUsersConversationIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	body, err := json.Marshal(map[string]any{"event": "bot_notification", "payload": map[string]string{
		"accountId": "acc", "userId": "Eve", "userJid": "eve@xmpp.zoom.us", "robotJid": botJID, "toJid": annJID + "/robot_" + botJID, "cmd": "disconnect",
	}})
	require.NoError(t, err)
	require.True(t, queue.IsPermanent(w.Handle(t.Context(), "jenkins", body)))
	require.Empty(t, w.lines)
	w.types("Ann", "bob@xmpp.zoom.us", "help")
	require.Equal(t, annJID+"/robot_"+botJID, w.last().body.ToJID, "no bot writes into a conversation of two users")
}

func TestMentionsAreCommandsAndRepliesInThreads(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mention := func(message, thread string) {
		w.delivers(map[string]any{"event": "team_chat.app_mention", "payload": map[string]any{
			"account_id": "acc", "operator_id": "Ann", "operator": "ann@example.com",
			"object": map[string]any{"message_id": "x", "channel_id": "OPS", "channel_name": "Ops", "message": message, "reply_main_message_id": thread},
		}})
	}
	mention("@Jenkins status", "")
	require.Equal(t, []string{"jenkins status"}, w.lines)
	require.Equal(t, opsJID, w.last().body.ToJID)
	mention("looks fixed", "m7")
	require.Equal(t, []string{"m7: looks fixed"}, w.replies)
	w.linked = nil
	mention("me too", "m7")
	require.Len(t, w.replies, 1)
}

func TestAClickOnACardIsTheBridges(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.types("Ann", opsJID, "help")
	card, err := w.surface.Post(t.Context(), posting("web"))
	require.NoError(t, err)
	w.click("Ann", opsJID, card.ID, "act:rebuild?a=b")
	require.Len(t, w.clicks, 1)
	click := w.clicks[0]
	require.True(t, click.Card)
	require.Equal(t, "rebuild", click.Action)
	require.Equal(t, map[string]string{"a": "b"}, click.Values)
	require.Equal(t, card, click.Message)
	require.Equal(t, ops(), click.Place)
	require.Equal(t, ann(), click.Actor)
	w.happens("interactive_message_select", "Ann", opsJID, map[string]any{"messageId": card.ID, "selectedItems": []map[string]string{{"value": "act:assign?selected=ben"}}})
	require.Equal(t, map[string]string{"selected": "ben"}, w.clicks[1].Values)
	for _, foreign := range []string{"rebuild", "ask:nothing:0", ""} {
		w.click("Ann", opsJID, card.ID, foreign)
		require.Equal(t, "fault button_expired", w.last().text())
	}
	require.Len(t, w.clicks, 2)
	edited := []byte(`{"event":"interactive_message_editable","payload":{"accountId":"acc","userId":"Ann","robotJid":"` + botJID + `"}}`)
	read, _, err := w.Receive(t.Context(), "jenkins", w.signed(edited), edited)
	require.NoError(t, err)
	require.False(t, zoomchat.Wanted(read), "no card of ours lets anyone edit it")
}

func TestAButtonUnderANoteKeepsItsSecretHere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.types("Ann", opsJID, "help")
	require.NoError(t, w.talk.Tell(t.Context(), chat.Note{Text: chat.Verbatim("Sure?"), Buttons: []chat.Button{
		{Label: chat.Verbatim("Yes"), Action: conversation.Pressed, Values: map[string]string{"sealed": "s3cret"}}, {Label: chat.Verbatim("No"), Action: "other"},
	}}))
	buttons := w.last().body.Content.Body[1].Items
	require.NotContains(t, buttons[0].Value, "s3cret")
	require.Less(t, len(buttons[0].Value), 40)
	w.click("Ann", opsJID, "m2", buttons[0].Value)
	require.Equal(t, "s3cret", w.presses[0].Values["sealed"])
	require.Equal(t, chat.MessageRef{Place: ops(), ID: "m2"}, w.presses[0].Message)
	require.NoError(t, w.presses[0].Talk.Replace(t.Context(), chat.Note{Text: chat.Verbatim("Done")}))
	require.Equal(t, "/m2", w.last().path, "the note is replaced")
	require.Equal(t, "Done", w.last().text())
	w.click("Ann", opsJID, "m2", buttons[1].Value)
	require.Equal(t, "other", w.presses[1].Action)
	w.now = w.now.Add(25 * time.Hour)
	w.click("Ann", opsJID, "m2", buttons[0].Value)
	require.Equal(t, "fault button_expired", w.last().text())
}

func form() chat.Form {
	return chat.Form{Kind: "k", State: "sealed", Title: chat.Verbatim("New"), Fields: []chat.FormField{
		{Name: "title", Label: chat.Verbatim("Title")},
		{Name: "service", Label: chat.Verbatim("Service"), Kind: chat.SelectField, Options: []chat.Option{{Label: chat.Verbatim("Web"), Value: "W"}, {Label: chat.Verbatim("DB"), Value: "D"}}},
		{Name: "tell", Label: chat.Verbatim("Tell"), Kind: chat.MultiSelectField, Options: []chat.Option{{Label: chat.Verbatim("A"), Value: "a"}, {Label: chat.Verbatim("B"), Value: "b"}}},
		{Name: "urgent", Label: chat.Verbatim("Urgent"), Kind: chat.BoolField},
	}}
}

func (w *world) submits(user, message, value string, items ...map[string]any) {
	w.t.Helper()
	all := append([]map[string]any{{"actionItem": map[string]string{"value": value}}}, items...)
	w.delivers(map[string]any{"event": "chat_message.submit", "payload": map[string]any{
		"account_id": "acc", "operator_id": user, "object": map[string]any{"message_id": message, "to_jid": opsJID, "robot_jid": botJID, "submit_items": all},
	}})
}

func TestAFormIsAMessageAndItsAnswerClosesIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.types("Ann", opsJID, "trigger")
	require.NoError(t, w.talk.Ask(t.Context(), form()))
	asked := w.last()
	require.Equal(t, "Ann", asked.body.OnlyTo)
	require.True(t, asked.body.Content.Settings.Form)
	items := asked.body.Content.Body
	send := items[len(items)-1].Items[0].Value

	w.wrong = chat.FormErrors{"title": chat.Verbatim("Too short")}
	w.submits("Ann", "m2", send, map[string]any{"plain_text_input": map[string]any{"action_id": "title", "value": "Do"}})
	require.Equal(t, "PUT", w.last().method, "errors keep the form open")
	require.Contains(t, w.last().text(), "Too short")
	require.Equal(t, "Do", w.last().body.Content.Body[0].Value)

	w.wrong = nil
	w.submits("Ann", "m2", send,
		map[string]any{"plain_text_input": map[string]any{"text": "Title", "value": "Down"}},
		map[string]any{"select": map[string]any{"text": "Service", "selectedItems": []map[string]string{{"value": "D"}}}},
		map[string]any{"checkboxes": map[string]any{"action_id": "tell", "selected_options": []map[string]string{{"value": "a"}, {"value": "forged"}, {"value": "b"}}}},
		map[string]any{"checkboxes": map[string]any{"action_id": "urgent", "selected_options": []map[string]string{{"value": "true"}}}},
		map[string]any{"plain_text_input": map[string]any{"action_id": "more", "value": "x"}})
	require.Equal(t, "DELETE", w.last().method)
	got := w.answers[1]
	require.Equal(t, map[string]string{"title": "Down", "service": "D", "tell": "a,b", "urgent": "true"}, got.Values)
	require.Equal(t, "k", got.Kind)
	require.Equal(t, "sealed", got.State)
	require.Equal(t, ops(), got.Place)

	w.linked["Eve"] = "p-eve"
	w.submits("Eve", "m2", send)
	require.Len(t, w.answers, 2, "another user's form")
	require.Equal(t, "fault button_not_yours", w.last().text())
}

func TestASecretIsEnteredOnAPageOfThePlugin(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.types("Ann", opsJID, "connect")
	f := form()
	f.Fields = append(f.Fields, chat.FormField{Name: "token", Kind: chat.SecretField, Label: chat.Verbatim("Token")})
	require.NoError(t, w.talk.Ask(t.Context(), f))
	told := w.last()
	require.Nil(t, told.body.Content.Settings)
	_, rest, ok := strings.Cut(told.text(), "https://chat.test/form/")
	require.True(t, ok)
	id, _, _ := strings.Cut(rest, "|")
	shown, err := w.FormFor(t.Context(), "p-ann", id)
	require.NoError(t, err)
	require.Equal(t, f, shown)
	_, err = w.FormFor(t.Context(), "p-eve", id)
	require.True(t, fault.Is(err, fault.ButtonNotYours))
	_, err = w.SubmitFor(t.Context(), "p-ann", id, map[string]string{"token": "t0ken"})
	require.NoError(t, err)
	require.Equal(t, "t0ken", w.answers[0].Values["token"])
	require.Equal(t, ann().ID, w.answers[0].Actor.ID)
}

func TestAddingAndRemovingAnApp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.happens("bot_installed", "Eve", "", nil)
	require.Equal(t, "eve@xmpp.zoom.us", w.last().body.ToJID)
	require.Contains(t, w.last().text(), "zoomchat welcome")
	require.Contains(t, w.last().text(), "https://chat.test/link")
	w.types("Ann", opsJID, "help")
	card, err := w.surface.Post(t.Context(), posting("web"))
	require.NoError(t, err)
	removed := map[string]any{"event": "app_deauthorized", "payload": map[string]string{"account_id": "acc", "user_id": "Eve", "client_id": "client"}}
	w.delivers(removed)
	channel, err := w.surface.Channel(t.Context(), ops())
	require.NoError(t, err)
	require.True(t, channel.Archived, "nothing can be shown in the account any more")
	_, err = w.surface.Post(t.Context(), posting("web"))
	require.Error(t, err)
	require.False(t, w.surface.MayPost(t.Context(), ann(), card.Place))

	w.types("Ann", opsJID, "help")
	w.saves(zoomchat.App{ID: "jenkins", ClientID: "client", RobotJID: botJID})
	w.delivers(removed)
	require.True(t, w.surface.MayPost(t.Context(), ann(), card.Place), "a user removed an app that each user manages")
}

func TestAnAdminNamesTheAdminsOfAChannel(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.types("Ann", opsJID, "help")
	w.types("Ann", opsJID, "admins")
	require.Contains(t, w.last().text(), "admins none")
	require.False(t, w.surface.MayAdminister(t.Context(), ann(), ops()))
	w.types("Ann", opsJID, "admins add Ann")
	require.Equal(t, "fault admin_only", w.last().text())
	w.admin, w.linked["Root"] = true, "p-root"
	w.types("Root", opsJID, "admins add Zed")
	require.Contains(t, w.last().text(), "admins unknown")
	w.types("Root", opsJID, "admins add @ann")
	require.Contains(t, w.last().text(), "admins list Ann")
	w.admin = false
	require.True(t, w.surface.MayAdminister(t.Context(), ann(), ops()))
	w.admin = true
	w.types("Root", opsJID, "admins remove Ann")
	w.admin = false
	require.False(t, w.surface.MayAdminister(t.Context(), ann(), ops()))
	require.Equal(t, []string{"jenkins help"}, w.lines, "the command is the surface's own")
}
