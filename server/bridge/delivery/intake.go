package delivery

import (
	"io"
	"sync"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/fault"
)

// Bounds of the bodies that are being read at one time, in bytes. Who sends one has proved nothing yet but to know an address.
const (
	maxReading    = 64 << 20
	maxReadingOne = 16 << 20
)

// intake counts what is being read of each connection's deliveries.
type intake struct {
	mu  sync.Mutex
	all int64
	of  map[string]int64
}

func newIntake() *intake { return &intake{of: map[string]int64{}} }

// reading is one body on its way in. What it has taken counts until it is closed.
type reading struct {
	*intake
	connectionID string
	body         io.Reader
	taken        int64
}

// read returns the body, of at most so many bytes; close the reading when the body is no longer needed. Faults: TooLarge, TooManyWaiting.
func (in *intake) read(connectionID string, body io.Reader, most int64) ([]byte, *reading, error) {
	r := &reading{intake: in, connectionID: connectionID, body: body}
	content, err := io.ReadAll(io.LimitReader(r, most+1))
	switch {
	case err != nil:
		return nil, r, errors.Wrap(err, "read the body of a delivery")
	case int64(len(content)) > most:
		return nil, r, fault.New(fault.TooLarge)
	}
	return content, r, nil
}

// Read implements io.Reader.
func (r *reading) Read(p []byte) (int, error) {
	n, err := r.body.Read(p)
	r.mu.Lock()
	defer r.mu.Unlock()
	// Half of what is left is the most that one connection gets, so that something is left for another.
	if one := r.of[r.connectionID] + int64(n); one > min(maxReadingOne, (maxReading-r.all)/2) {
		return 0, fault.New(fault.TooManyWaiting)
	}
	r.taken += int64(n)
	r.all += int64(n)
	r.of[r.connectionID] += int64(n)
	return n, err //nolint:wrapcheck // io.EOF has to stay what it is
}

func (r *reading) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all -= r.taken
	if r.of[r.connectionID] -= r.taken; r.of[r.connectionID] <= 0 {
		delete(r.of, r.connectionID)
	}
	r.taken = 0
}
