package zoom_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/zoom"
	"mattermost-plugin-zoom/sandbox/zoom/teamchat"
)

func TestTheClientIsServedWithAllThatItLoads(t *testing.T) {
	t.Parallel()
	s := setStage(t, zoom.Policy{})
	get := func(path string) answer {
		r, err := http.NewRequest(http.MethodGet, s.url+path, nil)
		require.NoError(t, err)
		return s.do(r)
	}
	loads := regexp.MustCompile(`(?:href|src)="([\w.]+)"|from '\./([\w.]+)'`)
	seen := map[string]bool{"": true}
	for queue := []string{""}; len(queue) > 0; queue = queue[1:] {
		a := get("/chat/" + queue[0])
		require.Equal(t, http.StatusOK, a.status, queue[0])
		require.Contains(t, a.header.Get("Content-Security-Policy"), "script-src 'self'")
		for _, found := range loads.FindAllStringSubmatch(a.text, -1) {
			if name := found[1] + found[2]; !seen[name] {
				seen[name] = true
				queue = append(queue, name)
			}
		}
	}
	require.Contains(t, seen, "inputs.js", "which only another script loads")
	require.Contains(t, get("/").text, `href="/chat/?as=sam%40example.com"`, "each user's client can be found")
}

func TestTheClientWaitsForWhatIsNew(t *testing.T) {
	t.Parallel()
	o := openOffice(t, zoom.Policy{}, zoom.KindAccount)
	first := o.sees(o.sam, "ops")
	require.Equal(t, []string{"ops", "Jenkins", "Priya Shah"}, []string{first.Places[0].Name, first.Places[1].Name, first.Places[2].Name})
	require.Equal(t, []string{"channel", "app", "person"}, []string{first.Places[0].Kind, first.Places[1].Kind, first.Places[2].Kind})
	require.Equal(t, "help", first.Apps[0].Hints[0].Usage)

	next := make(chan teamchat.View, 1)
	go func() {
		q := url.Values{"as": {o.sam.Email}, "in": {first.In}, "since": {strconv.Itoa(first.Revision)}}
		var v teamchat.View
		if resp, err := http.Get(o.url + "/_sandbox/chat/view?" + q.Encode()); err == nil {
			_ = json.NewDecoder(resp.Body).Decode(&v) // an empty view fails below
			_ = resp.Body.Close()
		}
		next <- v
	}()
	select {
	case <-next:
		t.Fatal("there is nothing new")
	case <-time.After(200 * time.Millisecond):
	}
	id := o.sends(hello)
	require.Equal(t, id, (<-next).Messages[0].ID)
	require.Equal(t, id, o.sees(o.sam, o.priya.Email).Places[0].Latest, "also where another conversation is open")

	ctx, cancel := context.WithCancel(t.Context())
	now := o.sees(o.sam, "ops")
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, o.url+"/_sandbox/chat/view?since="+strconv.Itoa(now.Revision), nil)
	require.NoError(t, err)
	cancel()
	_, err = http.DefaultClient.Do(r)
	require.ErrorIs(t, err, context.Canceled)

	require.Equal(t, http.StatusNotFound, o.control(http.MethodGet, "/chat/view?as=nobody", "").status)
	require.Equal(t, http.StatusConflict, o.control(http.MethodGet, "/chat/view?as="+o.stranger.Email+"&in=ops", "").status)
	require.Contains(t, o.control(http.MethodGet, "/chat/people", "").text, o.stranger.Email)
}
