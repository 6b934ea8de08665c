package memory

import (
	"context"
	"sync"
)

// OnReturn has the function called after each call of a record that took effect; the call fails with its error anyway, as when the
// connection breaks after the commit. Nil ends that.
func (f *Faults) OnReturn(do func(call, key string) error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.onReturn = do
}

// after returns the error with which the call fails although it took effect, nil for none.
func (f *Faults) after(call, key string) error {
	f.mu.Lock()
	do := f.onReturn
	f.mu.Unlock()
	if do == nil {
		return nil
	}
	return do(call, key)
}

// enter begins a call that holds the lock. It returns the error that the call is to have, or else what ends it, with the call's error.
func (f *Faults) enter(ctx context.Context, lock *sync.Mutex, call, key string) (leave func(*error), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := f.before(call, key); err != nil {
		return nil, err
	}
	lock.Lock()
	return func(err *error) {
		lock.Unlock()
		if *err == nil {
			*err = f.after(call, key)
		}
	}, nil
}
