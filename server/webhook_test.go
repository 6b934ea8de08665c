package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/kit"
	sandbox "mattermost-plugin-zoom/sandbox/zoom"
	"mattermost-plugin-zoom/server/mattermost/mmtest"
)

// hostile is something that a stranger sends to the webhook.
type hostile struct {
	name string
	body []byte
	// header makes the header; nil signs as Zoom does.
	header func(w *world, body []byte) http.Header
	want   int
}

func hostileInput(w *world, end []byte) []hostile {
	at := func(ago time.Duration, secret string) func(*world, []byte) http.Header {
		return func(w *world, body []byte) http.Header { return signed(secret, w.zoom.Now().Add(-ago), body) }
	}
	without := func(name string) func(*world, []byte) http.Header {
		return func(w *world, body []byte) http.Header {
			header := signed(webhookSecret, w.zoom.Now(), body)
			header.Del(name)
			return header
		}
	}
	validation := func(token string) []byte {
		body, _ := json.Marshal(map[string]any{"event": "endpoint.url_validation", "payload": map[string]any{"plainToken": token}})
		return body
	}
	forged := fmt.Sprintf("v0:%d:%s", w.zoom.Now().Unix(), end)
	return []hostile{
		{"unsigned", end, without("X-Zm-Signature"), 401},
		{"without a time", end, without("X-Zm-Request-Timestamp"), 401},
		{"a wrong secret", end, at(0, "guessed"), 401},
		{"no secret", end, at(0, ""), 401},
		{"altered after it was signed", end, func(w *world, body []byte) http.Header {
			return signed(webhookSecret, w.zoom.Now(), bytes.Replace(body, []byte("Weekly"), []byte("weekly"), 1))
		}, 401},
		{"signed twice", end, func(w *world, body []byte) http.Header {
			header := signed(webhookSecret, w.zoom.Now(), body)
			header.Add("X-Zm-Signature", "v0=00")
			return header
		}, 401},
		{"another scheme", end, func(w *world, body []byte) http.Header {
			header := signed(webhookSecret, w.zoom.Now(), body)
			header.Set("X-Zm-Signature", strings.Replace(header.Get("X-Zm-Signature"), "v0=", "v1=", 1))
			return header
		}, 401},
		{"replayed after two hours", end, at(2*time.Hour, webhookSecret), 401},
		{"from tomorrow", end, at(-24*time.Hour, webhookSecret), 401},
		{"a time that is no number", end, func(w *world, body []byte) http.Header {
			header := signed(webhookSecret, w.zoom.Now(), body)
			header.Set("X-Zm-Request-Timestamp", "now")
			return header
		}, 401},
		{"a validation that nobody signed", validation("q9ibPhGeRZ6ayx5WTrXjRw"), without("X-Zm-Signature"), 401},
		{"a validation that would sign an event", validation(forged), nil, 400},
		{"a validation of a colon", validation("a:b"), nil, 400},
		{"a validation of nothing", validation(""), nil, 400},
		{"a validation of a novel", validation(strings.Repeat("a", 4096)), nil, 400},
		{"2 MiB", bytes.Replace(end, []byte("Weekly"), bytes.Repeat([]byte("W"), 2<<20), 1), nil, 413},
		{"nothing", nil, nil, 400},
		{"broken JSON", []byte(`{"event":"meeting.ended","payload":{`), nil, 400},
		{"a list", []byte(`[{"event":"meeting.ended"}]`), nil, 400},
		{"null", []byte(`null`), nil, 400},
		{"wrong types", []byte(`{"event":"meeting.ended","event_ts":{},"payload":{"object":{"id":[],"uuid":7,"start_time":{}}}}`), nil, 200},
		{"a payload that is a text", []byte(`{"event":"meeting.ended","payload":"all of them"}`), nil, 200},
		{"a type that is a number", []byte(`{"event":7}`), nil, 400},
		{"nested a thousand times", []byte(strings.Repeat(`{"event":`, 1000) + "1" + strings.Repeat("}", 1000)), nil, 400},
		{"an event of the future", []byte(`{"event":"meeting.daydreamed","payload":{}}`), nil, 200},
		{"a meeting that is not ours", bytes.Replace(end, []byte(`"id":"8`), []byte(`"id":"1`), 1), nil, 200},
		{"a meeting with an odd ID", []byte(`{"event":"meeting.ended","payload":{"object":{"id":"../../etc","uuid":"x"}}}`), nil, 200},
		{"a meeting with a long ID", []byte(`{"event":"meeting.ended","payload":{"object":{"id":"` + strings.Repeat("9", 5000) + `","uuid":"x"}}}`), nil, 200},
	}
}

func TestHostileInputPostsNothingAndEndsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "s2s")
	w.alice.Types("/zoom start", w.town)
	post := meetings(w.town)[0]
	w.begins(post)
	before := post.Refreshed()
	posts := len(w.town.Posts()) + len(w.backroom.Posts())
	end := w.event("meeting.ended", post, before.Prop("meeting_uuid").(string), w.zoom.Now(), w.zoom.Now())
	for _, row := range hostileInput(w, end) {
		header := row.header
		if header == nil {
			header = func(w *world, body []byte) http.Header { return signed(webhookSecret, w.zoom.Now(), body) }
		}
		require.Equal(t, row.want, w.sends(w.plugin, "/webhook", header(w, row.body), row.body), row.name)
		require.Equal(t, row.want, w.sends(w.plugin, "/deauthorization", header(w, row.body), row.body), "%s, to the other address", row.name)
	}
	w.settle()
	require.Equal(t, before.Props, post.Refreshed().Props)
	require.Len(t, append(w.town.Posts(), w.backroom.Posts()...), posts)
	require.Empty(t, w.bob.Notes())

	w.ends(post)
	require.Equal(t, "ENDED", post.Refreshed().Prop("meeting_status"), "and Zoom is still listened to")
}

func TestDefect04_AValidationIsSignedForZoomOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "s2s")
	require.NoError(t, w.zoom.ValidateWebhook(clientID))
	w.mm.Set(map[string]any{"ZoomWebhookSecret": "another-secret"})
	require.Error(t, w.zoom.ValidateWebhook(clientID))
	w.mm.Set(map[string]any{"ZoomWebhookSecret": "another-secret, " + webhookSecret})
	require.NoError(t, w.zoom.ValidateWebhook(clientID), "both count while an admin replaces one")
}

func TestDefect05_WithoutTheSecretTokenEventsAreRefusedAndZoomRetries(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "s2s")
	w.alice.Types("/zoom start", w.town)
	post := meetings(w.town)[0]
	w.mm.Set(map[string]any{"ZoomWebhookSecret": ""})
	body := w.event("meeting.started", post, "forged==", w.zoom.Now(), time.Time{})
	require.Equal(t, http.StatusServiceUnavailable, w.sends(w.plugin, "/webhook", signed("", w.zoom.Now(), body), body))
	w.begins(post)
	require.Equal(t, false, post.Refreshed().Prop("meeting_started"))

	w.mm.Set(map[string]any{"ZoomWebhookSecret": webhookSecret})
	w.zoom.Advance(5 * time.Minute)
	w.settle()
	require.Equal(t, true, post.Refreshed().Prop("meeting_started"))
}

func TestAURLSecretIsRequiredIfSet(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "s2s")
	w.mm.Set(map[string]any{"WebhookSecret": "url+secret"})
	w.minted("url+secret")
	body := []byte(`{"event":"meeting.daydreamed"}`)
	header := signed(webhookSecret, w.zoom.Now(), body)
	for path, want := range map[string]int{
		"/webhook": 401, "/webhook?secret=": 401, "/webhook?secret=wrong": 401, "/webhook?secret=url%2Bsecret": 200,
		"/deauthorization": 401, "/deauthorization?secret=url%2Bsecret": 200,
	} {
		require.Equal(t, want, w.sends(w.plugin, path, header, body), path)
	}
	require.Equal(t, 401, w.sends(w.plugin, "/webhook?secret=url%2Bsecret", http.Header{}, body), "it takes the place of no signature")
}

func TestDefect14_RoutesAcceptOnlyTheirMethod(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "s2s")
	for path, methods := range map[string]string{
		"/webhook": "GET PUT DELETE", "/deauthorization": "GET", "/oauth2/connect": "POST PUT", "/oauth2/complete": "POST",
		"/action": "GET", "/api/v1/meetings": "GET DELETE", "/api/v1/config": "POST", "/api/v1/setup": "POST",
	} {
		for method := range strings.FieldsSeq(methods) {
			answer := w.mm.Request(httptest.NewRequest(method, path, nil), w.alice)
			require.Equal(t, http.StatusMethodNotAllowed, answer.Status, "%s %s", method, path)
		}
	}
	for _, path := range []string{"/", "/api/v1/nothing", "/webhook/", "/api/v1/meetings/1"} {
		require.Equal(t, http.StatusNotFound, w.mm.Request(httptest.NewRequest(http.MethodGet, path, nil), w.alice).Status, path)
	}
}

// shownOnce counts how often the post is rewritten from here on.
func (w *world) rewrites() *int {
	count := 0
	w.plugin.meddle(func(call string) *model.AppError {
		if call == "UpdatePost" {
			w.mu.Lock()
			defer w.mu.Unlock()
			count++
		}
		return nil
	})
	return &count
}

func TestDefect25_RetriesUpTo85MinutesLateCountOnce(t *testing.T) {
	t.Parallel()
	for _, policy := range []string{sandbox.RetryRestamp, sandbox.RetryKeep} {
		for name, trouble := range map[string]func(w *world){
			"the receipts are lost":   func(w *world) { w.lost.Store(3) },
			"the database is away":    func(w *world) { w.memory.OnCall(outOfOrder("Jobs.Insert")) },
			"the database breaks off": func(w *world) { w.memory.OnReturn(outOfOrder("Jobs.Insert")) },
		} {
			t.Run(name+", "+policy, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, "s2s")
				require.NoError(t, w.zoom.SetPolicy(sandbox.Policy{RetryTimestamp: policy}))
				w.alice.Types("/zoom start", w.town)
				post := meetings(w.town)[0]
				w.begins(post)
				w.zoom.Advance(10 * time.Minute)
				rewrites := w.rewrites()
				trouble(w)
				require.NoError(t, w.zoom.EndMeeting(w.meetingID(post)))
				w.zoom.Advance(5 * time.Minute)
				w.zoom.Advance(20 * time.Minute)
				w.memory.OnCall(nil)
				w.memory.OnReturn(nil)
				w.zoom.Advance(60 * time.Minute)

				last := w.zoom.Deliveries()[len(w.zoom.Deliveries())-1]
				require.Equal(t, kit.DeliveryDone, last.State)
				require.Len(t, last.Attempts, 4)
				require.Eventually(t, func() bool { return post.Refreshed().Prop("meeting_status") == "ENDED" }, patience, tick)
				w.takesOver()
				require.InDelta(t, 600, post.Refreshed().Prop("meeting_duration"), 2, "by Zoom's own times")
				w.mu.Lock()
				defer w.mu.Unlock()
				require.Equal(t, 1, *rewrites)
			})
		}
	}
}

// outOfOrder makes this call of the records fail.
func outOfOrder(broken string) func(call, key string) error {
	return func(call, _ string) error {
		if call == broken {
			return errOutage
		}
		return nil
	}
}

// takesOver lets the leases of jobs run out, and waits until everything that was left behind is done.
func (w *world) takesOver() {
	w.t.Helper()
	w.zoom.Advance(2 * time.Minute)
	w.plugin.app.Load().queue.Wake()
	w.settle()
}

func TestDuplicatesWithOtherRequestIDsAndLateStartsChangeNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "s2s")
	require.NoError(t, w.zoom.AddFault(kit.Fault{Match: kit.Match{Event: "meeting.ended"}, Action: kit.Action{Duplicate: 3, NewRequestID: true}}))
	require.NoError(t, w.zoom.AddFault(kit.Fault{Match: kit.Match{Event: "meeting.started"}, Action: kit.Action{DelaySeconds: 600}}))
	w.alice.Types("/zoom start", w.town)
	post := meetings(w.town)[0]
	w.begins(post)
	rewrites := w.rewrites()
	w.ends(post)
	require.Equal(t, "ENDED", post.Refreshed().Prop("meeting_status"), "though nobody said that it began")
	w.zoom.Advance(11 * time.Minute)
	w.settle()
	require.Equal(t, "ENDED", post.Refreshed().Prop("meeting_status"), "the late beginning does not open it again")
	w.mu.Lock()
	defer w.mu.Unlock()
	require.Equal(t, 1, *rewrites)
}

func TestDefect28_EachSessionOfAPersonalMeetingEndsItsOwnPost(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "s2s")
	w.alice.Types("/zoom settings", w.town)
	w.alice.Clicks("My personal meeting ID")
	var posts []*mmtest.Post
	for _, room := range []*mmtest.Channel{w.town, w.backroom, w.town} {
		w.alice.Types("/zoom start", room)
		post := meetings(room)[len(meetings(room))-1]
		w.begins(post)
		w.ends(post)
		posts = append(posts, post)
		w.zoom.Advance(time.Hour)
	}
	uuids := map[any]bool{}
	for _, post := range posts {
		require.Equal(t, "ENDED", post.Refreshed().Prop("meeting_status"))
		uuids[post.Refreshed().Prop("meeting_uuid")] = true
	}
	require.Len(t, uuids, 3)
}

func TestDefect28_AMeetingOfMoreThanADayEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "s2s")
	w.alice.Types("/zoom start", w.town)
	post := meetings(w.town)[0]
	w.begins(post)
	w.zoom.Advance(29 * time.Hour)
	w.bob.Types("/zoom start", w.town)
	require.Len(t, meetings(w.town), 1, "it is still open")
	w.ends(post)
	require.Equal(t, "ENDED", post.Refreshed().Prop("meeting_status"))
	require.InDelta(t, 29*60*60, post.Refreshed().Prop("meeting_duration"), 5)
}

func TestDefect26_MeetingsThatAreNotOursAreAcknowledged(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "s2s")
	for _, m := range w.zoom.Meetings() {
		require.NoError(t, w.zoom.StartMeeting(m.ID))
		require.NoError(t, w.zoom.EndMeeting(m.ID))
	}
	w.settle()
	require.NotEmpty(t, w.zoom.Deliveries())
	for _, d := range w.zoom.Deliveries() {
		require.Equal(t, kit.DeliveryDone, d.State)
		require.Len(t, d.Attempts, 1)
	}
	require.Zero(t, w.memory.Meetings.Count(), "and nothing is kept of them")
	require.NotContains(t, strings.Join(w.mm.Logs(), "\n"), "warn A request to the webhook was refused")
}

func TestDefect12_ReceiptsRevealNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "s2s")
	w.alice.Types("/zoom start", w.town)
	post := meetings(w.town)[0]
	body := w.event("meeting.started", post, "x==", w.zoom.Now(), time.Time{})
	headers := map[string]string{}
	for name, values := range signed(webhookSecret, w.zoom.Now(), body) {
		headers[name] = values[0]
	}
	require.Empty(t, w.mm.Webhook("/webhook", string(body), headers).Body)
	refused := w.mm.Webhook("/webhook", string(body), nil)
	require.Equal(t, "Unauthorized\n", refused.Body)
}

func TestADeletedPostStopsNoOtherWork(t *testing.T) {
	t.Parallel()
	for name, remove := range map[string]func(w *world, post *mmtest.Post){
		"deleted": func(w *world, post *mmtest.Post) {
			post.Delete()
			w.zoom.Advance(3 * time.Minute) // before that, a database might only not know it yet
		},
		"in a channel now closed": func(w *world, _ *mmtest.Post) { w.backroom.Archive() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "s2s")
			w.alice.Types("/zoom start", w.backroom)
			post := meetings(w.backroom)[0]
			remove(w, post)
			w.begins(post)
			require.NoError(t, w.zoom.EndMeeting(w.meetingID(post)))
			w.zoom.Advance(time.Minute) // before that, a start could be about to record its post
			w.settle()
			require.NotContains(t, w.openIn(w.backroom), post.Id)
		})
	}
}
