package oauth

import (
	"sync"
	"time"
)

// writes are the records that this server wrote a moment ago, which a database replica may not have yet.
type writes struct {
	now func() time.Time

	mu sync.Mutex
	// recent holds what this server wrote last, by record.
	recent map[string]written
}

// written is a record as this server left it; a nil raw is a deletion.
type written struct {
	raw []byte
	seq int64
	at  time.Time
}

func (w *writes) remember(key string, raw []byte, seq int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for other, own := range w.recent {
		if w.now().Sub(own.at) > rememberFor {
			delete(w.recent, other)
		}
	}
	w.recent[key] = written{raw: raw, seq: seq, at: w.now()}
}

func (w *writes) forget(key string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.recent, key)
}

func (w *writes) recall(key string) (written, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	own, ok := w.recent[key]
	return own, ok && w.now().Sub(own.at) <= rememberFor
}
