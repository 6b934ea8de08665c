package stack

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"syscall"
	"time"

	"github.com/pkg/errors"
)

// Sandbox is the stand-in for Zoom, driven through its control API.
type Sandbox struct {
	// URL is its address, without a slash at the end.
	URL string

	proc *process
	http *http.Client
}

// startSandbox builds the sandbox and starts it on a free port.
func startSandbox(ctx context.Context, s *Stack) (*Sandbox, error) {
	binary, err := buildSandbox(ctx, s.root, s.progress)
	if err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	address := fmt.Sprintf("127.0.0.1:%d", port)
	s.progress.Sayf("starting the sandbox on http://%s", address)
	proc, err := launch(command{
		name: "sandbox", path: binary, args: []string{"-listen", address}, dir: s.work, stop: syscall.SIGTERM,
		env: []string{"PATH=/usr/bin:/bin", "HOME=" + filepath.Clean(s.work)},
	}, s.logs, s.guard)
	if err != nil {
		return nil, err
	}
	z := &Sandbox{URL: "http://" + address, proc: proc, http: &http.Client{Timeout: 30 * time.Second}}
	return z, eventually(ctx, 20*time.Second, 50*time.Millisecond, func() error {
		if !proc.alive() {
			return fatal{errors.Errorf("the sandbox ended: %s", proc.tail())}
		}
		_, err := z.Counts(ctx)
		return err
	})
}

// do calls the control API; in and out may be nil.
func (z *Sandbox) do(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		data, err := json.Marshal(in)
		if err != nil {
			return errors.Wrap(err, "encode the request")
		}
		body = bytes.NewReader(data)
	}
	request, err := http.NewRequestWithContext(ctx, method, z.URL+"/_sandbox"+path, body)
	if err != nil {
		return errors.Wrap(err, "make a request")
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := z.http.Do(request)
	if err != nil {
		return errors.Wrapf(err, "sandbox: %s %s", method, path)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		return errors.Wrap(err, "read the sandbox's answer")
	}
	if response.StatusCode/100 != 2 {
		return errors.Errorf("sandbox: %s %s: %s: %s", method, path, response.Status, data)
	}
	if out == nil {
		return nil
	}
	return errors.Wrapf(json.Unmarshal(data, out), "sandbox: %s %s answered %.200s", method, path, data)
}

// App is a Zoom app, as its owner sets it up at the Marketplace.
type App struct {
	Name               string   `json:"name"`
	Kind               string   `json:"kind"` // "user", "account" or "s2s"
	ClientID           string   `json:"client_id"`
	ClientSecret       string   `json:"client_secret"`
	AccountID          string   `json:"account_id,omitempty"`
	RedirectURIs       []string `json:"redirect_uris"`
	Scopes             []string `json:"scopes,omitempty"`
	WebhookSecret      string   `json:"webhook_secret"`
	WebhookURL         string   `json:"webhook_url"`
	DeauthorizationURL string   `json:"deauthorization_url,omitempty"`
	Validate           bool     `json:"validate,omitempty"`
}

// Register makes an app known to Zoom.
func (z *Sandbox) Register(ctx context.Context, app App) error {
	return z.do(ctx, http.MethodPost, "/apps", app, nil)
}

// Account is a Zoom user.
type Account struct {
	ID        string      `json:"id,omitempty"`
	Email     string      `json:"email"`
	FirstName string      `json:"first_name"`
	LastName  string      `json:"last_name"`
	PMI       json.Number `json:"pmi,omitempty"`
}

// NewAccount makes a Zoom user.
func (z *Sandbox) NewAccount(ctx context.Context, account Account) (Account, error) {
	var made Account
	return made, z.do(ctx, http.MethodPost, "/users", account, &made)
}

// StartMeeting begins a meeting: its host has opened it.
func (z *Sandbox) StartMeeting(ctx context.Context, id string) error {
	return z.meeting(ctx, id, "start", nil)
}

// JoinMeeting lets a participant join a meeting.
func (z *Sandbox) JoinMeeting(ctx context.Context, id, name string) error {
	return z.meeting(ctx, id, "join", map[string]string{"name": name, "email": ""})
}

// EndMeeting ends a meeting for everybody.
func (z *Sandbox) EndMeeting(ctx context.Context, id string) error {
	return z.meeting(ctx, id, "end", nil)
}

func (z *Sandbox) meeting(ctx context.Context, id, what string, in any) error {
	return z.do(ctx, http.MethodPost, "/meetings/"+url.PathEscape(id)+"/"+what, in, nil)
}

// PutAhead puts Zoom's clock so far ahead of this machine's, unless it is already;
// it never goes back. The plugin refuses events from more than five minutes ahead.
func (z *Sandbox) PutAhead(ctx context.Context, by time.Duration) error {
	now, err := z.Now(ctx)
	if err != nil {
		return err
	}
	missing := int64((by - time.Until(now)).Seconds())
	if missing <= 0 {
		return nil
	}
	return z.do(ctx, http.MethodPost, "/clock", map[string]int64{"advance_seconds": missing}, nil)
}

// Now is Zoom's time.
func (z *Sandbox) Now(ctx context.Context) (time.Time, error) {
	var clock struct {
		Now time.Time `json:"now"`
	}
	return clock.Now, z.do(ctx, http.MethodGet, "/clock", nil, &clock)
}

// RevokeGrant ends a user's authorization of an app, as an administrator of
// Zoom does it, without telling the app.
func (z *Sandbox) RevokeGrant(ctx context.Context, email, clientID string) error {
	return z.do(ctx, http.MethodPost, "/grants/revoke", map[string]string{"email": email, "client_id": clientID}, nil)
}

// ExpireTokens lets all access tokens of an app expire now.
func (z *Sandbox) ExpireTokens(ctx context.Context, clientID string) error {
	return z.do(ctx, http.MethodPost, "/grants/expire", map[string]string{"client_id": clientID}, nil)
}

// Deauthorize lets a user remove the app in Zoom, which notifies the app.
func (z *Sandbox) Deauthorize(ctx context.Context, email, clientID string) error {
	return z.do(ctx, http.MethodPost, "/deauthorize", map[string]string{"email": email, "client_id": clientID}, nil)
}

// Counts says how often each operation was asked for, by method and pattern,
// for example "POST /v2/users/{userId}/meetings".
func (z *Sandbox) Counts(ctx context.Context) (map[string]int, error) {
	counts := map[string]int{}
	return counts, z.do(ctx, http.MethodGet, "/counts", nil, &counts)
}

// LiftLimits takes away Zoom's rate limits, for load that no real account would
// be allowed.
func (z *Sandbox) LiftLimits(ctx context.Context) error {
	return z.do(ctx, http.MethodPost, "/policy", map[string]any{"plan": "unlimited", "daily_meeting_requests": -1}, nil)
}

// Jenkins has the pretended Jenkins do something; see the control API in
// sandbox/jenkins. in and out may be nil.
func (z *Sandbox) Jenkins(ctx context.Context, what string, in, out any) error {
	return z.do(ctx, http.MethodPost, "/jenkins/"+what, in, out)
}

// JenkinsURL is the address of the pretended Jenkins.
func (z *Sandbox) JenkinsURL() string { return z.URL + "/jenkins" }

// Delivery is an event with what became of it.
type Delivery struct {
	Event    string `json:"event"`
	Attempts []struct {
		Status int `json:"status"`
	} `json:"attempts"`
}

// Deliveries lists the events that were sent, in order.
func (z *Sandbox) Deliveries(ctx context.Context) ([]Delivery, error) {
	var deliveries []Delivery
	return deliveries, z.do(ctx, http.MethodGet, "/deliveries", nil, &deliveries)
}
