// Package pause waits, for code that stops when its context ends.
package pause

import (
	"context"
	"time"
)

// For waits this long. It returns the context's error if that ends first.
func For(ctx context.Context, wait time.Duration) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
