package httpapi_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/httpapi"
	"mattermost-plugin-zoom/server/logging"
)

// Anyone can send requests. None of them may fill the log or suppress lines about other senders.
func TestAFloodOfRefusedRequestsIsAFewLinesInTheLog(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex // minutes of several subjects end at once
		var lines []string
		handler := (&desk{}).handlerWith(t, func(all *httpapi.Dependencies) {
			all.Log = logging.New(func(_ slog.Level, msg string, pairs ...any) {
				mu.Lock()
				defer mu.Unlock()
				lines = append(lines, msg+" "+fmt.Sprint(pairs...))
			})
		})
		said := func() []string {
			mu.Lock()
			defer mu.Unlock()
			return slices.Clone(lines)
		}
		send := func(path string) {
			handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, path, strings.NewReader("x")))
		}
		for range 1000 {
			send("/hooks/gone.key")
			send("/webhook")
		}
		send("/hooks/c1.key")
		require.Len(t, said(), 11, "five of each kind")
		require.Contains(t, said()[10], "c1", "what is wrong with a connection is said all the same")

		time.Sleep(61 * time.Second)
		synctest.Wait()
		require.Len(t, said(), 13)
		require.Contains(t, said()[11]+said()[12], "995")
		send("/hooks/gone.key")
		require.Len(t, said(), 14, "a new count starts each minute")
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		require.Len(t, said(), 14, "nothing was left out of it")
	})
}
