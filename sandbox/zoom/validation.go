package zoom

import (
	"crypto/hmac"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// An endpoint is validated when it is saved and then every 72 hours; the sixth
// failure in a row disables it. https://developers.zoom.us/docs/api/webhooks/
const (
	validationInterval = 72 * time.Hour
	validationAttempts = 6
)

// challenge is endpoint.url_validation, with its fields in the order in which
// Zoom was seen to send them.
type challenge struct {
	Payload struct {
		PlainToken string `json:"plainToken"`
	} `json:"payload"`
	Timestamp int64  `json:"event_ts"`
	Event     string `json:"event"`
}

// ValidateWebhook asks an app's notification endpoint to prove that it knows the
// secret token, and returns what is wrong with its answer.
func (s *Sandbox) ValidateWebhook(clientID string) error {
	return s.validate(clientID, false)
}

// validate is ValidateWebhook; at saving a single failure disables the endpoint.
func (s *Sandbox) validate(clientID string, saving bool) error {
	s.mu.Lock()
	w := s.w
	app := w.apps[clientID]
	if app == nil || app.WebhookURL == "" {
		s.mu.Unlock()
		return errors.Wrapf(kit.ErrNotFound, "a notification endpoint of app %q", clientID)
	}
	c := challenge{Timestamp: s.clock.Now().UnixMilli(), Event: EventURLValidation}
	c.Payload.PlainToken = w.ids.object()
	d := &delivery{
		Delivery: Delivery{
			RequestID: w.ids.UUIDBy("_"), ClientID: clientID, URL: app.WebhookURL, Event: EventURLValidation,
			Body: kit.Compact(c), State: DeliveryDone, Attempts: []Attempt{},
		},
	}
	if f := w.takeFault(func(m Match) bool { return m.Event == EventURLValidation }); f != nil {
		d.fault = f.Action
	}
	s.stampDelivery(w, d)
	header, secret, at := w.headers(d), app.WebhookSecret, s.clock.Now()
	s.mu.Unlock()

	status, answer, err := s.client.Post(d.URL, header, d.Body)
	problem := judge(secret, c.Payload.PlainToken, status, answer, err)

	s.mu.Lock()
	defer s.mu.Unlock()
	a := Attempt{At: at, Timestamp: d.timestamp, Status: status}
	if problem != nil {
		d.State, a.Error = DeliveryFailed, problem.Error()
	}
	d.Attempts = append(d.Attempts, a)
	w.deliveries = append(w.deliveries, d)
	w.journal.delivered(d, at, a)
	app.judged(problem == nil, saving)
	app.revalidate = at.Add(validationInterval)
	return problem
}

// judge returns what is wrong with the answer to a challenge.
func judge(secret, token string, status int, answer []byte, err error) error {
	if err != nil {
		return errors.Wrap(kit.ErrConflict, "the endpoint did not answer the validation: "+kit.Reason(err))
	}
	if status != http.StatusOK && status != http.StatusNoContent {
		return errors.Wrap(kit.ErrConflict, "the endpoint answered the validation with status "+strconv.Itoa(status))
	}
	var got struct {
		PlainToken     string `json:"plainToken"`
		EncryptedToken string `json:"encryptedToken"`
	}
	if json.Unmarshal(answer, &got) != nil || got.PlainToken != token {
		return errors.Wrap(kit.ErrConflict, "the endpoint did not send the plain token back")
	}
	if !hmac.Equal([]byte(got.EncryptedToken), []byte(kit.HMAC(secret, []byte(token)))) {
		return errors.Wrap(kit.ErrConflict, "the endpoint does not know the secret token")
	}
	return nil
}

// judged counts the outcome of a validation.
func (r *registration) judged(passed, saving bool) {
	if passed {
		r.enabled, r.failures = true, 0
		return
	}
	r.failures++
	if saving || r.failures >= validationAttempts {
		r.enabled = false
	}
}
