package console_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/connection"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/mattermost/markdown"
)

func TestAWebhookIsSetUpForTheFirstChannelAndRemovedWithTheLast(t *testing.T) {
	t.Parallel()
	o := newOffice(t)

	require.Contains(t, o.types(ada, lab, "/coder connect <"+webRepo+">"), "This channel now follows")

	c := o.only()
	require.Equal(t, "acme/web", c.Name)
	hook := o.coder.hooks["acme/web"]
	require.Equal(t, "https://chat.test/hooks/"+c.Hook(), hook.URL)
	require.Equal(t, o.secretOf(c), hook.Secret)
	require.NotContains(t, c.Sealed, hook.Secret)
	require.Equal(t, chat.PersonID(ada), c.ActsAs)
	require.Contains(t, o.people.announced[0].text, "It shows: Pushes, Reviews.")
	require.Empty(t, o.people.direct, "there is nothing for people to enter")

	o.types(bob, town, "/coder connect "+webRepo)
	require.Equal(t, 1, o.coder.made, "a second channel finds the webhook of the first")
	require.Equal(t, []chat.Place{place(lab), place(town)}, o.only().Channels())
	require.Contains(t, o.types(bob, town, "/coder connect "+webRepo), "already")

	require.Contains(t, o.types(ada, lab, "/coder disconnect"), "Other channels stay connected to it")
	o.presses(ada, "Disconnect")
	require.NotEmpty(t, o.coder.hooks)
	require.Contains(t, o.types(bob, town, "/coder disconnect"), "its webhook in Coder is removed")
	require.Contains(t, o.presses(bob, "Disconnect"), "the webhook in Coder is removed")
	require.Empty(t, o.coder.hooks)
	require.Empty(t, o.connections())
}

func TestWithoutAnAddressAFormAsksForIt(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	require.Contains(t, o.types(ada, lab, "/coder connect"), "Which repository", "without a trigger a button opens the form")
	o.presses(ada, "Enter URL")
	require.Len(t, o.surface.forms, 1)
	o.surface.trigger = "typed"
	o.types(ada, lab, "/coder connect")
	require.Len(t, o.surface.forms, 2, "with one it opens at once")

	form := o.surface.forms[1]
	require.Len(t, form.Fields, 2, "the address says where the tool is")
	for text, most := range map[string]int{markdown.Render(o.texts.Text("en", form.Title), markdown.Reader{}): 24, markdown.Render(o.texts.Text("en", form.Fields[0].Help), markdown.Reader{}): 150} {
		require.LessOrEqual(t, len(text), most, text)
	}
	wrong, err := o.answers(ada, map[string]string{"address": "web"})
	require.NoError(t, err)
	require.Contains(t, markdown.Render(o.texts.Text("en", wrong["address"]), markdown.Reader{}), "coder")
	wrong, err = o.answers(ada, map[string]string{"address": "https://other.test/a/b"})
	require.NoError(t, err)
	require.Contains(t, wrong, "address", "no admin has allowed that server")

	_, err = o.answers(eve, map[string]string{"address": webRepo})
	require.Equal(t, fault.ButtonNotYours, fault.CodeOf(err), "the form was made for ada")
	wrong, err = o.answers(ada, map[string]string{"address": webRepo})
	require.NoError(t, err)
	require.Empty(t, wrong)
	require.Contains(t, o.lastEphemeral().text, "This channel now follows")
	require.Len(t, o.coder.hooks, 1)
}

func TestAConnectionCanCarryATokenOfItsOwn(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.accounts.signedIn, o.accounts.registered = map[string]bool{}, false
	o.coder.private["acme/web"] = true

	require.Contains(t, o.types(ada, town, "/coder connect "+webRepo), "access token", "nobody can sign in")
	o.presses(ada, "Use an access token")
	require.Equal(t, webRepo, o.surface.forms[0].Fields[0].Default, "what was typed need not be typed again")
	for token, field := range map[string]string{"with blanks": "token", "bad": "address"} {
		wrong, err := o.answers(ada, map[string]string{"address": webRepo, "token": token})
		require.NoError(t, err)
		require.Contains(t, wrong, field)
	}
	_, err := o.answers(ada, map[string]string{"address": webRepo, "token": "good"})
	require.NoError(t, err)
	require.Contains(t, o.lastEphemeral().text, "private")
	require.NotContains(t, o.lastEphemeral().buttons[0].Values[conversation.SealedValue], "good")
	require.Contains(t, o.presses(ada, "Connect anyway"), "This channel now follows", "the token is remembered over the question")

	c := o.only()
	require.True(t, c.HasCredential)
	require.Empty(t, c.ActsAs)
	keys, err := o.bridge.Keys.Open(t.Context(), c)
	require.NoError(t, err)
	require.Equal(t, "good", keys.Credential.Secret)
	stored, err := json.Marshal(c)
	require.NoError(t, err)
	require.NotContains(t, string(stored), `"good"`)

	o.types(bob, town, "/coder disconnect")
	require.Contains(t, o.presses(bob, "Disconnect"), "is removed", "the token is good for removing, too")
}

func TestConnectingGoesOnAfterSigningIn(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.accounts.signedIn = map[string]bool{}

	require.Contains(t, o.types(ada, lab, "/coder connect "+webRepo), "https://coder.test/authorize")
	require.Empty(t, o.connections())
	next := o.accounts.next
	_, err := o.bridge.Resume(t.Context(), eve, next)
	require.Equal(t, fault.LinkExpired, fault.CodeOf(err))

	o.accounts.signedIn[ada] = true
	page, err := o.bridge.Resume(t.Context(), ada, next)
	require.NoError(t, err)
	require.Contains(t, markdown.Render(o.texts.Text("en", page), markdown.Reader{}), "You're signed in to Coder")
	require.Contains(t, o.lastEphemeral().text, "This channel now follows")
	require.Len(t, o.coder.hooks, 1)
}

func TestAQuestionAfterSigningInIsAskedInTheChannel(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.accounts.signedIn = map[string]bool{}
	o.coder.private["acme/web"] = true
	o.types(ada, town, "/coder connect "+webRepo+"?"+strings.Repeat("x", 3000))
	o.accounts.signedIn[ada] = true
	o.coder.private["acme/web?"+strings.Repeat("x", connection.MaxAddress-len(webRepo)-1)] = true

	page, err := o.bridge.Resume(t.Context(), ada, o.accounts.next)

	require.NoError(t, err)
	require.Contains(t, markdown.Render(o.texts.Text("en", page), markdown.Reader{}), "Return to Mattermost to answer a question")
	require.Equal(t, []string{"Connect anyway", "Cancel"}, o.labels(o.lastEphemeral()))
	require.Equal(t, "Nothing changed.", o.presses(ada, "Cancel"))
	require.Empty(t, o.connections())
}

func TestAPrivateRepositoryInAPublicChannelIsAskedAbout(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.coder.private["acme/web"] = true
	require.Contains(t, o.types(ada, lab, "/coder connect "+webRepo), "This channel now follows", "a private channel is no question")
	require.Contains(t, o.types(ada, town, "/coder connect "+webRepo), "everyone in the team can join")
	require.Equal(t, []chat.Place{place(lab)}, o.only().Channels())
	o.presses(ada, "Connect anyway")
	require.Equal(t, []chat.Place{place(lab), place(town)}, o.only().Channels())
}

func TestWhoDoesNotAdministerTheRepositoryConnectsNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.accounts.signedIn[eve] = true
	o.types(ada, lab, "/coder connect "+webRepo)
	_, err := o.tries(eve, town, "/coder connect "+webRepo)
	require.Equal(t, fault.NotResourceAdmin, fault.CodeOf(err))
	require.Equal(t, []chat.Place{place(lab)}, o.only().Channels())
}

func TestWhatCannotBeSetUpOrNotedLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.coder.broken["install"] = fault.New(fault.ProviderUnavailable)
	_, err := o.tries(ada, lab, "/coder connect "+webRepo)
	require.Equal(t, fault.ProviderUnavailable, fault.CodeOf(err))
	require.Empty(t, o.connections())
	require.Empty(t, o.following("coder", lab))

	delete(o.coder.broken, "install")
	o.broken.change = func(after bridge.Connection) error {
		if len(after.Installation) > 0 {
			return errors.New("the database is away")
		}
		return nil
	}
	_, err = o.tries(ada, lab, "/coder connect "+webRepo)
	require.Error(t, err)
	require.Equal(t, 1, o.coder.made)
	require.Empty(t, o.coder.hooks, "the webhook was removed again")
	require.Empty(t, o.connections())
	require.Empty(t, o.people.announced)
}

func TestWhoWasInterruptedBetweenRecordAndWebhookCanGoOnOrGiveUp(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"/coder connect " + webRepo, "/coder status", "/coder disconnect"} {
		o := newOffice(t)
		o.types(ada, lab, "/coder connect "+webRepo)
		c := o.only()
		c.Installation = nil // what the server did not get to write
		o.put(c)

		o.types(ada, lab, line)
		switch line {
		case "/coder status":
			require.Contains(t, o.presses(ada, "Repair acme/web"), "is OK")
		case "/coder disconnect":
			o.presses(ada, "Disconnect")
			require.Empty(t, o.coder.hooks)
			require.Empty(t, o.connections())
			continue
		}
		require.NotEmpty(t, o.only().Installation, line)
		require.Equal(t, o.secretOf(o.only()), o.coder.hooks["acme/web"].Secret)
	}
}

func TestALostWebhookIsSeenAndRepaired(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.types(ada, lab, "/coder connect "+webRepo)
	require.Contains(t, o.types(ada, lab, "/coder status"), "is OK")

	clear(o.coder.hooks)
	o.accounts.signedIn = map[string]bool{} // nobody's account works any more
	require.Contains(t, o.types(bob, lab, "/coder status"), "couldn't be checked")
	require.Contains(t, o.presses(bob, "Repair acme/web"), "authorize")
	o.accounts.signedIn[bob] = true
	_, err := o.bridge.Resume(t.Context(), bob, o.accounts.next)
	require.NoError(t, err)

	require.Len(t, o.coder.hooks, 1)
	require.Equal(t, chat.PersonID(bob), o.only().ActsAs, "who repaired it takes it over")
	require.Contains(t, o.types(bob, lab, "/coder status"), "is OK")
}

func TestTheSecretThatAToolMakesUpIsTheOneInForce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	delivers := func(secret string) error {
		return o.bridge.Ingest(t.Context(), o.only().Hook(), secret, func(string) string { return "" }, strings.NewReader("{}"))
	}
	var early error
	o.coder.makesUp, o.coder.meanwhile = "made by the tool", func() { early = delivers(o.coder.makesUp) }

	o.types(ada, lab, "/coder connect "+webRepo)

	require.Error(t, early)
	require.Equal(t, fault.Internal, fault.CodeOf(early), "what comes before the secret is known has to be sent again")
	require.NoError(t, delivers("made by the tool"))
	require.Equal(t, fault.Forged, fault.CodeOf(delivers("made by someone else")))

	clear(o.coder.hooks)
	o.coder.makesUp = "another"
	o.types(ada, lab, "/coder status")
	o.presses(ada, "Repair acme/web")
	require.Equal(t, fault.Internal, fault.CodeOf(early))
	require.NoError(t, delivers("another"))
	require.NoError(t, delivers("made by the tool"), "for a while, what was on its way is still believed")
	o.now = o.now.Add(2 * bridge.SecretOverlap)
	require.Equal(t, fault.Forged, fault.CodeOf(delivers("made by the tool")))
}

func TestAToolThatIsDownIsNotBlamedOnWhoAsks(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.types(ada, lab, "/coder connect "+webRepo)
	delete(o.accounts.signedIn, bob)
	o.coder.broken["installed"] = fault.New(fault.ProviderUnavailable).With("Provider", "Coder")
	text := o.types(bob, lab, "/coder status")
	require.Contains(t, text, "couldn't be checked: Coder can't be reached")
	require.NotContains(t, text, "aren't signed in")
}

func TestAnotherChannelsConnectRepairsWhatWasLost(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.types(ada, lab, "/coder connect "+webRepo)
	clear(o.coder.hooks)
	o.types(bob, town, "/coder connect "+webRepo)
	require.Equal(t, o.secretOf(o.only()), o.coder.hooks["acme/web"].Secret)
}

func TestKeysThatCannotBeOpenedAnyMoreAreMadeAnew(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.types(ada, lab, "/coder connect "+webRepo)
	c := o.only()
	c.Sealed = "00"
	o.put(c)
	require.Contains(t, o.types(ada, lab, "/coder status"), "can't be decrypted")
	o.presses(ada, "Repair acme/web")
	require.Equal(t, o.secretOf(o.only()), o.coder.hooks["acme/web"].Secret)
}

func TestARotationMakesKeysAnewThatCannotBeOpenedAnyMore(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.types(ada, lab, "/coder connect "+webRepo)
	c := o.only()
	c.Sealed = "00"
	o.put(c)
	o.types(ada, lab, "/coder rotate")
	require.Contains(t, o.presses(ada, "Create new secret"), "has a new secret")
	require.Equal(t, o.secretOf(o.only()), o.coder.hooks["acme/web"].Secret)
}

// What a tool took, although its answer was lost, counts with the first delivery that is signed with it; what it refused is forgotten.
func TestASecretThatTheToolTookWithoutSayingSoCounts(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	delivers := func(secret string) error {
		return o.bridge.Ingest(t.Context(), o.only().Hook(), secret, func(string) string { return "" }, strings.NewReader("{}"))
	}
	o.types(ada, lab, "/coder connect "+webRepo)
	old := o.secretOf(o.only())
	for waiting, code := range []fault.Code{fault.NotResourceAdmin, fault.ProviderUnavailable} {
		o.coder.broken["install"] = fault.New(code)
		o.types(ada, lab, "/coder rotate")
		_, err := o.triesToPress(ada, "Create new secret")
		require.Equal(t, code, fault.CodeOf(err))
		require.Equal(t, old, o.secretOf(o.only()), "the one in force stays")
		require.NoError(t, delivers(old))
		keys, err := o.bridge.Keys.Open(t.Context(), o.only())
		require.NoError(t, err)
		require.Len(t, keys.Candidates, waiting, code)
	}
	keys, err := o.bridge.Keys.Open(t.Context(), o.only())
	require.NoError(t, err)
	fresh := keys.Candidates[0].Value
	require.NoError(t, delivers(fresh))
	require.Equal(t, fresh, o.secretOf(o.only()))
	o.now = o.now.Add(2 * bridge.SecretOverlap)
	require.NoError(t, delivers(fresh))
	require.Equal(t, fault.Forged, fault.CodeOf(delivers(old)))
}

func TestAnotherPartsConnectButtonConnects(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	what := conversation.Intent{Actor: actor(ada), Kind: conversation.OpConnect, Provider: "coder", Place: place(lab), Text: webRepo}
	sealed, err := o.bridge.Prompts.Seal(t.Context(), what)
	require.NoError(t, err)
	require.NoError(t, o.bridge.Press(t.Context(), chat.Click{Actor: actor(ada), Talk: o.talk(ada, place(lab), true), Action: conversation.Pressed, Values: map[string]string{conversation.SealedValue: sealed}}))
	require.Len(t, o.coder.hooks, 1)
}
