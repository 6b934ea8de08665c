package console

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/kv"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/queue"
)

// trialPrefix begins the subjects of cards that only try a connection out, so that they are none of the tool's.
const trialPrefix = "test/"

// maxTrials is how often it is tried to show one in a channel in which much happens.
const maxTrials = 4

// test shows a sample card in the channel, the way the tool's own news would come, and says how the last of those went. Faults: those of
// mayConnect, NotFollowed.
func (s *Service) test(ctx context.Context, w wish) (chat.Note, error) {
	if err := s.Rights.MayConnect(ctx, w.actor, w.place); err != nil {
		return chat.Note{}, err
	}
	c, note, err := s.theOne(ctx, w, deedTest, chat.Say("bridge.test.which"))
	if err != nil || c.ID == "" {
		return note, err
	}
	sample := asTrial(s.Registry.Get(w.provider).Sample(s.Now()))
	told := chat.Say("bridge.test.told", "Who", s.Notices.Who(ctx, w.actor), "Provider", s.Name(w.provider), "Name", c.Link())
	if err := s.People.Announce(ctx, w.place.Top(), told); err != nil {
		return chat.Note{}, errors.Wrap(err, "announce a test")
	}
	trial := forTrial(c, w.place, s.Registry.Describe(w.provider).Events)
	for tries := 1; ; tries++ {
		err := s.Cards.Apply(ctx, trial, []provider.Event{sample})
		if err == nil {
			break
		}
		if !errors.Is(err, queue.ErrNotYet) || tries == maxTrials || kv.Pause(ctx, tries, time.Second/2, 2*time.Second) != nil {
			return chat.Note{}, errors.Wrap(err, "show a sample card")
		}
	}
	lines := []chat.Message{chat.Say("bridge.test.done")}
	s.Journal.Flush(ctx)
	journal, err := s.Records.Journal(ctx, c.ID)
	if err != nil {
		return chat.Note{}, errors.Wrap(err, "read what arrived lately")
	}
	if len(journal) == 0 {
		return chat.Note{Text: chat.Lines(append(lines, s.whyNothing(w)...)...)}, nil
	}
	seen := bridge.Visible(journal, w.place)
	if len(seen) == 0 {
		lines = append(lines, chat.Say("bridge.status.elsewhere"))
	} else {
		lines = append(lines, chat.Say("bridge.test.last", "Provider", s.Name(w.provider)), s.line(w.provider, seen[0]))
	}
	return chat.Note{Text: chat.Lines(append(lines, s.advice(ctx, c, journal, seen)...)...)}, nil
}

// asTrial returns the sample as an event of its own, that is part of nothing else: no streak counts it, and no other card shows it.
func asTrial(sample provider.Event) provider.Event {
	sample.Subject = trialPrefix + rand.Text()
	sample.ID = sample.Subject
	if sample.Series != "" {
		sample.Series = sample.Subject
	}
	sample.RelatedSubjects, sample.Resource = nil, ""
	return sample
}

// forTrial returns the connection as if only this channel followed it, and wanted all there is; nobody is called.
func forTrial(c bridge.Connection, place chat.Place, kinds []provider.EventKind) bridge.Connection {
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
