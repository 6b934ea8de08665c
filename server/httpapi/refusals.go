package httpapi

import (
	"sync"
	"time"
)

// Limits on log lines about refused requests: anyone can send any number of those.
const (
	refusalsLogged = 5
	refusalsEvery  = time.Minute
	// maxRefused is the most subjects that are counted separately; all further ones share a counter.
	maxRefused = 500
)

// refusals logs the first few refused requests per subject and minute, and the number of the rest when the minute is over.
type refusals struct {
	write func(msg string, pairs ...any)

	mu    sync.Mutex
	about map[string]int
}

func newRefusals(write func(msg string, pairs ...any)) *refusals {
	return &refusals{write: write, about: map[string]int{}}
}

func (r *refusals) log(about, msg string, pairs ...any) {
	r.mu.Lock()
	if _, known := r.about[about]; !known && len(r.about) >= maxRefused {
		about = ""
	}
	r.about[about]++
	nth := r.about[about]
	r.mu.Unlock()
	if nth == 1 {
		time.AfterFunc(refusalsEvery, func() { r.close(about, msg) })
	}
	if nth <= refusalsLogged {
		r.write(msg, pairs...)
	}
}

// close ends a minute.
func (r *refusals) close(about, msg string) {
	r.mu.Lock()
	more := r.about[about] - refusalsLogged
	delete(r.about, about)
	r.mu.Unlock()
	if more > 0 {
		r.write(msg+"; further lines like this were left out", "connection", about, "left_out", more)
	}
}
