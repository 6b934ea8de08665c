package zoom_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/kit"
	"mattermost-plugin-zoom/sandbox/zoom"
)

// startedOnly lets an app hear meeting.started and nothing else.
func startedOnly(a *zoom.App) { a.Events = []string{zoom.EventMeetingStarted} }

func TestFailedNotificationsComeAgainAfterFiveTwentyFiveAndEightyFiveMinutes(t *testing.T) {
	t.Parallel()
	for policy, distinct := range map[string]int{zoom.RetryKeep: 1, zoom.RetryRestamp: 4} {
		s, hook := setStage(t, zoom.Policy{RetryTimestamp: policy}), listen(t, 500, 502, 503, 504)
		s.app(zoom.KindS2S, at(hook), startedOnly)
		require.NoError(t, s.sbx.StartMeeting(s.priya.PMI))

		var minutes []float64
		for _, step := range []time.Duration{5*time.Minute - time.Second, time.Second, 100 * time.Hour} {
			s.sbx.Advance(step)
		}
		d := s.sbx.Deliveries()[0]
		for _, a := range d.Attempts {
			minutes = append(minutes, a.At.Sub(noon).Minutes())
		}
		require.Equal(t, []float64{0, 5, 25, 85}, minutes, "then Zoom gives up")
		require.Equal(t, kit.DeliveryFailed, d.State)

		stamps, ids, bodies := map[int64]bool{}, map[string]bool{}, map[string]bool{}
		for _, n := range hook.all()[:4] {
			stamps[n.ts], ids[n.header.Get("x-zm-request-id")], bodies[string(n.body)] = true, true, true
		}
		require.Len(t, stamps, distinct, policy)
		require.Len(t, ids, 1, "the request id stays")
		require.Len(t, bodies, 1)
	}
}

func TestOnlyServerErrorsAndSilenceAreRetried(t *testing.T) {
	t.Parallel()
	for status, state := range map[int]string{
		200: kit.DeliveryDone, 204: kit.DeliveryDone, 201: kit.DeliveryRefused, 301: kit.DeliveryRefused,
		307: kit.DeliveryRefused, 400: kit.DeliveryRefused, 401: kit.DeliveryRefused, 404: kit.DeliveryRefused,
		429: kit.DeliveryRefused, 500: kit.DeliveryWaiting, 503: kit.DeliveryWaiting,
	} {
		s, hook := setStage(t, zoom.Policy{}), listen(t, status)
		s.app(zoom.KindS2S, at(hook), startedOnly)
		require.NoError(t, s.sbx.StartMeeting(s.priya.PMI))
		require.Equal(t, state, s.sbx.Deliveries()[0].State, status)
		require.Len(t, hook.all(), 1, "redirects are not followed")
	}
}

func TestAnEndpointThatAnswersTooLateIsAskedAgain(t *testing.T) {
	t.Parallel()
	s, hook := setStage(t, zoom.Policy{}), listen(t)
	hook.hold = true
	s.app(zoom.KindS2S, at(hook), startedOnly)
	require.NoError(t, s.sbx.StartMeeting(s.priya.PMI))
	d := s.sbx.Deliveries()[0]
	require.Equal(t, kit.DeliveryWaiting, d.State)
	require.Equal(t, noon.Add(5*time.Minute), d.Due)
	require.Zero(t, d.Attempts[0].Status)
	require.NotEmpty(t, d.Attempts[0].Error)

	hook.set(func(e *endpoint) { e.hold = false })
	s.sbx.Advance(5 * time.Minute)
	require.Equal(t, kit.DeliveryDone, s.sbx.Deliveries()[0].State)
}

func TestAnEndpointThatIsDownHearsTheEventWhenItIsBack(t *testing.T) {
	t.Parallel()
	s := setStage(t, zoom.Policy{})
	app := s.app(zoom.KindS2S, startedOnly, func(a *zoom.App) { a.WebhookURL = "http://127.0.0.1:1/webhook" })
	require.NoError(t, s.sbx.StartMeeting(s.priya.PMI))
	require.Equal(t, kit.DeliveryWaiting, s.sbx.Deliveries()[0].State)
	require.Contains(t, s.sbx.Deliveries()[0].Attempts[0].Error, "refused")
	_, err := s.sbx.App(app.ClientID)
	require.NoError(t, err)
}

func TestSavingValidatesTheEndpoint(t *testing.T) {
	t.Parallel()
	s, hook := setStage(t, zoom.Policy{}), listen(t)
	s.app(zoom.KindS2S, at(hook), func(a *zoom.App) { a.Validate = true })
	asked := hook.all()[0]
	require.Equal(t, zoom.EventURLValidation, asked.event)
	require.Regexp(t, `^\{"payload":\{"plainToken":"[A-Za-z0-9_-]{22}"\},"event_ts":\d{13},"event":"endpoint.url_validation"\}$`, string(asked.body))

	rude := listen(t)
	rude.rude = true
	status, err := s.sbx.SetApp(zoom.App{Kind: zoom.KindS2S, ClientID: "r", WebhookSecret: "wh-secret", WebhookURL: rude.url, Validate: true, Scopes: admin(scopes)})
	require.ErrorIs(t, err, kit.ErrConflict)
	require.False(t, status.WebhookEnabled)
	require.NoError(t, s.sbx.StartMeeting(s.priya.PMI))
	require.Equal(t, []string{zoom.EventURLValidation}, rude.events(), "an endpoint that failed is told nothing")

	foreign := listen(t)
	_, err = s.sbx.SetApp(zoom.App{Kind: zoom.KindS2S, ClientID: "f", WebhookSecret: "another", WebhookURL: foreign.url, Validate: true})
	require.Error(t, err, "an endpoint that checks signatures refuses another secret")
	require.Equal(t, 1, foreign.forged)
}

func TestTheSixthFailedRevalidationDisablesTheEndpoint(t *testing.T) {
	t.Parallel()
	s, hook := setStage(t, zoom.Policy{}), listen(t)
	app := s.app(zoom.KindS2S, at(hook))
	s.sbx.Advance(72 * time.Hour)
	require.Equal(t, []string{zoom.EventURLValidation}, hook.events(), "every 72 hours")

	hook.set(func(e *endpoint) { e.rude = true })
	s.sbx.Advance(5 * 72 * time.Hour)
	status, err := s.sbx.App(app.ClientID)
	require.NoError(t, err)
	require.True(t, status.WebhookEnabled)
	require.Equal(t, 5, status.ValidationFailures)

	s.sbx.Advance(72 * time.Hour)
	status, _ = s.sbx.App(app.ClientID)
	require.False(t, status.WebhookEnabled)
	require.Len(t, hook.all(), 7)
	s.sbx.Advance(30 * 72 * time.Hour)
	require.NoError(t, s.sbx.StartMeeting(s.priya.PMI))
	require.Len(t, hook.all(), 7, "nothing more is sent")

	hook.set(func(e *endpoint) { e.rude = false })
	require.NoError(t, s.sbx.ValidateWebhook(app.ClientID))
	require.NoError(t, s.sbx.EndMeeting(s.priya.PMI))
	require.Contains(t, hook.events(), zoom.EventMeetingEnded, "until the admin validates it again")
}

func TestNotificationsThatGoWrongOnTheWay(t *testing.T) {
	t.Parallel()
	begin := func(a kit.Action) (*stage, *endpoint) {
		s, hook := setStage(t, zoom.Policy{}), listen(t)
		s.app(zoom.KindS2S, at(hook))
		require.NoError(t, s.sbx.AddFault(kit.Fault{Match: kit.Match{Event: zoom.EventMeetingStarted}, Action: a}))
		require.NoError(t, s.sbx.StartMeeting(s.priya.PMI))
		return s, hook
	}
	requestIDs := func(e *endpoint) int {
		ids := map[string]bool{}
		for _, n := range e.all() {
			if n.event == zoom.EventMeetingStarted {
				ids[n.header.Get("x-zm-request-id")] = true
			}
		}
		return len(ids)
	}

	s, hook := begin(kit.Action{Drop: true})
	require.Equal(t, []string{"meeting.participant_joined"}, hook.events())
	require.Equal(t, kit.DeliveryDropped, s.sbx.Deliveries()[0].State)

	_, hook = begin(kit.Action{Duplicate: 2})
	require.Equal(t, 3, strings.Count(strings.Join(hook.events(), " "), "started"))
	require.Equal(t, 1, requestIDs(hook))

	_, hook = begin(kit.Action{Duplicate: 1, NewRequestID: true})
	require.Equal(t, 2, requestIDs(hook))

	_, hook = begin(kit.Action{BadSignature: true})
	require.Equal(t, 1, hook.forged)

	_, hook = begin(kit.Action{SkewSeconds: -600})
	require.Equal(t, noon.Unix()-600, hook.all()[0].ts, "and signed with it")

	s, hook = begin(kit.Action{DelaySeconds: 90})
	require.NoError(t, s.sbx.EndMeeting(s.priya.PMI))
	s.sbx.Advance(90 * time.Second)
	require.Equal(t, []string{"meeting.participant_joined", "meeting.ended", "meeting.participant_left", "meeting.started"}, hook.events())

	start := time.Now()
	_, hook = begin(kit.Action{LatencyMS: 50})
	require.GreaterOrEqual(t, time.Since(start), 50*time.Millisecond)
	require.Len(t, hook.all(), 2)
}

func TestAnyNotificationCanBeSent(t *testing.T) {
	t.Parallel()
	s, hook := setStage(t, zoom.Policy{}), listen(t)
	hook.loose = true
	app := s.app(zoom.KindS2S, at(hook))
	require.NoError(t, s.sbx.Notify(app.ClientID, "meeting.invented", map[string]any{"object": map[string]any{"id": 5}}))
	require.Equal(t, []string{"meeting.invented"}, hook.events())
	require.ErrorIs(t, s.sbx.Notify("nobody", "x", nil), kit.ErrNotFound)
}

func TestASecretRotatedAfterTheFirstAttemptSignsTheSecond(t *testing.T) {
	t.Parallel()
	s, hook := setStage(t, zoom.Policy{}), listen(t, 500)
	app := s.app(zoom.KindS2S, at(hook), startedOnly)
	require.NoError(t, s.sbx.StartMeeting(s.priya.PMI))
	app.WebhookSecret = "new"
	_, err := s.sbx.SetApp(app)
	require.NoError(t, err)
	hook.set(func(e *endpoint) { e.secret = "new" })
	s.sbx.Advance(5 * time.Minute)
	require.Zero(t, hook.forged)
	require.Equal(t, http.StatusOK, s.sbx.Deliveries()[0].Attempts[1].Status)
}
