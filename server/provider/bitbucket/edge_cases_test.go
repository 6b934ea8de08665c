package bitbucket

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// modifiedFixture returns the delivery with a text in its body replaced. The text must exist.
func modifiedFixture(t *testing.T, name, old, fresh string) provider.Delivery {
	t.Helper()
	d := fixture(t, name)
	var plain bytes.Buffer
	require.NoError(t, json.Compact(&plain, d.Body))
	require.Contains(t, plain.String(), old)
	d.Body = []byte(strings.ReplaceAll(plain.String(), old, fresh))
	return d
}

// parseEvents returns the events of a delivery with their data.
func parseEvents(t *testing.T, d provider.Delivery) ([]provider.Event, []eventData) {
	t.Helper()
	events, err := New().Parse(d)
	require.NoError(t, err)
	all := make([]eventData, len(events))
	for i, e := range events {
		require.NoError(t, json.Unmarshal(e.Data, &all[i]))
	}
	return events, all
}

// cardAfter folds the deliveries and returns the card of the first subject.
func cardAfter(t *testing.T, deliveries ...provider.Delivery) chat.Card {
	t.Helper()
	var state, series json.RawMessage
	subject := ""
	for _, d := range deliveries {
		events, _ := parseEvents(t, d)
		for _, e := range events {
			subject = firstNonBlank(subject, e.Subject)
			if e.Subject != subject {
				continue
			}
			var err error
			series, err = New().FoldSeries(series, e)
			require.NoError(t, err)
			change, err := New().Fold(state, series, e)
			require.NoError(t, err)
			if !change.Stale {
				state = change.State
			}
		}
	}
	card, err := New().Card(state)
	require.NoError(t, err)
	return card
}

func TestASignatureOfAnyLengthIsReadSafely(t *testing.T) {
	t.Parallel()
	for _, shown := range []string{"s", "sha256", "sha256=", "sha256=0", "=", "sha1=" + provider.Sign([]byte("x"), "k"), strings.Repeat("=", 9999), "\x00"} {
		_, err := New().Verify(provider.Delivery{Header: map[string]string{headerSignature: shown}, Body: []byte("x")}, []string{"k"})
		require.ErrorIs(t, err, provider.ErrForged, "%q", shown)
	}
}

func TestAnUnsignedPingPassesButAForgedOneDoesNot(t *testing.T) {
	t.Parallel()
	ping := fixture(t, "dc-ping")
	_, err := New().Verify(ping, []string{"k"})
	require.ErrorIs(t, err, provider.ErrPing)
	events, err := New().Parse(ping)
	require.NoError(t, err)
	require.Empty(t, events, "nothing is done with it")
	ping.Header[headerSignature] = "sha256=" + provider.Sign(ping.Body, "other")
	_, err = New().Verify(ping, []string{"k"})
	require.ErrorIs(t, err, provider.ErrForged)
	ping.Header[headerSignature] = "sha256=" + provider.Sign(ping.Body, "k")
	_, err = New().Verify(ping, []string{"k"})
	require.NoError(t, err)
}

func TestTimesAreReadAsMillisecondsAndText(t *testing.T) {
	t.Parallel()
	want := time.Date(2018, 9, 21, 14, 9, 51, 0, time.UTC)
	for _, text := range []string{
		`1537538991000`, `"1537538991000"`, `"2018-09-21T14:09:51.000Z"`, `"2018-09-21T14:09:51.000+0000"`, `"2018-09-21T16:09:51+0200"`,
		`"2018-09-21T14:09:51+00:00"`,
	} {
		var s timestamp
		require.NoError(t, json.Unmarshal([]byte(text), &s), text)
		require.Equal(t, want, s.Time, text)
	}
	for _, text := range []string{`null`, `""`, `"soon"`, `-1`, `1e300`, `{}`, `true`, `99999999999999999`} {
		var s timestamp
		require.NoError(t, json.Unmarshal([]byte(text), &s), text)
		require.True(t, s.IsZero(), text)
	}
}

func TestLinksMayBeAbsentOrEmptyOnPersonalRepositories(t *testing.T) {
	t.Parallel()
	card := cardAfter(t, fixture(t, "dc10-pull-opened"))
	require.Empty(t, card.URL)
	require.Equal(t, "~ADA/play", card.Footer)
	card = cardAfter(t, modifiedFixture(t, "dc10-pull-opened", `"slug":"play"`, `"slug":"play","links":{"self":[null]}`))
	require.Equal(t, "~ADA/play", card.Footer)
}

func TestAStatusWithoutItsCommitHasTheHashInALink(t *testing.T) {
	t.Parallel()
	events, all := parseEvents(t, fixture(t, "cloud-lint-failed"))
	require.Equal(t, "commit/bdf6e2a1bdf6", events[0].Subject)
	require.Empty(t, all[0].Status.Branch, "nor has it a refname")
	_, err := New().Parse(modifiedFixture(t, "cloud-lint-failed", "/commit/bdf6e2a1bdf6e2a1bdf6e2a1bdf6e2a1bdf6e2a1", "/nowhere"))
	require.Error(t, err)
}

func TestPipelinesHaveANewKeyForEachRunAndOthersReuseTheirs(t *testing.T) {
	t.Parallel()
	card := cardAfter(t, fixture(t, "cloud-pipeline-failed"), fixture(t, "cloud-pipeline-fixed"))
	require.Equal(t, "bitbucket.state.passed", card.State.ID, "the run before is no more of interest")
	card = cardAfter(t, fixture(t, "cloud-pipeline-fixed"), fixture(t, "cloud-pipeline-failed"))
	require.Equal(t, "bitbucket.state.passed", card.State.ID, "also where it is heard of late")
	card = cardAfter(t, fixture(t, "cloud-lint-failed"), fixture(t, "cloud-lint-fixed"))
	require.Equal(t, "bitbucket.state.passed", card.State.ID)
	card = cardAfter(t, fixture(t, "cloud-lint-failed"), modifiedFixture(t, "cloud-lint-fixed", `"key":"lint"`, `"key":"other"`))
	require.Equal(t, "bitbucket.state.failed", card.State.ID, "another key is another build")
}

func TestPullRequestsOfCloudAbbreviateHashes(t *testing.T) {
	t.Parallel()
	opened, _ := parseEvents(t, fixture(t, "cloud-pull-updated"))
	change, err := New().Fold(nil, nil, opened[0])
	require.NoError(t, err)
	built, _ := parseEvents(t, fixture(t, "cloud-pull-build-failed"))
	require.Equal(t, change.Aliases, built[0].RelatedSubjects, "so that they find each other by what is left")
}

func TestAPushMayHaveNoChangesOrSeveral(t *testing.T) {
	t.Parallel()
	none, _ := parseEvents(t, fixture(t, "cloud-push-nothing"))
	require.Empty(t, none)
	several, all := parseEvents(t, fixture(t, "cloud-push-refs"))
	require.Len(t, several, 3)
	require.True(t, all[2].Ref.Deleted, "where nothing is new, it was deleted")
	hosted, all := parseEvents(t, fixture(t, "dc-refs-many"))
	require.Len(t, hosted, 3)
	require.True(t, all[2].Ref.Deleted, "and where the hash is all zeros")
}

func TestTheRequestIDTellsRepetitionsFromMovesBack(t *testing.T) {
	t.Parallel()
	for name, header := range map[string]string{"cloud-push": headerCloudRequest, "dc-refs-changed": headerRequest} {
		d := fixture(t, name)
		d.Header[header] = "one"
		first, _ := parseEvents(t, d)
		d.ReceivedAt = d.ReceivedAt.Add(time.Second)
		again, _ := parseEvents(t, d)
		require.Equal(t, first[0].ID, again[0].ID, name)
		d.Header[header] = "two"
		other, _ := parseEvents(t, d)
		require.NotEqual(t, first[0].ID, other[0].ID, name)
	}
}

func TestPeopleHaveNoUsernames(t *testing.T) {
	t.Parallel()
	_, all := parseEvents(t, fixture(t, "cloud-pull-approved"))
	require.Equal(t, "Bob Ross", all[0].By.Name)
	_, all = parseEvents(t, modifiedFixture(t, "cloud-pull-created", `"display_name":"Ada Byron",`, ``))
	require.Equal(t, "ada", all[0].By.Name, "the nickname is as good")
}

func TestARequestForChangesHasTwoNames(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"pr:reviewer:needs_work", "pr:reviewer:changes_requested"} {
		d := fixture(t, "dc-pull-needs-work")
		d.Header[headerEvent] = key
		require.Equal(t, "bitbucket.state.changes", cardAfter(t, d).State.ID, key)
	}
}

func TestUnknownEventsAreIgnored(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"repo:fork", "repo:secret_detected", "mirror:repo_synchronized", "issue:created", "project:modified", "x"} {
		events, err := New().Parse(provider.Delivery{Header: map[string]string{headerEvent: key}, Body: []byte(`{"repository":{"full_name":"a/b"}}`)})
		require.NoError(t, err, key)
		require.Empty(t, events, key)
	}
	_, err := New().Parse(provider.Delivery{Body: []byte(`{}`)})
	require.Error(t, err, "but a delivery says what it is")
}

func TestADataCenterRespondsUnauthorizedWithoutPermission(t *testing.T) {
	t.Parallel()
	w := newTestEnv(t, "datacenter", "acme")
	_, err := dataCenter{w.session("cyd")}.hooks(t.Context(), w.path())
	require.Equal(t, fault.ProviderForbidden, fault.CodeOf(err), "which must not end their account here")
}

// Only names, titles, numbers and states of builds and repositories are kept, and the excerpt of a comment on a card.
func TestNoContentsAreKept(t *testing.T) {
	t.Parallel()
	for name := range fixtures() {
		events, _ := parseEvents(t, fixture(t, name))
		for _, e := range events {
			for _, kept := range []string{"Longer words", "It forgot the discount", "example.com\u003e", "@example.com"} {
				require.NotContains(t, string(e.Data), kept, name)
			}
			change, err := New().Fold(nil, nil, e)
			require.NoError(t, err)
			for _, kept := range []string{"Halves go"} {
				require.NotContains(t, string(change.State), kept, "what was said in a comment passes through")
			}
		}
	}
}

func TestFailuresAreCountedBeyondTheRememberedRuns(t *testing.T) {
	t.Parallel()
	var series json.RawMessage
	for i := range maxRuns + 20 {
		state := "failed"
		if i == maxRuns+19 {
			state = "passed"
		}
		n := eventData{Commit: &commit{Hash: itoa(int64(i + 1000000))}, Status: &status{Key: "k", Name: "k", State: state, At: noon.Add(time.Duration(i) * time.Minute)}}
		var err error
		series, err = New().FoldSeries(series, statusEvent(n))
		require.NoError(t, err)
		if r, _ := runOf(n); state == "passed" {
			s, err := readStreak(series)
			require.NoError(t, err)
			failures, known := s.before(r.ID)
			require.True(t, known)
			require.Equal(t, maxRuns+19, failures)
		}
	}
}

func TestMissingPartsStayAsTheyWere(t *testing.T) {
	t.Parallel()
	bare := func(event, updated string) provider.Delivery {
		return provider.Delivery{Header: map[string]string{headerEvent: event}, Body: []byte(
			`{"repository":{"full_name":"acme/web"},"pullrequest":{"id":12,"title":"Round the total to cents","updated_on":"` + updated + `"}}`)}
	}
	opened := fixture(t, "cloud-pull-created")
	before := cardAfter(t, opened, fixture(t, "cloud-pull-approved"))
	after := cardAfter(t, opened, fixture(t, "cloud-pull-approved"), bare("pullrequest:updated", "2026-09-01T12:00:00+00:00"))
	before.At = after.At
	require.Equal(t, before, after, "a body that says next to nothing takes nothing away")
	merged := cardAfter(t, opened, bare("pullrequest:fulfilled", "2026-09-01T12:00:00+00:00"))
	require.Equal(t, "bitbucket.state.merged", merged.State.ID, "the event says what the body does not")
	again := cardAfter(t, opened, bare("pullrequest:fulfilled", "2026-09-01T12:00:00+00:00"),
		bare("pullrequest:updated", "2026-09-02T12:00:00+00:00"))
	require.Equal(t, "bitbucket.state.merged", again.State.ID, "and what is over does not open again")

	built := cardAfter(t, fixture(t, "cloud-pipeline-started"), modifiedFixture(t, "cloud-pipeline-failed", `"refname":"main",`, ``))
	require.Len(t, built.Actions, 1, "a run that does not repeat its branch is still one that can be run again")
}

func TestARenamedRepositoryIsShownByItsNewName(t *testing.T) {
	t.Parallel()
	renamed := modifiedFixture(t, "cloud-pull-approved", `acme/web`, `acme/shop`)
	card := cardAfter(t, fixture(t, "cloud-pull-created"), renamed)
	require.Equal(t, "acme/shop", card.Footer)
	card = cardAfter(t, renamed, fixture(t, "cloud-pull-created"))
	require.Equal(t, "acme/shop", card.Footer, "also where what was before is heard of late")
}
