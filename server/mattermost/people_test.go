package mattermost_test

import (
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/mattermost/mmtest"
)

func TestPersonIsAsTheServerReportsThem(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	root := w.mm.AddUser("root", mmtest.Admin, mmtest.SignsInWith("saml"), mmtest.Unverified, mmtest.Email("root@corp.example"))
	person, err := w.Person(t.Context(), chat.PersonID(root.ID))
	require.NoError(t, err)
	require.Equal(t, chat.Person{
		ID: chat.PersonID(root.ID), Username: "root", Email: "root@corp.example", IdentityProvider: "saml", Admin: true,
	}, person)

	alice, err := w.Person(t.Context(), chat.PersonID(w.alice.ID))
	require.NoError(t, err)
	require.True(t, alice.EmailVerified)
	require.False(t, alice.Admin)

	_, err = w.Person(t.Context(), "nobody")
	require.Error(t, err)
}

func TestAddressesThatTheServerItselfKeepsHaveNoIdentityProvider(t *testing.T) {
	t.Parallel()
	for _, service := range []string{"", "email", "magic_link"} {
		w := newWorld(t)
		guest := w.mm.AddUser("guest", mmtest.SignsInWith(service))
		person, err := w.Person(t.Context(), chat.PersonID(guest.ID))
		require.NoError(t, err)
		require.Empty(t, person.IdentityProvider, service)
	}
}

func TestServerSettingsCountFromWhenTheyAreChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	require.False(t, w.VerifiesEmail())
	w.mm.Configure(func(config *model.Config) {
		*config.EmailSettings.RequireEmailVerification = true
		*config.ServiceSettings.SiteURL = "https://talk.example.com/sub"
	})
	w.ServerSettingsChanged()
	require.True(t, w.VerifiesEmail())
	require.Equal(t, "https://talk.example.com/sub", w.SiteURL())
}

func TestChannelsAreKnownByTheirKind(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	private := w.mm.AddChannel("secret", mmtest.Private, w.alice)
	direct := w.mm.AddChannel("direct", mmtest.Direct, w.alice, w.bob)

	public, err := w.Channel(t.Context(), place(w.townSquare.ID))
	require.NoError(t, err)
	require.True(t, public.Public)
	for _, c := range []*mmtest.Channel{private, direct} {
		found, err := w.Channel(t.Context(), place(c.ID))
		require.NoError(t, err)
		require.False(t, found.Public)
	}
	w.townSquare.Archive()
	public, err = w.Channel(t.Context(), place(w.townSquare.ID))
	require.NoError(t, err)
	require.True(t, public.Archived)

	_, err = w.Channel(t.Context(), place("elsewhere"))
	require.True(t, fault.Is(err, fault.NoPost))
}

// The peer asks whether a user may post only after the meeting exists; the answer has to be reliable before that.
func TestDefect38_OnlyThoseWhoMayPostCan(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(w *world)
		want   bool
	}{
		"a member":                      {func(*world) {}, true},
		"someone who left":              {func(w *world) { w.townSquare.Leave(w.alice) }, false},
		"a member without permission":   {func(w *world) { w.townSquare.Silence(w.alice) }, false},
		"anyone in an archive":          {func(w *world) { w.townSquare.Archive() }, false},
		"a deactivated member":          {func(w *world) { w.alice.Becomes(mmtest.Deactivated) }, false},
		"an admin who is a member":      {func(w *world) { w.alice.Becomes(mmtest.Admin) }, true},
		"an admin who is not a member":  {func(w *world) { w.alice.Becomes(mmtest.Admin); w.townSquare.Leave(w.alice) }, false},
		"a member of an unknown server": {func(w *world) { w.mm.BreakConnection() }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c.change(w)
			require.Equal(t, c.want, w.MayPost(t.Context(), actor(w.alice.ID), place(w.townSquare.ID)))
		})
	}
	t.Run("nowhere", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		require.False(t, w.MayPost(t.Context(), actor(w.alice.ID), place("elsewhere")))
		for _, outsider := range [][2]string{{w.alice.ID, "elsewhere"}, {"nobody", w.townSquare.ID}, {w.mm.AddUser("eve").ID, w.townSquare.ID}} {
			still, err := w.StillMayPost(t.Context(), actor(outsider[0]), place(outsider[1]))
			require.NoError(t, err, "that is an answer")
			require.False(t, still)
		}
	})
}

// The peer takes the thread's author for the user who asked, so that it rejects every thread that someone else started.
func TestDefect18_ThreadIsFoundWhoeverStartedIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	question := w.bob.Says("Should we talk?", w.townSquare)
	reply := w.alice.Says("Yes", question)
	elsewhere := w.mm.AddChannel("elsewhere", mmtest.Public, w.bob)

	for name, c := range map[string]struct{ post, channel, want string }{
		"no thread":        {"", w.townSquare.ID, ""},
		"its first post":   {question.Id, w.townSquare.ID, question.Id},
		"a reply in it":    {reply.Id, w.townSquare.ID, question.Id},
		"other channel":    {question.Id, elsewhere.ID, "refused"},
		"no such post":     {"nopost", w.townSquare.ID, "refused"},
		"not an id at all": {"../../users", w.townSquare.ID, "refused"},
	} {
		t.Run(name, func(t *testing.T) {
			root, err := w.Thread(t.Context(), in(c.channel, c.post))
			if c.want == "refused" {
				require.True(t, fault.Is(err, fault.ThreadElsewhere), "%v", err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, place(c.channel).In(c.want), root)
		})
	}

	question.Delete()
	_, err := w.Thread(t.Context(), in(w.townSquare.ID, question.Id))
	require.True(t, fault.Is(err, fault.ThreadElsewhere))
}
