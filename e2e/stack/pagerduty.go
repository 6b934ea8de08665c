package stack

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/pkg/errors"
)

// PagerDutySecret is the secret of the OAuth client that the stories register at
// PagerDuty. They search for it where it must not be.
const PagerDutySecret = "e2e-pagerduty-client-secret-0123456789"

// PagerDuty is the simulated PagerDuty account, driven through its control API.
type PagerDuty struct {
	// URL is where people and programs find it, without a slash at the end.
	URL string

	sandbox *Sandbox
}

// PagerDuty returns the simulated PagerDuty.
func (z *Sandbox) PagerDuty() *PagerDuty { return &PagerDuty{URL: z.URL + "/pagerduty", sandbox: z} }

func (d *PagerDuty) post(ctx context.Context, path string, in, out any) error {
	return d.sandbox.do(ctx, http.MethodPost, "/pagerduty"+path, in, out)
}

// NewApp registers an OAuth client with this callback address and the stories'
// secret, and returns its ID.
func (d *PagerDuty) NewApp(ctx context.Context, callback string) (clientID string, err error) {
	app := map[string]string{"name": "Mattermost", "client_id": "e2e-pagerduty-client", "client_secret": PagerDutySecret, "redirect_uri": callback}
	return app["client_id"], d.post(ctx, "/apps", app, nil)
}

// NewUser creates a user with this role (admin, user, limited_user or observer),
// and returns their ID.
func (d *PagerDuty) NewUser(ctx context.Context, name, email, role string) (id string, err error) {
	var made struct {
		ID string `json:"id"`
	}
	err = d.post(ctx, "/users", map[string]string{"name": name, "email": email, "role": role}, &made)
	return made.ID, errors.Wrapf(err, "create the PagerDuty account of %s", name)
}

// NewService makes a service with this name whose incidents these people get, as a team, by a schedule of the same name. It returns
// the service's ID.
func (d *PagerDuty) NewService(ctx context.Context, name string, people ...string) (string, error) {
	id := func(prefix string) string { return prefix + people[0][1:] }
	return id("S"), d.post(ctx, "/places", map[string]any{
		"teams":               []map[string]any{{"id": id("T"), "name": name + " team", "members": people}},
		"schedules":           []map[string]any{{"id": id("C"), "name": name + " schedule", "rotation": people, "start": "2026-01-01T00:00:00Z"}},
		"escalation_policies": []map[string]any{{"id": id("E"), "name": name + " policy", "levels": [][]string{{name + " schedule"}}}},
		"services":            []map[string]any{{"id": id("S"), "name": name, "escalation_policy": id("E"), "teams": []string{id("T")}}},
	}, nil)
}

// Incident is an incident in PagerDuty.
type Incident struct {
	ID        string `json:"id"`
	Number    int    `json:"number"`
	Title     string `json:"title"`
	Status    string `json:"status"`
	ChangedBy string `json:"changed_by"`
	BridgeURL string `json:"conference_url"`
	Notes     []struct {
		Text string `json:"text"`
	} `json:"notes"`
}

// Trigger creates an incident, as a monitoring tool does.
func (d *PagerDuty) Trigger(ctx context.Context, service, title string) (Incident, error) {
	var made Incident
	return made, d.post(ctx, "/incidents", map[string]string{"service": service, "title": title, "urgency": "high"}, &made)
}

// Happen makes something happen to an incident there: acknowledge, resolve, note, ….
func (d *PagerDuty) Happen(ctx context.Context, id, what, by string) error {
	return d.post(ctx, "/incidents/"+id, map[string]string{"what": what, "by": by}, nil)
}

// Incident returns an incident's current state, by its ID.
func (d *PagerDuty) Incident(ctx context.Context, id string) (Incident, error) {
	var found Incident
	return found, d.sandbox.do(ctx, http.MethodGet, "/pagerduty/incidents/"+id, nil, &found)
}

// Incidents are all of them, the oldest first.
func (d *PagerDuty) Incidents(ctx context.Context) ([]Incident, error) {
	var found []Incident
	return found, d.sandbox.do(ctx, http.MethodGet, "/pagerduty/incidents", nil, &found)
}

// Subscription is a webhook of the account.
type Subscription struct {
	ID  string `json:"id"`
	URL string `json:"url"`
	// Disabled says that PagerDuty sends nothing to it for a day.
	Disabled bool `json:"temporarily_disabled"`
	// FilterID is the service whose incidents it is about; "" for all of the account.
	FilterID string `json:"filter_id"`
}

// Webhooks lists the account's webhooks, the oldest first.
func (d *PagerDuty) Webhooks(ctx context.Context) ([]Subscription, error) {
	var hooks []Subscription
	return hooks, d.sandbox.do(ctx, http.MethodGet, "/pagerduty/hooks", nil, &hooks)
}

// Asked is the latest query with which a user was sent there to authorize.
func (d *PagerDuty) Asked(ctx context.Context) (string, error) {
	var journal []struct {
		Path  string `json:"path"`
		Query string `json:"query"`
	}
	err := d.sandbox.do(ctx, http.MethodGet, "/pagerduty/journal?path=/oauth/authorize", nil, &journal)
	if err == nil && len(journal) == 0 {
		err = errors.New("nobody was sent there")
	}
	if err != nil {
		return "", err
	}
	asked, err := url.QueryUnescape(journal[len(journal)-1].Query)
	return asked, errors.Wrap(err, "read the query")
}

// Advance lets time pass at PagerDuty.
func (d *PagerDuty) Advance(ctx context.Context, by time.Duration) error {
	return d.post(ctx, "/clock", map[string]float64{"advance_seconds": by.Seconds()}, nil)
}

// Late has the next event of this name come so much later than those after it, by
// PagerDuty's clock, and so many more times than once.
func (d *PagerDuty) Late(ctx context.Context, event string, by time.Duration, more int) error {
	return d.post(ctx, "/faults", map[string]any{
		"match": map[string]string{"event": event}, "action": map[string]int{"delay_seconds": int(by.Seconds()), "duplicate": more},
	}, nil)
}

// Missign has so many of the next events of this name to one webhook signed with a wrong secret.
func (d *PagerDuty) Missign(ctx context.Context, webhook, event string, times int) error {
	return d.post(ctx, "/faults", map[string]any{
		"match": map[string]string{"event": event, "recipient": webhook}, "times": times, "action": map[string]bool{"bad_signature": true},
	}, nil)
}

// Told is a delivery of PagerDuty to a webhook.
type Told struct {
	// Subscription is the webhook.
	Subscription string          `json:"recipient"`
	Event        string          `json:"event"`
	Body         json.RawMessage `json:"body"`
	State        string          `json:"state"` // waiting, delivered, dropped or skipped
	Attempts     []struct {
		At     time.Time `json:"at"`
		Status int       `json:"status"`
	} `json:"attempts"`
}

// Told lists the deliveries about an incident, in order.
func (d *PagerDuty) Told(ctx context.Context, incident string) ([]Told, error) {
	var all, its []Told
	err := d.sandbox.do(ctx, http.MethodGet, "/pagerduty/deliveries", nil, &all)
	for _, told := range all {
		if strings.Contains(string(told.Body), `"`+incident+`"`) {
			its = append(its, told)
		}
	}
	return its, err
}
