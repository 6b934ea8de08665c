package main

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/mattermost/mmtest/kvtable"
)

// outage is one operation of the table, or one call of the records, that fails once.
type outage struct {
	op     storeOp
	prefix string
	// call is that of the records, such as "Grants.SaveGrant".
	call string
	// after has it fail though it was carried out, as when the connection breaks after the commit.
	after bool
}

func (o outage) String() string {
	what := string(o.op) + " " + o.prefix
	if o.call != "" {
		what = o.call
	}
	if o.after {
		return what + " fails afterwards"
	}
	return what + " fails"
}

// strikes makes the outage happen once, and returns whether it did.
func (w *world) strikes(o outage) (struck *atomic.Bool) {
	struck = &atomic.Bool{}
	fault := func(op storeOp, key string) error {
		if op == o.op && strings.HasPrefix(key, o.prefix) && struck.CompareAndSwap(false, true) {
			return errOutage
		}
		return nil
	}
	records := func(call, _ string) error {
		if call == o.call && struck.CompareAndSwap(false, true) {
			return errOutage
		}
		return nil
	}
	switch {
	case o.call != "" && o.after:
		w.memory.OnReturn(records)
	case o.call != "":
		w.memory.OnCall(records)
	case o.after:
		w.mm.KV.OnAnswer(fault)
	default:
		w.mm.KV.OnCall(fault)
	}
	return struck
}

// recovers ends the outage.
func (w *world) recovers() {
	w.mm.KV.OnCall(nil)
	w.mm.KV.OnAnswer(nil)
	w.memory.OnCall(nil)
	w.memory.OnReturn(nil)
}

// recordOutages are these calls of the records, each failing before and after.
func recordOutages(calls ...string) []outage {
	var all []outage
	for _, call := range calls {
		all = append(all, outage{call: call}, outage{call: call, after: true})
	}
	return all
}

// outages are all operations on records with these prefixes, each failing before and after.
func outages(prefixes ...string) []outage {
	var all []outage
	for _, prefix := range prefixes {
		for _, op := range []storeOp{kvtable.Get, kvtable.Swap, kvtable.Set, kvtable.Delete} {
			all = append(all, outage{op: op, prefix: prefix}, outage{op: op, prefix: prefix, after: true})
		}
	}
	return all
}

func TestAStartDuringADatabaseOutageIsAnsweredAndTheNextWorks(t *testing.T) {
	t.Parallel()
	for _, o := range recordOutages("Meetings.Begin", "Meetings.Announce", "Meetings.Release", "Meetings.SetPersonalMeetingID", "Grants.Grant") {
		t.Run(o.String(), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "user")
			w.connect(w.alice)
			struck := w.strikes(o)
			w.alice.Post("/api/v1/meetings", map[string]any{"channel_id": w.town.ID, "identity": "personal"})
			if struck.Load() && len(meetings(w.town)) == 0 {
				requireSays(t, w.alice.LastNote().Text(), "Something went wrong on the server")
			}
			if !struck.Load() {
				require.Len(t, meetings(w.town), 1)
			}
			w.recovers()
			before := len(meetings(w.town))
			w.alice.Types("/zoom start", w.town)
			note := ""
			if notes := w.alice.Notes(); len(notes) > 0 {
				note = notes[len(notes)-1].Text()
			}
			if len(meetings(w.town)) == before {
				// Either the first one is open, or its reservation could not be given back and runs out soon.
				require.Regexp(t, "already started a Zoom meeting here|already starting in this channel", note)
				w.zoom.Advance(31 * time.Minute)
				w.alice.Types("/zoom start", w.town)
				require.Len(t, meetings(w.town), before+1)
			}
		})
	}
}

func TestAMeetingStillEndsDuringADatabaseOutage(t *testing.T) {
	t.Parallel()
	for _, o := range append(recordOutages("Meetings.Find", "Meetings.Save"), outages("clm.", "inb.")...) {
		t.Run(o.String(), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "s2s")
			w.alice.Types("/zoom start", w.town)
			post := meetings(w.town)[0]
			w.begins(post)
			w.strikes(o)
			require.NoError(t, w.zoom.EndMeeting(w.meetingID(post)))
			w.zoom.Advance(6 * time.Minute) // Zoom tries again where it got no receipt
			w.takesOver()
			require.Equal(t, "ENDED", post.Refreshed().Prop("meeting_status"))
			require.NotContains(t, w.openIn(w.town), post.Id)
		})
	}
}

func TestConnectingDuringADatabaseOutageIsAnsweredAndTheNextWorks(t *testing.T) {
	t.Parallel()
	for _, o := range recordOutages("Meetings.SetPersonalMeetingID", "Grants.Grant", "Grants.GrantsOf", "Grants.SaveGrant", "Grants.DeleteGrant", "SignIns.UseState", "SignIns.StateUsed", "Keyring.Keyring") {
		t.Run(o.String(), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "user")
			w.connect(w.alice) // so that there is something to be replaced
			w.alice.Types("/zoom connect", w.town)
			back := w.allowsAs(w.alice, w.bob, w.connectLink(w.alice))
			struck := w.strikes(o)
			page := w.alice.Get(back)
			if page.Status != http.StatusOK {
				require.True(t, struck.Load())
				requireSays(t, page.Body, "Not connected", "Something went wrong on the server")
			}
			w.connectAs(w.alice, w.bob)
			require.True(t, w.canStart(w.alice))
		})
	}
}

func TestDisconnectingDuringADatabaseOutageIsAnsweredAndTheNextWorks(t *testing.T) {
	t.Parallel()
	for _, o := range recordOutages("Meetings.SetPersonalMeetingID", "Grants.Grant", "Grants.DeleteGrant") {
		t.Run(o.String(), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "user")
			w.connect(w.alice)
			w.strikes(o)
			disconnect := func() string {
				w.alice.Types("/zoom disconnect", w.town)
				if strings.Contains(w.alice.LastNote().Text(), "Disconnect from Zoom") {
					w.alice.Clicks("Disconnect")
				}
				return w.alice.LastNote().Text()
			}
			require.Regexp(t, "Disconnected from Zoom|Something went wrong on the server", disconnect())
			require.Regexp(t, "Disconnected from Zoom|Your Zoom account isn't connected", disconnect())
			require.False(t, w.canStart(w.alice))
		})
	}
}

func TestMeetingsStartWhereTheDatabaseCannotBeReached(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"s2s", "user", "account"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, mode)
			switch mode {
			case "user":
				w.connect(w.alice)
			case "account":
				w.connect(w.admin)
			}
			if mode != "s2s" {
				w.alice.Types("/zoom start", w.backroom)
				require.Len(t, meetings(w.backroom), 1, "its token is known from now on")
			}
			w.memory.OnCall(func(string, string) error { return fault.New(fault.DatabaseUnavailable) })
			w.zoom.Advance(10 * time.Minute)
			w.alice.Types("/zoom start", w.town)
			require.Len(t, meetings(w.town), 1)
			requireSays(t, w.alice.LastNote().Text(), "Your meeting has started", "can't reach its database")
			w.alice.Types("/zoom settings", w.town)
			requireSays(t, w.alice.LastNote().Text(), "The plugin can't reach its database right now")
			w.recovers()
			post := meetings(w.town)[0]
			require.Eventually(t, func() bool { return w.openIn(w.town) == post.Id }, patience, tick, "it is recorded as soon as that works")
			w.begins(post)
			w.ends(post)
			require.Equal(t, "ENDED", post.Refreshed().Prop("meeting_status"))
		})
	}
}
