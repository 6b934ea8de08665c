package provider

import "time"

// Reconciler is a TaskRunner for a provider that doesn't resend missed deliveries, so that the plugin looks up what it missed.
type Reconciler interface {
	// ReconcileTask returns how often to look, and the task that looks for what happened in these parts of the resource since the last
	// time.
	ReconcileTask(since time.Time, parts []string) (every time.Duration, t Task)
}
