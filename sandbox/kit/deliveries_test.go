package kit_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/kit"
)

func TestALaneKeepsItsOrderAndARetryDoesNot(t *testing.T) {
	t.Parallel()
	s, e := open(t, kit.GrantRules{}), listen(t)
	e.answers(http.StatusInternalServerError)
	s.tells(e, subscriber{pause: time.Minute}, "a1", "a2")
	require.Equal(t, []string{"a1", "a2"}, e.take())
	require.Equal(t, []string{kit.DeliveryWaiting, kit.DeliveryWaiting}, s.states())
	e.answers(http.StatusOK)
	s.Advance(time.Minute)
	require.Equal(t, []string{"a1", "a2"}, e.take())
	require.Equal(t, []string{kit.DeliveryDone, kit.DeliveryDone}, s.states())
	require.Equal(t, noon.Add(time.Minute), s.Deliveries()[0].Attempts[1].At)
	require.Len(t, s.Journal(kit.Filter{Kind: kit.EntryDelivery}), 4)
}

func TestARetryInPlaceHoldsItsLaneUpAndNoOther(t *testing.T) {
	t.Parallel()
	s, e := open(t, kit.GrantRules{}), listen(t)
	e.answers(http.StatusInternalServerError)
	s.tells(e, subscriber{inPlace: true, pause: time.Minute}, "a1", "a2", "b1")
	require.ElementsMatch(t, []string{"a1", "b1"}, e.take())
	s.Advance(2 * time.Minute)
	require.ElementsMatch(t, []string{"a1", "b1", "a1", "b1", "a2"}, e.take())
	require.Equal(t, []string{kit.DeliveryFailed, kit.DeliveryWaiting, kit.DeliveryFailed}, s.states())
	require.NoError(t, s.Control(func(w *stock) error { w.Discard("chat"); return nil }))
	s.Advance(time.Hour)
	require.Empty(t, e.take())
}

func TestDeliveriesGoWrongAsTheRulesSay(t *testing.T) {
	t.Parallel()
	s, e := open(t, kit.GrantRules{}), listen(t)
	for _, rule := range []string{
		`{"match":{"event":"a1"},"action":{"drop":true}}`,
		`{"match":{"event":"a2"},"action":{"delay_seconds":60}}`,
		`{"match":{"event":"a3","recipient":"chat"},"action":{"duplicate":1,"new_request_id":true}}`,
		`{"match":{"event":"a4"},"action":{"bad_signature":true}}`,
		`{"match":{"event":"a4"},"action":{"no_signature":true}}`,
		`{"match":{"recipient":"another"},"action":{"drop":true}}`,
		`{"match":{"event":"a5"},"action":{"reset":true}}`,
	} {
		s.fault(rule)
	}
	s.tells(e, subscriber{inPlace: true}, "a1", "a2", "a3", "a4", "a4", "a5")
	require.Equal(t, []string{"a3", "a3", "a4-forged", "a4-unsigned", "a5"}, e.take())
	s.Advance(time.Minute)
	require.Equal(t, []string{"a2"}, e.take(), "the later ones overtook it")
	all := s.Deliveries()
	require.Equal(t, kit.DeliveryDropped, all[0].State)
	require.NotEqual(t, all[2].RequestID, all[3].RequestID)
	require.Equal(t, "the connection was broken", all[6].Attempts[0].Error)
}

func TestWhatIsHeldBackIsReleasedBackwards(t *testing.T) {
	t.Parallel()
	s, e := open(t, kit.GrantRules{}), listen(t)
	s.fault(`{"match":{"recipient":"chat"},"times":2,"action":{"hold":true}}`)
	s.tells(e, subscriber{}, "a1", "a2", "a3")
	require.Equal(t, []string{"a3"}, e.take())
	s.Advance(time.Hour)
	require.Empty(t, e.take())
	s.ask(http.MethodPost, "/_sandbox/release", "")
	require.Equal(t, []string{"a2", "a1"}, e.take())
}

func TestARecipientThatIsNotSentAnythingIsSkipped(t *testing.T) {
	t.Parallel()
	s, e := open(t, kit.GrantRules{}), listen(t)
	asleep := true
	s.tells(e, subscriber{asleep: &asleep}, "a1")
	require.Equal(t, []string{kit.DeliverySkipped}, s.states())
	require.Empty(t, e.take())
}

func TestAnAnswerThatIsLateOrMissingIsExplained(t *testing.T) {
	t.Parallel()
	s, e := open(t, kit.GrantRules{}), listen(t)
	e.url = "http://127.0.0.1:1/hook?secret=x"
	s.tells(e, subscriber{inPlace: true}, "a1")
	d := s.Deliveries()[0]
	require.Equal(t, kit.DeliveryFailed, d.State)
	require.Contains(t, d.Attempts[0].Error, "refused")
	require.NotContains(t, d.Attempts[0].Error, "secret=x")
}

func TestAClosedSandboxSendsNothing(t *testing.T) {
	t.Parallel()
	s, e := open(t, kit.GrantRules{}), listen(t)
	s.Close()
	s.tells(e, subscriber{}, "a1")
	s.Close()
	require.Empty(t, e.take())
}

func TestAnAskedEndpointIsJudgedAtOnce(t *testing.T) {
	t.Parallel()
	s, e := open(t, kit.GrantRules{}), listen(t)
	wrong := errors.New("wrong")
	err := s.Ask(func(*stock) (kit.Parcel, error) {
		return kit.Parcel{Delivery: kit.Delivery{Recipient: "chat", URL: e.url, Event: "proof"}, To: subscriber{}}, nil
	}, func(d *kit.Sending, a kit.Attempt) error {
		require.Equal(t, http.StatusOK, a.Status)
		d.State = kit.DeliveryFailed
		return wrong
	})
	require.ErrorIs(t, err, wrong)
	require.Equal(t, []string{"proof"}, e.take())
	require.Equal(t, "wrong", s.Deliveries()[0].Attempts[0].Error)
	require.ErrorIs(t, s.Ask(func(*stock) (kit.Parcel, error) { return kit.Parcel{}, wrong }, nil), wrong)
}
