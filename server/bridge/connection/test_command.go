package connection

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/pause"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/queue"
)

// trialPrefix begins the subjects of test cards, so that they are none of the provider's.
const trialPrefix = "test/"

const (
	// maxTrials is how often it is tried to show one in a channel in which much happens.
	maxTrials = 4
	// trialPause is the wait after the first of those; it grows by as much each time.
	trialPause = time.Second / 2
)

// Test shows a sample card in the channel, as the provider's own events are shown, and says how the last of those went. Faults: those of
// MayConnect, NotFollowed.
func (s *Status) Test(ctx context.Context, w conversation.Request) (chat.Note, error) {
	if err := s.Rights.MayConnect(ctx, w.Actor, w.Place); err != nil {
		return chat.Note{}, err
	}
	c, note, err := s.follower.theOne(ctx, w, conversation.OpTest, chat.Say("bridge.test.which"))
	if err != nil || c.ID == "" {
		return note, err
	}
	sample := AsTrial(s.Registry.Get(w.Provider).Sample(s.Now()))
	told := chat.Say("bridge.test.told", "Provider", s.Name(w.Provider)).WithText("Who", s.Notices.Who(ctx, w.Actor)).WithText("Name", c.Link())
	if err := s.Messenger.Announce(ctx, w.Place.Top(), told); err != nil {
		return chat.Note{}, errors.Wrap(err, "announce a test")
	}
	trial := ForTrial(c, w.Place, s.Registry.Describe(w.Provider).Events)
	for tries := 1; ; tries++ {
		err := s.Cards.Apply(ctx, trial, []provider.Event{sample})
		if err == nil {
			break
		}
		if !errors.Is(err, queue.ErrNotYet) || tries == maxTrials || pause.For(ctx, time.Duration(tries)*trialPause) != nil {
			return chat.Note{}, errors.Wrap(err, "show a sample card")
		}
	}
	lines := []chat.Message{chat.Say("bridge.test.done")}
	logs, err := s.logsOf(ctx, w.Place, []bridge.Connection{c})
	if err != nil {
		return chat.Note{}, err
	}
	log := logs[c.ID]
	if log.empty() {
		return chat.Note{Text: chat.Lines(append(lines, s.whyNothing(w)...)...)}, nil
	}
	if len(log.seen) == 0 {
		lines = append(lines, chat.Say("bridge.status.elsewhere"))
	} else {
		lines = append(lines, chat.Say("bridge.test.last", "Provider", s.Name(w.Provider)), s.lineAgo(w.Provider, log.seen[0]))
	}
	return chat.Note{Text: chat.Lines(append(lines, s.advice(ctx, c, log)...)...)}, nil
}

// AsTrial returns the sample as an event of its own, that is part of nothing else: no streak counts it, and no other card shows it.
func AsTrial(sample provider.Event) provider.Event {
	sample.Subject = trialPrefix + rand.Text()
	sample.ID = sample.Subject
	if sample.Series != "" {
		sample.Series = sample.Subject
	}
	sample.RelatedSubjects, sample.Resource = nil, ""
	return sample
}

// ForTrial returns the connection as if only this channel followed it, and wanted everything; no one is mentioned.
func ForTrial(c bridge.Connection, place chat.Place, kinds []provider.EventKind) bridge.Connection {
	here := c.In(place)
	if len(here) == 0 {
		c.Subscriptions = nil
		return c
	}
	all := bridge.Subscription{ID: here[0].ID, Place: place.Top(), CreatedBy: here[0].CreatedBy, CreatedAt: here[0].CreatedAt}
	for _, kind := range kinds {
		all.Events = append(all.Events, kind.ID)
	}
	c.Subscriptions = []bridge.Subscription{all}
	return c
}
