package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/e2e/stack"
)

// attack is a hostile request to the webhook, and the expected answer.
type attack struct {
	name   string
	body   []byte
	header func(body []byte) http.Header
	want   [2]int // the lowest and the highest status that will do
}

// The ranges of answers.
var (
	accepted = [2]int{200, 299}
	refused  = [2]int{400, 499}
	// harmless input with a good signature may be taken or refused; what it must
	// not do is fail, since Zoom would send it again.
	harmless = [2]int{200, 499}
)

// signedAt signs as Zoom does, so long ago.
func signedAt(secret string, ago time.Duration) func([]byte) http.Header {
	return func(body []byte) http.Header { return stack.Signed(secret, time.Now().Add(-ago), body) }
}

// attacks returns all requests that a stranger can try, against the meeting with this number.
func attacks(id string) []attack {
	began := time.Now().Add(-5 * time.Minute)
	end := stack.Event("meeting.ended", id, "forged==", began, began.Add(time.Minute))
	good := signedAt(stack.WebhookSecret, 0)
	oracle, _ := json.Marshal(map[string]any{
		"event": "endpoint.url_validation", "event_ts": 1,
		"payload": map[string]string{"plainToken": "v0:" + fmt.Sprint(time.Now().Unix()) + ":" + string(end)},
	})
	validation := []byte(`{"payload":{"plainToken":"q9ibPhGeRZ6ayx5WTrXjRw"},"event_ts":1689061099652,"event":"endpoint.url_validation"}`)
	return []attack{
		{"unsigned", end, func([]byte) http.Header { return http.Header{"Content-Type": {"application/json"}} }, refused},
		{"signed with a wrong secret", end, signedAt("guess", 0), refused},
		{"signed with an empty secret", end, signedAt("", 0), refused},
		{"altered after signing", end, func(body []byte) http.Header { return good(append([]byte(" "), body...)) }, refused},
		{"with two signatures, the wrong one first", end, func(body []byte) http.Header {
			header := good(body)
			header["X-Zm-Signature"] = append([]string{"v0=00"}, header["X-Zm-Signature"]...)
			return header
		}, refused},
		{"signed 101 minutes ago", end, signedAt(stack.WebhookSecret, 101*time.Minute), refused},
		{"signed for the future", end, signedAt(stack.WebhookSecret, -101*time.Minute), refused},
		{"without a timestamp", end, func(body []byte) http.Header {
			header := good(body)
			header.Del("X-Zm-Request-Timestamp")
			return header
		}, refused},
		{"a validation without a signature", validation, func([]byte) http.Header { return http.Header{} }, refused},
		{"a validation that would sign a forged event", oracle, good, refused},
		{"2 MiB", append(bytes.Repeat([]byte(" "), 2<<20), end...), good, refused},
		{"broken JSON", []byte(`{"event":"meeting.ended","payload":{`), good, harmless},
		{"an empty body", nil, good, harmless},
		{"an array", []byte(`[1,2,3]`), good, harmless},
		{"wrong types", []byte(`{"event":7,"event_ts":"soon","payload":{"object":[{"id":{}}]}}`), good, harmless},
		{"a deep nest", []byte(strings.Repeat(`{"payload":`, 20000) + "1" + strings.Repeat("}", 20000)), good, harmless},
		{"an unknown event", []byte(`{"event":"meeting.danced","event_ts":1,"payload":{"object":{"id":"` + id + `","uuid":"x"}}}`), good, accepted},
		{"a meeting that is not ours", stack.Event("meeting.ended", "99999999999", "x==", began, began), good, accepted},
		{"a meeting that is not ours begins", stack.Event("meeting.started", "99999999998", "x==", began, time.Time{}), good, accepted},
	}
}

// Whatever a stranger sends to the webhook, nothing is posted or rewritten, no
// server crashes, and no answer helps them to forge an event.
func TestHostileWebhookInputChangesNothing(t *testing.T) {
	w := begin(t)
	alice, _ := w.connected("alice")
	channel := w.private(alice)
	post := w.starts(alice, channel, "Standup")
	before, err := w.Server(1).Plugin(w.ctx)
	require.NoError(t, err)

	var table strings.Builder
	defer func() { w.keep("hostile.txt", table.String()) }()
	for _, a := range attacks(meetingID(post)) {
		status, answer, err := w.Server(1).Deliver(w.ctx, a.header(a.body), a.body)
		require.NoError(t, err, a.name)
		fmt.Fprintf(&table, "%-46s %d\n", a.name, status)
		require.GreaterOrEqual(t, status, a.want[0], "%s: %s", a.name, answer)
		require.LessOrEqual(t, status, a.want[1], "%s: %s", a.name, answer)
		require.NotContains(t, answer, "encryptedToken", a.name)
		require.NotContains(t, answer, post.Id, "%s: the answer tells of posts", a.name)
	}
	w.settled()
	after, err := w.Server(1).Plugin(w.ctx)
	require.NoError(t, err)
	require.Equal(t, before.PID, after.PID, "the plugin crashed and was started anew")
	same, err := alice.Post(w.ctx, post.Id)
	require.NoError(t, err)
	require.Equal(t, post.UpdateAt, same.UpdateAt, "the post was rewritten")
	require.Len(t, w.meetings(alice, channel), 1)
}

// A captured event is sent again, byte for byte, and once more with a new
// signature: all are acknowledged, and one counts.
func TestAReplayedEventCountsOnce(t *testing.T) {
	w := begin(t)
	alice, _ := w.connected("alice")
	post := w.starts(alice, w.private(alice), "Standup")
	began := time.Now().Add(-2 * time.Hour)
	end := stack.Event("meeting.ended", meetingID(post), "late"+post.Id, began, began.Add(30*time.Minute))
	captured := time.Now().Add(-85 * time.Minute) // Zoom's last retry, with its first timestamp
	w.deliver(1, end, captured)
	over := w.becomes(alice, post, ended)
	require.InDelta(t, 1800, over.GetProp("meeting_duration").(float64), 1)

	w.deliver(1, end, captured)
	w.deliver(2, end, captured)
	w.deliver(1, end, time.Now())
	w.settled()
	same, err := alice.Post(w.ctx, post.Id)
	require.NoError(t, err)
	require.Equal(t, over.UpdateAt, same.UpdateAt, "the post was written again")
}

// A validation that Zoom signed is answered as Zoom expects.
func TestASignedValidationIsAnswered(t *testing.T) {
	w := begin(t)
	body := []byte(`{"payload":{"plainToken":"q9ibPhGeRZ6ayx5WTrXjRw"},"event_ts":1689061099652,"event":"endpoint.url_validation"}`)
	status, answer, err := w.Server(1).Deliver(w.ctx, stack.Signed(stack.WebhookSecret, time.Now(), body), body)
	require.NoError(t, err)
	require.Equal(t, 200, status)
	var said struct{ PlainToken, EncryptedToken string }
	require.NoError(t, json.Unmarshal([]byte(answer), &said))
	require.Equal(t, "q9ibPhGeRZ6ayx5WTrXjRw", said.PlainToken)
	require.Len(t, said.EncryptedToken, 64)
}
