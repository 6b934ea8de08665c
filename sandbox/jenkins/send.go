package jenkins

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// outgoing is a request of a sender.
type outgoing struct {
	// sender is "zoom", "notification" or "signed", and event the status, the phase or "test".
	sender string
	event  string
	build  *Build
	url    string
	header map[string]string
	login  *url.Userinfo
	body   []byte
	// wants is the one status that counts as success; any answer does when 0.
	wants int
	// retries and follows are what the plugin "Notification" does.
	retries int
	follows bool
}

// parcel is the request for the outbox. What one job sends is sent in order.
func (o outgoing) parcel() kit.Parcel {
	p := kit.Parcel{Delivery: kit.Delivery{Recipient: o.sender, URL: o.url, Event: o.event, Body: o.body}, To: o}
	if o.build != nil {
		p.Lane = strings.Join(o.build.job.path, "/")
	}
	return p
}

// handOver sends the delivery as the faults say, and waits for that.
func (j *Jenkins) handOver(o outgoing) {
	_ = j.Control(func(w world) error { w.Post(o.parcel()); return nil })
}

// Prepare implements kit.Recipient.
func (o outgoing) Prepare(*kit.Sending, *kit.Attempt) (http.Header, bool) {
	h := http.Header{}
	for name, value := range o.header {
		h.Set(name, value)
	}
	if o.login != nil {
		password, _ := o.login.Password()
		h.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(o.login.Username()+":"+password)))
	}
	return h, true
}

// Settle implements kit.Recipient. The plugin "Notification" notes a failed attempt and never forgets it: after one has failed, it goes
// on until all repetitions are used up, whatever the others came to. It ignores the status, and follows one redirect of an attempt.
func (o outgoing) Settle(d *kit.Sending, a kit.Attempt) kit.Verdict {
	again := kit.Verdict{State: kit.DeliveryWaiting, Again: a.At, InPlace: true}
	if o.follows && a.Status == http.StatusTemporaryRedirect && d.URL == o.url {
		d.URL = a.Answer.Header.Get("Location")
		return again
	}
	d.URL = o.url
	tries, failed := 0, false
	for _, earlier := range d.Attempts {
		failed = failed || earlier.Status == 0
		if !o.follows || earlier.Status != http.StatusTemporaryRedirect {
			tries++
		}
	}
	switch {
	case failed && tries <= o.retries:
		return again
	case a.Status == 0 || o.wants != 0 && a.Status != o.wants:
		return kit.Verdict{State: kit.DeliveryFailed}
	}
	return kit.Verdict{State: kit.DeliveryDone}
}

// errRefused is an answer that the sender treats as a failure.
var errRefused = errors.New("the sender takes this answer for a failure")

// ask sends a request at once and reports whether the sender takes the answer for success.
func (j *Jenkins) ask(o outgoing) bool {
	return j.Ask(func(world) (kit.Parcel, error) { return o.parcel(), nil }, func(d *kit.Sending, a kit.Attempt) error {
		if d.State = o.Settle(d, a).State; d.State != kit.DeliveryDone {
			return errRefused
		}
		return nil
	}) == nil
}
