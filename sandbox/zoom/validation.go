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

// validate is ValidateWebhook for all endpoints of an app; at saving a single failure
// disables them.
func (s *Sandbox) validate(clientID string, saving bool) error {
	addresses := kit.Read(s.Sandbox, func(w *world) []string {
		if app := w.apps[clientID]; app != nil {
			return app.endpoints()
		}
		return nil
	})
	if len(addresses) == 0 {
		return errors.Wrapf(kit.ErrNotFound, "a notification endpoint of app %q", clientID)
	}
	var problem error
	for _, address := range addresses {
		if err := s.challenge(clientID, address); err != nil && problem == nil {
			problem = err
		}
	}
	s.Locked(func(w *world) {
		if app := w.apps[clientID]; app != nil {
			app.judged(problem == nil, saving)
			app.revalidate = w.Now().Add(validationInterval)
		}
	})
	return problem
}

// challenge has one endpoint prove that it knows the secret token.
func (s *Sandbox) challenge(clientID, address string) error {
	c := challenge{Event: EventURLValidation}
	var secret string
	return s.Ask(func(w *world) (kit.Parcel, error) {
		app := w.apps[clientID]
		if app == nil {
			return kit.Parcel{}, errors.Wrapf(kit.ErrNotFound, "app %q", clientID)
		}
		secret, c.Payload.PlainToken, c.Timestamp = app.WebhookSecret, w.ids.object(), w.Now().UnixMilli()
		return kit.Parcel{
			Delivery: kit.Delivery{Recipient: clientID, URL: address, Event: EventURLValidation, Body: kit.Compact(c)},
			To:       endpoint{w, clientID}, NewID: w.requestID,
		}, nil
	}, func(d *kit.Sending, a kit.Attempt) error {
		problem := judge(secret, c.Payload.PlainToken, a)
		d.State = kit.DeliveryDone
		if problem != nil {
			d.State = kit.DeliveryFailed
		}
		return problem
	})
}

// judge returns what is wrong with the answer to a challenge.
func judge(secret, token string, a kit.Attempt) error {
	if a.Error != "" {
		return errors.Wrap(kit.ErrConflict, "the endpoint did not answer the validation: "+a.Error)
	}
	if a.Status != http.StatusOK && a.Status != http.StatusNoContent {
		return errors.Wrap(kit.ErrConflict, "the endpoint answered the validation with status "+strconv.Itoa(a.Status))
	}
	var got struct {
		PlainToken     string `json:"plainToken"`
		EncryptedToken string `json:"encryptedToken"`
	}
	if json.Unmarshal(a.Answer.Body, &got) != nil || got.PlainToken != token {
		return errors.Wrap(kit.ErrConflict, "the endpoint did not send the plain token back")
	}
	if !hmac.Equal([]byte(got.EncryptedToken), []byte(kit.HMAC(secret, []byte(token)))) {
		return errors.Wrap(kit.ErrConflict, "the endpoint does not know the secret token")
	}
	return nil
}

// validateDue validates the endpoints whose time has come.
func (s *Sandbox) validateDue() {
	var due []string
	s.Locked(func(w *world) {
		now := w.Now()
		for _, app := range w.sortedApps() {
			if app.enabled && !app.revalidate.After(now) {
				due = append(due, app.ClientID)
				app.revalidate = now.Add(validationInterval)
			}
		}
	})
	for _, clientID := range due {
		_ = s.validate(clientID, false) // the outcome is kept with the app
	}
}

// nextValidation is when the next endpoint is validated by itself, the zero time
// for never.
func (w *world) nextValidation() time.Time {
	var next time.Time
	for _, app := range w.apps {
		if app.enabled && len(app.endpoints()) > 0 && (next.IsZero() || app.revalidate.Before(next)) {
			next = app.revalidate
		}
	}
	return next
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
