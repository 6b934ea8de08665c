package httpapi

import (
	"sync"
	"time"
)

// Bounds of what the log says about requests that were refused: anyone can send any number of them.
const (
	refusalsLogged = 5
	refusalsEvery  = time.Minute
	// maxRefused is how many subjects are told apart; what comes on top shares one.
	maxRefused = 500
)

// refusals logs the first few refused requests about each subject in a minute, and how many more there were when the minute is over.
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
