package console_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
)

func TestAnAdminNamesAServerAndItsOAuthClient(t *testing.T) {
	t.Parallel()
	w := newActWorld(t)
	require.NoError(t, w.run("root", "town", "", "t", w.SignIns.Sites.RunSetup("forge")))
	form := w.surface.forms[0]
	for _, part := range []string{"`https://chat.example/back/forge`", "Cloud: `repo:cloud`", "Own server: `repo:own`"} {
		require.Contains(t, w.text(form.Intro), part)
		require.Contains(t, w.people.latest().text, part)
	}
	for name, c := range map[string]struct {
		values map[string]string
		field  string
	}{
		"no address":          {map[string]string{"kind": "own"}, "url"},
		"an id, no secret":    {map[string]string{"kind": "cloud", "client_id": "id"}, "client_secret"},
		"a secret, but no id": {map[string]string{"kind": "cloud", "client_secret": "s3cret"}, "client_id"},
	} {
		said, err := w.submit("root", c.values)
		require.NoError(t, err, name)
		require.Len(t, said, 1, name)
		require.NotEmpty(t, said[c.field], name)
	}
	require.Empty(t, w.sessions.clients)

	said, err := w.submit("root", map[string]string{
		"kind": "own", "url": " https://forge.acme.example ", "client_id": "id", "client_secret": "s3cret",
	})
	require.NoError(t, err)
	require.Empty(t, said)
	require.Equal(t, "id:s3cret", w.sessions.clients["https://forge.acme.example"])
	require.Equal(t, "https://forge.acme.example/rest", w.sessions.sites[1].API)
	require.NotContains(t, w.everythingWritten(), "s3cret")
}

func TestAnAdminRemovesAServerWhenAskedTwice(t *testing.T) {
	t.Parallel()
	w := newActWorld(t)
	own, err := w.forge.ParseSite("own", "https://forge.acme.example", "")
	require.NoError(t, err)
	w.sessions.sites[0].OAuth = false
	w.sessions.sites = append(w.sessions.sites, own)
	require.NoError(t, w.run("root", "town", "", "", w.SignIns.Sites.RunSetup("forge")))
	require.Empty(t, w.surface.forms)
	require.Len(t, w.people.latest().note.Buttons, 2, "the vendor's own stays")
	require.NoError(t, w.press("root", "Remove https://forge.acme.example"))
	require.Empty(t, w.sessions.removed)
	require.NoError(t, w.press("root", "Remove"))
	require.Equal(t, []string{"https://forge.acme.example"}, w.sessions.removed)

	require.NoError(t, w.run("root", "town", "", "", w.SignIns.Sites.RunSetup("forge")))
	require.NoError(t, w.press("root", "Add or change a server"))
	require.Len(t, w.surface.forms, 1)
}

func TestOnlyAdminsSetUp(t *testing.T) {
	t.Parallel()
	w, ctx := newActWorld(t), context.Background()
	require.True(t, fault.Is(w.run("ada", "town", "", "t", w.SignIns.Sites.RunSetup("forge")), fault.Forbidden))
	require.Empty(t, w.surface.forms)

	// Whoever was an admin when the form was opened may be none when it is answered.
	what := conversation.Intent{Actor: actor("ada"), Kind: conversation.FormSetup, Provider: "forge"}
	require.NoError(t, w.Prompts.Ask(ctx, w.talk("ada", place("town")), chat.Form{Title: chat.Verbatim("Set up")}, what))
	_, err := w.submit("ada", map[string]string{"kind": "cloud", "client_id": "id", "client_secret": "s3cret"})
	require.True(t, fault.Is(err, fault.Forbidden), "%v", err)
	require.Empty(t, w.sessions.clients)
}

func TestAToolWithoutServersOfOnesOwnNeedsNoSetup(t *testing.T) {
	t.Parallel()
	w := newActWorld(t)
	require.NoError(t, w.run("root", "town", "", "t", w.SignIns.Sites.RunSetup("builder")))
	require.Contains(t, w.people.latest().text, "needs no setup")
	require.Empty(t, w.surface.forms)
}

func TestAVendorsOwnSiteGetsItsOAuthClient(t *testing.T) {
	t.Parallel()
	w := newActWorld(t)
	require.NoError(t, w.run("root", "town", "", "t", w.SignIns.Sites.RunSetup("pager")))
	require.Contains(t, w.text(w.surface.forms[0].Intro), "Scopes: `read write`")
	said, err := w.submit("root", map[string]string{"url": "https://elsewhere.example"})
	require.NoError(t, err)
	require.NotEmpty(t, said["url"])
	_, err = w.submit("root", map[string]string{"client_id": "id", "client_secret": "s3cret"})
	require.NoError(t, err)
	require.Equal(t, "id:s3cret", w.sessions.clients[actCloud])
}

func TestAWebhookIsLookedAfterEveryDay(t *testing.T) {
	t.Parallel()
	w := newActWorld(t)
	c := w.connection("c-forge")
	require.NoError(t, w.Connections.Webhooks.ScheduleRepair(context.Background(), c))
	require.NoError(t, w.Connections.Webhooks.ScheduleRepair(context.Background(), c))
	require.NoError(t, w.Connections.Webhooks.ScheduleRepair(context.Background(), w.connection("c-builder")))
	require.Len(t, w.inbox, 1, "once a day, and only for webhooks of ours")
	require.Equal(t, "bridge/repair", w.inbox[0].Task.Key)
	require.Equal(t, w.now.Add(24*time.Hour), w.inbox[0].NotBefore)

	w.now = w.now.Add(24 * time.Hour)
	require.NoError(t, w.webhookIsDue(c.ID))
	require.Len(t, w.inbox, 2, "it goes on")
	require.Empty(t, w.forge.installs, "what is there is left alone")

	w.forge.lost = true
	require.NoError(t, w.webhookIsDue(c.ID))
	require.Equal(t, []string{"ada-token https://chat.example/hooks/c-forge.key hook-secret"}, w.forge.installs)
	require.JSONEq(t, `"new"`, string(w.connection("c-forge").Installation))
	require.Len(t, w.people.letters, 1)
	require.Contains(t, w.people.letters[0], "ada: The webhook of acme/door in FORGE was missing")

	c.Subscriptions = nil
	w.put(c)
	w.now = w.now.Add(48 * time.Hour)
	require.NoError(t, w.webhookIsDue(c.ID))
	require.Len(t, w.inbox, 2, "it ends with the last channel")
}

func TestAnAccountThatLostItsRightIsFollowedByAnother(t *testing.T) {
	t.Parallel()
	for name, token := range map[string]string{"lost the right": "reader", "signed out": "", "was rejected": "wrong"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newActWorld(t)
			c := w.connection("c-forge")
			c.Subscriptions = append(c.Subscriptions,
				bridge.Subscription{ID: "s2", Place: place("town"), CreatedBy: actor("eve")}, bridge.Subscription{ID: "s3", Place: place("town"), CreatedBy: actor("bob")})
			w.put(c)
			w.sessions.tokens = map[string]string{"ada": token, "bob": "bob-token", "eve": "eve-token"}
			w.forge.lost = true
			require.NoError(t, w.webhookIsDue(c.ID))
			require.Equal(t, chat.PersonID("bob"), w.connection("c-forge").ActsAs, "eve may not connect there any more")
			require.Len(t, w.forge.installs, 1)
			require.Contains(t, w.people.letters[0], "ada: The account that manages the webhook of acme/door")
			require.NotContains(t, w.people.letters[0], "<no value>")
		})
	}
}

func TestWhereNobodyCanLookAfterAWebhookThatIsSaidOnce(t *testing.T) {
	t.Parallel()
	w := newActWorld(t)
	w.sessions.tokens = nil
	for range 3 {
		require.NoError(t, w.webhookIsDue("c-forge"))
		w.now = w.now.Add(24 * time.Hour)
	}
	require.Len(t, w.people.letters, 1)
	require.Len(t, w.inbox, 3)
	require.Equal(t, json.RawMessage(`"old"`), w.connection("c-forge").Installation)
}

func TestAnOutageOfTheToolIsTriedAgain(t *testing.T) {
	t.Parallel()
	w := newActWorld(t)
	c := w.connection("c-forge")
	c.Site = "https://down.example"
	own, err := w.forge.ParseSite("own", c.Site, "")
	require.NoError(t, err)
	w.sessions.sites = append(w.sessions.sites, own)
	w.put(c)
	require.True(t, fault.Is(w.webhookIsDue(c.ID), fault.ProviderUnavailable))
	require.Len(t, w.inbox, 1, "tomorrow's turn is safe")
	require.Empty(t, w.people.letters)
}
