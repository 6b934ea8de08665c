package sentry

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/build/exhaustive"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/i18n"
	"mattermost-plugin-zoom/server/mattermost/markdown"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

// told folds the deliveries a minute apart, and returns the last state of the subject and the last change.
func told(t *testing.T, p *Sentry, state json.RawMessage, deliveries ...provider.Delivery) (json.RawMessage, provider.Change) {
	t.Helper()
	var change provider.Change
	for i, d := range deliveries {
		d.ReceivedAt = d.ReceivedAt.Add(time.Duration(i) * time.Minute)
		events, err := p.Parse(d)
		require.NoError(t, err)
		require.NotEmpty(t, events)
		change, err = p.Fold(state, nil, events[0])
		require.NoError(t, err)
		if !change.Stale {
			state = change.State
		}
	}
	return state, change
}

// parseOne returns the only event of the delivery.
func parseOne(t *testing.T, p *Sentry, d provider.Delivery) provider.Event {
	t.Helper()
	events, err := p.Parse(d)
	require.NoError(t, err)
	require.Len(t, events, 1)
	return events[0]
}

func cardOf(t *testing.T, p *Sentry, state json.RawMessage) chat.Card {
	t.Helper()
	card, err := p.Card(state)
	require.NoError(t, err)
	return card
}

// shown returns everything on a card in English.
func shown(t *testing.T, c chat.Card) string {
	t.Helper()
	catalogue, err := i18n.NewCatalogue(New(Options{}).Describe().Texts)
	require.NoError(t, err)
	all := []string{c.Title, c.Author, c.Footer, markdown.Render(catalogue.Text("en", c.State), markdown.Reader{}), markdown.Render(catalogue.Text("en", c.Text), markdown.Reader{})}
	for _, f := range c.Fields {
		all = append(all, markdown.Render(catalogue.Text("en", f.Label), markdown.Reader{})+": "+markdown.Render(catalogue.Text("en", f.Value), markdown.Reader{}))
	}
	return strings.Join(all, "\n")
}

func TestTheSignatureCoversTheRawBody(t *testing.T) {
	t.Parallel()
	body, err := os.ReadFile("testdata/vector.json")
	require.NoError(t, err)
	secret := "sentry-test-client-secret"
	d := provider.Delivery{Body: body, Header: map[string]string{headerResource: "issue", headerSignature: provider.Sign(body, secret)}}
	_, err = New(Options{}).Verify(d, []string{secret})
	require.NoError(t, err)
	var decoded any
	require.NoError(t, json.Unmarshal(body, &decoded))
	d.Body, err = json.Marshal(decoded) // encodes "é" and "<" differently
	require.NoError(t, err)
	_, err = New(Options{}).Verify(d, []string{secret})
	require.ErrorIs(t, err, provider.ErrForged)
}

func TestTheTimestampIsNotSigned(t *testing.T) {
	t.Parallel()
	require.NotContains(t, New(Options{}).Describe().Headers, "Sentry-Hook-Timestamp")
	p := New(Options{})
	d := fixture(t, "resolved")
	one := parseOne(t, p, d)
	d.Header["Sentry-Hook-Timestamp"] = "4000000000"
	require.Equal(t, one, parseOne(t, p, d), "it moves nothing")
}

func TestASecretAddressDoesNotReplaceASignature(t *testing.T) {
	t.Parallel()
	p := New(Options{})
	d := fixture(t, "resolved")
	d.PathSecret = "the-secret"
	_, err := p.Verify(d, []string{"the-secret"})
	require.ErrorIs(t, err, provider.ErrUnsigned)
	legacy := fixture(t, "legacy-error")
	legacy.PathSecret = "the-secret"
	proof, err := p.Verify(legacy, []string{"another", "the-secret"})
	require.NoError(t, err)
	require.Equal(t, provider.Proof{Secret: 1, By: provider.ByPath}, proof)
	legacy.Header[headerSignature] = provider.Sign(legacy.Body, "wrong")
	_, err = p.Verify(legacy, []string{"the-secret"})
	require.ErrorIs(t, err, provider.ErrForged, "a wrong signature is not made good by the address")
}

func TestFormsSignAnEmptyBodyInAnotherHeader(t *testing.T) {
	t.Parallel()
	p := New(Options{})
	d := provider.Delivery{Header: map[string]string{headerAppSignature: provider.Sign(nil, "the-secret")}}
	proof, err := p.Verify(d, []string{"the-secret"})
	require.NoError(t, err)
	require.Equal(t, provider.BySignature, proof.By)
	events, err := p.Parse(d)
	require.NoError(t, err)
	require.Empty(t, events)
	d.Header[headerResource] = "issue"
	_, err = p.Verify(d, []string{"the-secret"})
	require.ErrorIs(t, err, provider.ErrUnsigned, "it vouches for no delivery")
}

func TestARequestIDIdentifiesAnAttempt(t *testing.T) {
	t.Parallel()
	p := New(Options{})
	for name := range resources() {
		d := fixture(t, name)
		d.Header[headerRequest] = "first"
		one, err := p.Parse(d)
		require.NoError(t, err)
		d.Header[headerRequest] = "second"
		again, err := p.Parse(d)
		require.NoError(t, err)
		require.Equal(t, one, again, name)
	}
	state, _ := told(t, p, nil, fixture(t, "issue-created"), fixture(t, "resolved"))
	again := fixture(t, "resolved")
	again.ReceivedAt = noon().Add(6 * time.Minute) // when Sentry tries again
	_, change := told(t, p, state, again)
	require.True(t, change.Stale)
}

func TestAnIssueMayBeResolvedTwiceWithoutAnEventBetween(t *testing.T) {
	t.Parallel()
	p := New(Options{})
	reopened := fixture(t, "unresolved")
	reopened.Body = []byte(strings.NewReplacer("13:10:00Z", "12:01:40.500000Z", "912", "37").Replace(string(reopened.Body)))
	state, change := told(t, p, nil, fixture(t, "assigned"), fixture(t, "resolved"), reopened, fixture(t, "resolved"))
	require.False(t, change.Stale)
	require.Equal(t, kindResolved, change.Kind)
	require.Equal(t, "white_check_mark", cardOf(t, p, state).Emoji)
}

func TestARepeatedOldDeliveryChangesNothing(t *testing.T) {
	t.Parallel()
	p := New(Options{})
	state, _ := told(t, p, nil, fixture(t, "issue-created"), fixture(t, "regressed"))
	late := fixture(t, "resolved")
	late.ReceivedAt = noon().Add(20 * time.Minute)
	state, _ = told(t, p, state, late)
	require.Contains(t, shown(t, cardOf(t, p, state)), "Regressed", "the issue has seen an event since")
}

func TestArchivingHasTwoNames(t *testing.T) {
	t.Parallel()
	p := New(Options{})
	for _, name := range []string{"ignored", "archived"} {
		_, change := told(t, p, nil, fixture(t, "issue-created"), fixture(t, name))
		require.Equal(t, kindArchived, change.Kind, name)
	}
	_, change := told(t, p, nil, fixture(t, "issue-created"), fixture(t, "ignored"), fixture(t, "archived"))
	require.True(t, change.Stale, "both of one")
}

func TestAResolvedIssueHasNoAddress(t *testing.T) {
	t.Parallel()
	p := New(Options{})
	d := fixture(t, "resolved-commit")
	state, _ := told(t, p, nil, d)
	require.Empty(t, cardOf(t, p, state).URL, "nothing says where it is")
	d.Site, d.Resource.Path = "https://sentry.example.com", "acme"
	state, _ = told(t, p, nil, d)
	require.Equal(t, "https://sentry.example.com/organizations/acme/issues/4211/", cardOf(t, p, state).URL, "but the connection does")
	require.NotEmpty(t, cardOf(t, p, state).Actions)
	d.Site, d.Resource.Path = "https://sentry.io", "https://de.sentry.io/acme"
	state, _ = told(t, p, nil, d)
	require.Equal(t, "https://sentry.io/organizations/acme/issues/4211/", cardOf(t, p, state).URL, "people use one address for all regions")
}

func TestAProjectIsANumberInEventsAndAnObjectInIssues(t *testing.T) {
	t.Parallel()
	p := New(Options{})
	for name, want := range map[string]string{"alert": "web", "error": "web", "issue-created": "web", "comment": "web", "metric-critical": "web"} {
		require.Equal(t, want, parseOne(t, p, fixture(t, name)).Resource, name)
	}
	d := fixture(t, "alert")
	d.Body = []byte(strings.ReplaceAll(string(d.Body), "/projects/acme/web/", "/"))
	require.Equal(t, "31", parseOne(t, p, d).Resource, "where the address does not tell, the number is all there is")
	d.Body = []byte(strings.ReplaceAll(string(d.Body), `"project": 31`, `"project": null`))
	require.Equal(t, unknownProject, parseOne(t, p, d).Resource, "what names no project is not for those who follow one")
}

func TestIDsAreStringsInIssuesAndNumbersInComments(t *testing.T) {
	t.Parallel()
	p := New(Options{})
	require.Equal(t, parseOne(t, p, fixture(t, "issue-created")).Subject, parseOne(t, p, fixture(t, "comment")).Subject)
}

func TestAnActorIsANumberAWordOrAUUID(t *testing.T) {
	t.Parallel()
	p := New(Options{})
	for raw, id := range map[string]string{`7`: "7", `"sentry"`: "sentry", `"0b33-44"`: "0b33-44", `null`: "", `{"x":1}`: "", `[1]`: "", `true`: ""} {
		d := fixture(t, "resolved")
		d.Body = []byte(strings.Replace(string(d.Body), `"id": 8`, `"id": `+raw, 1))
		var n eventData
		require.NoError(t, json.Unmarshal(parseOne(t, p, d).Data, &n))
		require.Equal(t, id, n.By.ID, raw)
	}
}

func TestACountIsAString(t *testing.T) {
	t.Parallel()
	p := New(Options{})
	state, _ := told(t, p, nil, fixture(t, "issue-created"), fixture(t, "assigned"))
	require.Contains(t, shown(t, cardOf(t, p, state)), "Events: 37\nUsers affected: 12")
}

func TestOutagesAndFeedbackAreCreatedToo(t *testing.T) {
	t.Parallel()
	p := New(Options{})
	for name, word := range map[string]string{"outage": "Category: Outage", "feedback": "Category: User feedback"} {
		e := parseOne(t, p, fixture(t, name))
		require.Equal(t, name, e.Labels[labelCategory])
		change, err := p.Fold(nil, nil, e)
		require.NoError(t, err)
		require.Contains(t, shown(t, cardOf(t, p, change.State)), word)
	}
}

func TestAMetricAlertMayHaveTheUndocumentedStatusOpen(t *testing.T) {
	t.Parallel()
	p := New(Options{})
	events, err := p.Parse(fixture(t, "metric-open"))
	require.NoError(t, err)
	require.Len(t, events, 2, "each project that it watches")
	require.NotEqual(t, events[0].Subject, events[1].Subject)
	change, err := p.Fold(nil, nil, events[0])
	require.NoError(t, err)
	require.True(t, change.Escalated)
	require.Equal(t, chat.ToneFailure, cardOf(t, p, change.State).Tone)
}

func TestFramesRunFromTheOldestToTheNewest(t *testing.T) {
	t.Parallel()
	p := New(Options{})
	state, _ := told(t, p, nil, fixture(t, "alert"))
	text := shown(t, cardOf(t, p, state))
	require.Contains(t, text, "`shop/cart.py:13` in `average`\n```\n", "the newest that is in the application's own code")
	require.Contains(t, text, "> 13      return sum(prices) / len(prices)")
	state, _ = told(t, p, nil, fixture(t, "alert-private"))
	require.NotContains(t, shown(t, cardOf(t, p, state)), "price.py", "of several exceptions the last one counts")
}

func TestALegacyMessageMayBeBlank(t *testing.T) {
	t.Parallel()
	p := New(Options{})
	state, _ := told(t, p, nil, fixture(t, "legacy-error"))
	card := cardOf(t, p, state)
	require.Equal(t, "ZeroDivisionError: division by zero", card.Title)
	require.Contains(t, shown(t, card), "Unsigned source")
	require.Empty(t, card.Actions, "what nobody signed is nothing to act upon")
}

func TestUnknownKindsOfDeliveriesAreAccepted(t *testing.T) {
	t.Parallel()
	p := New(Options{})
	for _, resource := range []string{"crystal_ball", "something-new"} {
		d := fixture(t, "build-size")
		d.Header[headerResource] = resource
		e := parseOne(t, p, d)
		require.Equal(t, "web", e.Resource, "the project is where Sentry puts it")
		change, err := p.Fold(nil, nil, e)
		require.NoError(t, err)
		require.Equal(t, kindOther, change.Kind)
		d = fixture(t, "comment")
		d.Header[headerResource] = resource
		e = parseOne(t, p, d)
		require.Equal(t, "issue/4211", e.Subject, "what happened to an issue belongs on its card")
		_, change = told(t, p, nil, fixture(t, "issue-created"), d)
		require.Equal(t, kindOther, change.Kind)
		require.Len(t, change.Replies, 1)
	}
	for _, kind := range p.Describe().Events {
		require.Equal(t, kind.ID != kindOther && kind.ID != kindError && kind.ID != kindChanged, kind.Default, kind.ID)
	}
}

func TestTwoChannelsOfOneAlertAreTwoEvents(t *testing.T) {
	t.Parallel()
	p := New(Options{})
	one, other := parseOne(t, p, fixture(t, "alert-channel")), parseOne(t, p, fixture(t, "alert-channel-other"))
	require.Equal(t, "ch4nn3lid4channelid4channe", one.Channel)
	require.NotEqual(t, one.ID, other.ID)
	state, _ := told(t, p, nil, fixture(t, "alert-channel"))
	_, change := told(t, p, state, fixture(t, "alert-channel-other"))
	require.False(t, change.Stale, "the other channel has yet to see it")
}

func TestPersonalDataIsOmittedUnlessAllowed(t *testing.T) {
	t.Parallel()
	private, open := New(Options{}), New(Options{PersonalData: func() bool { return true }})
	secrets := []string{"carol", "198.51.100.7", "203.0.113.9", "s3cr3t", "hunter2", "4111"}
	for _, name := range []string{"alert-private", "legacy-private"} {
		state, _ := told(t, private, nil, fixture(t, name))
		for _, secret := range secrets {
			require.NotContains(t, string(state), secret, name)
			require.NotContains(t, string(parseOne(t, private, fixture(t, name)).Data), secret, "%s: what is stored on the way", name)
		}
	}
	state, _ := told(t, open, nil, fixture(t, "alert-private"))
	require.Contains(t, shown(t, cardOf(t, open, state)), "User: carol@")
	for _, secret := range secrets[2:] {
		require.NotContains(t, string(state), secret, "variables, cookies and forms are never read")
	}
}

func TestARegressedIssueGetsANewCard(t *testing.T) {
	t.Parallel()
	p := New(Options{})
	state, change := told(t, p, nil, fixture(t, "issue-created"), fixture(t, "resolved"))
	require.False(t, change.Resurface)
	require.Contains(t, shown(t, cardOf(t, p, state)), "Resolved by Bob Kahn in `shop@1.4.4`.")
	_, change = told(t, p, state, fixture(t, "regressed"))
	require.True(t, change.Resurface)
	require.True(t, change.Escalated)
	require.Equal(t, kindRegressed, change.Kind)
}

func TestRepeatedAlertsOnlyRaiseTheCount(t *testing.T) {
	t.Parallel()
	p := New(Options{})
	state, change := told(t, p, nil, fixture(t, "issue-created"), fixture(t, "alert"), fixture(t, "alert-again"))
	require.Empty(t, change.Replies)
	require.False(t, change.Resurface)
	require.Contains(t, shown(t, cardOf(t, p, state)), "Events: 2")
	state, _ = told(t, p, state, fixture(t, "alert-again"))
	require.Contains(t, shown(t, cardOf(t, p, state)), "Events: 2", "the same event is one")
}

func TestAStateHasALimitedSize(t *testing.T) {
	t.Parallel()
	exhaustive.Test(t)
	p := New(Options{})
	var state json.RawMessage
	for n := range 400 {
		e := parseOne(t, p, fixture(t, "alert-again"))
		var now eventData
		require.NoError(t, json.Unmarshal(e.Data, &now))
		now.Event.ID, now.Event.At = untrusted.HashID(itoa(int64(n))), noon().Add(time.Duration(n)*time.Second)
		now.Comment = nil
		change, err := p.Fold(state, nil, issueEvent(now))
		require.NoError(t, err)
		state = change.State
		now.Event, now.Comment = nil, &comment{ID: itoa(int64(n)), Action: "created", At: now.At.Add(time.Duration(n) * time.Second)}
		change, err = p.Fold(state, nil, issueEvent(now))
		require.NoError(t, err)
		state = change.State
	}
	require.Less(t, len(state), 32<<10)
}

func TestOnlyAFewShortLinesOfCodeAreKept(t *testing.T) {
	t.Parallel()
	long := text(strings.Repeat("x", 1<<16))
	many := list[text]{long, long, long, long, long}
	kept := frameOf([]sentFrame{{File: long, Function: long, Line: "7", Context: long, Before: many, After: many}})
	require.Len(t, kept.Code, 2*aroundFrame+1)
	whole, err := json.Marshal(kept)
	require.NoError(t, err)
	require.Less(t, len(whole), 2000)
}
