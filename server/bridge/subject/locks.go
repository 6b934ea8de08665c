package subject

import (
	"context"
	"sync"
)

// locks lets one goroutine at a time have a name of a connection.
type locks struct {
	mu  sync.Mutex
	now map[[2]string]*lock
}

type lock struct {
	taken chan struct{}
	// users are those who have it or wait for it.
	users int
}

// take waits for the name and returns what frees it.
func (l *locks) take(ctx context.Context, connectionID, name string) (free func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	key := [2]string{connectionID, name}
	l.mu.Lock()
	if l.now == nil {
		l.now = map[[2]string]*lock{}
	}
	one := l.now[key]
	if one == nil {
		one = &lock{taken: make(chan struct{}, 1)}
		l.now[key] = one
	}
	one.users++
	l.mu.Unlock()
	select {
	case one.taken <- struct{}{}:
		return func() { <-one.taken; l.leave(key, one) }, nil
	case <-ctx.Done():
		l.leave(key, one)
		return nil, ctx.Err()
	}
}

func (l *locks) leave(key [2]string, one *lock) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if one.users--; one.users == 0 {
		delete(l.now, key)
	}
}
