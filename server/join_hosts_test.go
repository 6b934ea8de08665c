package main

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/mattermost/mmtest"
)

// hostFor returns the host that the server vouches for when a viewer's browser asks about a post.
func (w *world) hostFor(u *mmtest.User, meetingID, postID string) string {
	w.t.Helper()
	answer := u.Get("/plugins/zoom/api/v1/meetings/" + meetingID + "/posts/" + postID)
	require.Equal(w.t, http.StatusOK, answer.Status, answer.Body)
	var said struct {
		JoinHost string `json:"join_host"`
	}
	require.NoError(w.t, answer.JSON(&said))
	return said.JoinHost
}

func TestC2_TheHostFromZoomsAnswerIsTrustedForThatPostOnly(t *testing.T) {
	t.Parallel()
	for _, host := range []string{"acme.zoom.com", "us02web.zoom-x.de", "acme.zoom.com.cn", "meet.acme.example", "acme.zoom.us"} {
		t.Run(host, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "s2s")
			w.failsOnce("POST", "/v2/users/", 201, `{"id":82345678901,"uuid":"a==","host_id":"host","topic":"Weekly","type":1,"join_url":"https://`+host+`/j/82345678901?pwd=x"}`)
			w.alice.Types("/zoom start", w.town)
			post := meetings(w.town)[0]
			require.Equal(t, host, w.hostFor(w.bob, "82345678901", post.Id))

			forged := w.bob.Says("Join https://evil.example/j/82345678901", w.town)
			require.Empty(t, w.hostFor(w.alice, "82345678901", forged.Id), "another post, though it names the meeting")
			require.Empty(t, w.hostFor(w.alice, "82345678902", post.Id))
			require.Empty(t, w.hostFor(w.alice, "x", post.Id))

			w.bob.Types("/zoom start", w.town)
			require.Equal(t, post.Id, w.bob.LastNote().Prop("meeting_post_id"), "the prompt names the post to ask about")
		})
	}
}

func TestC9_ThePostKeepsItsOriginalMessageAndItsAuthorsEdits(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "s2s")
	w.alice.Types("/zoom start", w.town)
	post := meetings(w.town)[0]
	require.Equal(t, post.Message, post.Prop("meeting_message"))
	w.begins(post)
	w.ends(post)
	require.Equal(t, post.Message, post.Refreshed().Prop("meeting_message"), "so that an edit can be recognized")
}
