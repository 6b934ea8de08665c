package bridge_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/fault"
)

// endless is a body without an end, that counts what is read of it.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	e.read += len(p)
	return len(p), nil
}

func (w *world) ingest(hook string, body io.Reader) error {
	return w.server.Ingest(context.Background(), hook, "", func(string) string { return theSecret }, body)
}

func TestNothingIsReadForAnAddressThatIsNotInUse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	body := &endless{}
	for _, hook := range []string{"con1.wrong", "con2.key1", "nonsense", ""} {
		require.Equal(t, fault.HookUnknown, fault.CodeOf(w.ingest(hook, body)))
		_, err := w.server.Ask(context.Background(), hook, "channels", func(string) string { return "" }, body)
		require.Equal(t, fault.HookUnknown, fault.CodeOf(err))
	}
	w.off = true
	require.Equal(t, fault.HookUnknown, fault.CodeOf(w.ingest(theHook, body)))
	require.Zero(t, body.read)
}

func TestNoMoreIsReadThanTheProviderEverSends(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	body := &endless{}
	require.Equal(t, fault.TooLarge, fault.CodeOf(w.ingest(theHook, body)))
	require.LessOrEqual(t, body.read, 5001, "the provider's limit is 5000")
}

func TestABodyThatBreaksOffIsAskedForAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	err := w.ingest(theHook, io.MultiReader(bytes.NewReader([]byte("[{")), broken{}))
	require.Equal(t, fault.Internal, fault.CodeOf(err))
	require.Empty(t, w.queue.jobs)
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("the connection was reset") }

// slow is a body of which so much has come, and the rest does not.
type slow struct {
	bytes.Reader
	rest chan struct{}
}

func (s *slow) Read(p []byte) (int, error) {
	if n, err := s.Reader.Read(p); err == nil {
		return n, nil
	}
	<-s.rest
	return 0, io.EOF
}

// Who knows the address of one connection must not be able to fill the memory, nor keep others from sending.
func TestBodiesOfOneConnectionLeaveRoomForThoseOfAnother(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.tool.maxBody = 1 << 20
		w.server = w.newServer()
		w.connect("con2", []bridge.Subscription{{ID: "sub", Place: place("lab"), CreatedBy: actor("ada")}})
		rest, refused, begun := make(chan struct{}), 0, 0
		for range 200 {
			body := &slow{rest: rest}
			body.Reset(bytes.Repeat([]byte("x"), 1<<20))
			go func() {
				begun++
				if fault.CodeOf(w.ingest(theHook, body)) == fault.TooManyWaiting {
					refused++
				}
			}()
			synctest.Wait()
		}
		require.Equal(t, 200, begun)
		require.GreaterOrEqual(t, refused, 184, "sixteen of a megabyte are the most that is in memory")
		require.NoError(t, w.ingest("con2.key1", bytes.NewReader([]byte(`[{"Thing":"a","Is":"fine"}]`))))
		close(rest)
		synctest.Wait()
		require.NoError(t, w.ingest(theHook, bytes.NewReader([]byte(`[{"Thing":"b","Is":"fine"}]`))), "once they are through there is room again")
		require.Equal(t, "fault.too_many_waiting", w.journal()[len(w.journal())-1].Reason.ID)
	})
}
