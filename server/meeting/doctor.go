package meeting

import (
	"context"
	"slices"
	"strconv"
	"time"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/command"
	"mattermost-plugin-zoom/server/fault"
)

// Verdict is the result of a check.
type Verdict string

const (
	// OK needs no action.
	OK Verdict = "ok"
	// Warn disables a feature, or may.
	Warn Verdict = "warn"
	// Fail prevents meetings from starting.
	Fail Verdict = "fail"
)

// Check is one line of the self-check: what was checked, the result, and the fix.
type Check struct {
	ID      string
	Verdict Verdict
	Message chat.Message
	// Fix says what to do; zero for nothing.
	Fix chat.Message
}

// Problem is a missing or invalid setting.
type Problem struct {
	ID    string
	Fatal bool
}

// Setup is the state that the self-check examines.
type Setup struct {
	Problems []Problem
	// Mode is how users authorize: "user", "account" or "s2s".
	Mode string
	// VerifiesEmail and TrustsUnverified say which addresses count if users are matched by email address.
	VerifiesEmail    bool
	TrustsUnverified bool
	// Now is the time of the check.
	Now time.Time
	// LastEvent is when Zoom's last signed event arrived; zero for none.
	LastEvent time.Time
	// URLSecret reports whether events must carry a secret in their address. The addresses shown contain only a placeholder for it.
	URLSecret bool
	// WebhookURL is the address for events.
	WebhookURL string
	// Grant tests the credentials that everyone depends on; nil if each user has their own.
	Grant func(ctx context.Context) error
	// NoRecords says that the plugin's records can't be read: what would need them is left out.
	NoRecords bool
	// Further are the checks of other parts of the plugin.
	Further []Check
}

// Doctor checks the setup and says how to fix what is missing.
type Doctor struct {
	inspect func(ctx context.Context) (Setup, error)
}

// NewDoctor returns a Doctor that checks what inspect returns.
func NewDoctor(inspect func(ctx context.Context) (Setup, error)) *Doctor {
	return &Doctor{inspect: inspect}
}

// Examine runs all checks.
func (d *Doctor) Examine(ctx context.Context) ([]Check, error) {
	setup, err := d.inspect(ctx)
	if err != nil {
		return nil, err
	}
	checks := settingChecks(setup)
	if setup.Grant != nil && !setup.broken() {
		checks = append(checks, grantCheck(ctx, setup))
	}
	if setup.Mode != "user" {
		checks = append(checks, emailCheck(setup))
	}
	if !setup.NoRecords {
		checks = append(checks, eventCheck(setup))
	}
	if setup.URLSecret {
		checks = append(checks, Check{ID: "url_secret", Verdict: Warn, Message: chat.Say("check.url_secret"), Fix: chat.Say("check.url_secret.fix")})
	}
	return append(checks, setup.Further...), nil
}

// broken reports whether a required setting is missing.
func (s Setup) broken() bool {
	return slices.ContainsFunc(s.Problems, func(p Problem) bool { return p.Fatal })
}

func settingChecks(setup Setup) []Check {
	var checks []Check
	for _, p := range setup.Problems {
		verdict := Warn
		if p.Fatal {
			verdict = Fail
		}
		checks = append(checks, Check{ID: p.ID, Verdict: verdict, Message: chat.Say("check." + p.ID), Fix: chat.Say("check." + p.ID + ".fix")})
	}
	if len(checks) == 0 {
		checks = append(checks, Check{ID: "settings", Verdict: OK, Message: chat.Say("check.settings")})
	}
	return append(checks, Check{ID: "mode", Verdict: OK, Message: chat.Say("check.mode." + setup.Mode)})
}

func grantCheck(ctx context.Context, setup Setup) Check {
	err := setup.Grant(ctx)
	if err == nil {
		return Check{ID: "grant", Verdict: OK, Message: chat.Say("check.grant")}
	}
	check := Check{ID: "grant", Verdict: Fail, Message: chat.Failure(err)}
	switch {
	case setup.Mode == "account" && fault.Is(err, fault.AccountNotConnected, fault.AccountRevoked, fault.Unreadable):
		check.Fix = chat.Say("check.grant.fix")
	case setup.Mode == "s2s" && fault.Is(err, fault.AccountRevoked, fault.ClientRejected, fault.ZoomRefused):
		check.Fix = chat.Say("check.grant.fix_s2s")
	}
	return check
}

func emailCheck(setup Setup) Check {
	switch {
	case setup.VerifiesEmail:
		return Check{ID: "email", Verdict: OK, Message: chat.Say("check.email")}
	case setup.TrustsUnverified:
		return Check{ID: "email", Verdict: Warn, Message: chat.Say("check.email.trusted"), Fix: chat.Say("check.email.trusted.fix")}
	}
	return Check{ID: "email", Verdict: Warn, Message: chat.Say("check.email.untrusted"), Fix: chat.Say("check.email.untrusted.fix")}
}

// silenceMost is longer than Zoom is ever silent: it validates the address every 72 hours, even without events.
// https://developers.zoom.us/docs/api/webhooks/
const silenceMost = 72*time.Hour + 6*time.Hour

func eventCheck(setup Setup) Check {
	if setup.LastEvent.IsZero() {
		return Check{ID: "events", Verdict: Warn, Message: chat.Say("check.events.never"), Fix: chat.Say("check.events.never.fix").WithText("URL", chat.Code(setup.WebhookURL))}
	}
	if silent := setup.Now.Sub(setup.LastEvent); silent > silenceMost {
		return Check{
			ID: "events", Verdict: Warn,
			Message: chat.Say("check.events.silent", "Days", strconv.Itoa(int(silent.Hours()/24))).WithText("At", chat.Time(setup.LastEvent, chat.DateAndTime)),
			Fix:     chat.Say("check.events.silent.fix").WithText("URL", chat.Code(setup.WebhookURL)),
		}
	}
	return Check{ID: "events", Verdict: OK, Message: chat.Say("check.events").WithText("At", chat.Time(setup.LastEvent, chat.DateAndTime))}
}

// Run responds to /zoom doctor.
func (d *Doctor) Run(ctx context.Context, _ command.Call) (chat.Message, error) {
	checks, err := d.Examine(ctx)
	if err != nil {
		return chat.Message{}, err
	}
	lines := []chat.Message{chat.Say("check.title")}
	for _, check := range checks {
		line := chat.Say("check.line."+string(check.Verdict)).WithMessage("Message", check.Message)
		if !check.Fix.Zero() {
			line = chat.Say("check.line_fix."+string(check.Verdict)).WithMessage("Message", check.Message).WithMessage("Fix", check.Fix)
		}
		lines = append(lines, line)
	}
	return chat.Lines(lines...), nil
}
