package provider

import "time"

// Reconciler is a Follower whose tool does not send again what was not received: it is looked up.
type Reconciler interface {
	// ReconcileTask returns how often to look, and the task of looking for what happened since the last look in these parts of the resource.
	ReconcileTask(since time.Time, parts []string) (every time.Duration, t Task)
}
