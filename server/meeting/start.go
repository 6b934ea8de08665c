package meeting

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/zoom"
)

// Starter starts meetings.
type Starter struct {
	settings     func() Settings
	chat         Chat
	board        Board
	accounts     Accounts
	index        Index
	meetings     *zoomMeetings
	prompts      *prompts
	reservations *reservations
	memory       *memory
	recovery     *recovery
	background   func(func())
	now          func() time.Time
	log          *slog.Logger
}

// StartRequest is a user's request for a meeting. It is also carried through an authorization to resume the start afterwards. None of it
// is trusted; each start is checked in full.
type StartRequest struct {
	Actor chat.Actor `json:"-"`
	Place chat.Place `json:"place"`
	// FromChannel reports that the request was made in the channel itself, although the meeting goes to a thread. With collapsed threads,
	// a note in the thread wouldn't be seen.
	FromChannel bool   `json:"from_channel,omitempty"`
	Topic       string `json:"topic,omitempty"`
	Choice      Choice `json:"choice,omitempty"`
	// AllTheSame starts another meeting even if one is open in the channel.
	AllTheSame bool `json:"all_the_same,omitempty"`
	// Window is the window of the request; only that one opens the join page. "" opens none.
	Window string `json:"connection,omitempty"`
	// OpensItself reports that the window opens the join page itself if it gets its response right away. After a question it needs an
	// event like any other, so this isn't carried along.
	OpensItself bool `json:"-"`
}

// asked returns the place of the request, where responses go.
func (r StartRequest) asked() chat.Place {
	if r.FromChannel {
		return r.Place.Top()
	}
	return r.Place
}

// Outcome is the result of a start.
type Outcome struct {
	// Prompted reports that the user was asked something instead: to connect, which meeting, or whether to join the open one.
	Prompted bool
	Message  chat.MessageRef
	JoinURL  string
}

// Start starts a meeting, or asks the user for what is needed first. It shows the user every result, including the error that it returns.
func (s *Starter) Start(ctx context.Context, r StartRequest) (Outcome, error) {
	r.Topic = cut(strings.Join(strings.Fields(r.Topic), " "))
	outcome, err := s.start(ctx, &r)
	if err == nil {
		return outcome, nil
	}
	prompted, tellErr := s.prompts.explain(ctx, r, err)
	if tellErr != nil {
		s.log.Warn("A user couldn't be told why their meeting didn't start", "user_id", r.Actor.ID, "channel_id", r.Place.Channel, "error", tellErr.Error())
	}
	if prompted {
		return Outcome{Prompted: true}, nil
	}
	s.log.Log(ctx, fault.Level(err), "A meeting wasn't started", "user_id", r.Actor.ID, "channel_id", r.Place.Channel, "code", string(fault.CodeOf(err)), "error", err.Error())
	return Outcome{}, err
}

// Resume continues the start that waited for an authorization. An empty next means none: nothing happens.
func (s *Starter) Resume(ctx context.Context, actor chat.Actor, next string) (Outcome, error) {
	if next == "" {
		return Outcome{}, nil
	}
	var r StartRequest
	if err := json.Unmarshal([]byte(next), &r); err != nil {
		return Outcome{}, errors.Wrap(err, "read what to resume")
	}
	r.Actor = actor
	return s.Start(ctx, r)
}

// start completes the request, which explain needs after a failure.
func (s *Starter) start(ctx context.Context, asked *StartRequest) (Outcome, error) {
	if asked.Choice != Unspecified && asked.Choice != Unique && asked.Choice != Personal {
		return Outcome{}, fault.New(fault.InvalidInput)
	}
	who, err := s.permitted(ctx, asked)
	if err != nil {
		return Outcome{}, err
	}
	caller, err := s.accounts.Caller(ctx, who)
	if err != nil {
		return Outcome{}, err
	}
	begun, ticket, err := s.reservations.begin(ctx, *asked, caller.Grant)
	if err != nil {
		return Outcome{}, err
	}
	if begun.Choice == Ask {
		return Outcome{Prompted: true}, s.prompts.askWhich(ctx, *asked)
	}
	if begun.Abandoned != nil {
		s.background(func() { s.finish(context.WithoutCancel(ctx), *begun.Abandoned) })
	}
	asked.Choice = begun.Choice
	if !begun.Reserved {
		return Outcome{Prompted: true}, s.prompts.promptRunning(ctx, *asked, begun.Open)
	}
	s.accounts.GrantRead(ctx, caller, begun.Grant)
	outcome, err := s.create(ctx, *asked, who, caller, begun, ticket)
	if err != nil {
		s.reservations.release(ctx, asked.Place, ticket)
	}
	return outcome, err
}

// finish stores what an abandoned start posted.
func (s *Starter) finish(ctx context.Context, a Abandoned) {
	ctx, cancel := context.WithTimeout(ctx, UnderWayFor)
	defer cancel()
	if err := s.recovery.one(ctx, a); err != nil {
		s.log.Warn("A start whose server died couldn't be finished; a post of it may not show its meeting's end", "user_id", a.Actor.ID, "channel_id", a.Place.Channel, "error", err.Error())
	}
}

// permitted checks, at this moment and however the request arrived, that this person may start a meeting in this place. It replaces the
// post that the request names as the thread with the thread's first post.
func (s *Starter) permitted(ctx context.Context, r *StartRequest) (chat.Person, error) {
	settings := s.settings()
	if settings.Missing != "" {
		return chat.Person{}, fault.New(fault.NotConfigured).With("Setting", settings.Missing)
	}
	standing := s.chat.Standing(ctx, r.Actor, r.Place)
	if !standing.MayPost {
		return chat.Person{}, fault.New(fault.NoPost)
	}
	if settings.RestrictPublic && standing.Channel.Public {
		return chat.Person{}, fault.New(fault.Restricted)
	}
	if r.Place.Thread != "" {
		thread, err := s.chat.Thread(ctx, chat.MessageRef{Place: r.Place.Top(), ID: r.Place.Thread})
		if err != nil {
			return chat.Person{}, errors.Wrap(err, "look up the thread")
		}
		r.Place = thread
	}
	return standing.Person, nil
}

// cut shortens a topic to Zoom's limit.
func cut(topic string) string {
	if runes := []rune(topic); len(runes) > zoom.MaxTopic {
		return string(runes[:zoom.MaxTopic])
	}
	return topic
}

// create gets the meeting from Zoom and posts it. The post is what everyone waits for, so the record is stored after the answer.
func (s *Starter) create(ctx context.Context, r StartRequest, who chat.Person, caller zoom.Caller, begun Beginning, ticket string) (Outcome, error) {
	m, err := s.meetings.get(ctx, r, who, caller, begun.PersonalID)
	if err != nil {
		return Outcome{}, err
	}
	message, err := s.board.Announce(ctx, Announcement{Place: r.Place, Creator: who, Meeting: m})
	if err != nil {
		// The meeting exists in Zoom: its creator gets the link, so that it isn't lost.
		return Outcome{}, fault.Wrap(err, fault.NotPosted).With("Link", m.JoinURL)
	}
	if !r.OpensItself {
		s.chat.OpenJoinPage(ctx, r.Actor, r.Window, m.JoinURL)
	}
	o := opened(ticket, r, m, message, s.now())
	// If the server dies before this is done, another finds the post by the start's reservation.
	s.background(func() { s.memory.keep(context.WithoutCancel(ctx), r, o) })
	return Outcome{Message: message, JoinURL: m.JoinURL}, nil
}

// JoinHost returns the host of this post's join link as Zoom's API returned it, "" for a post that the plugin didn't write. Hosts differ:
// an account can have a vanity URL. Anyone can write a post with any link, so the post itself isn't trusted.
func (s *Starter) JoinHost(ctx context.Context, meetingID string, m chat.MessageRef) (string, error) {
	if !isMeetingNumber(meetingID) || m.Zero() {
		return "", nil
	}
	records, err := s.index.Find(ctx, meetingID)
	for _, r := range records {
		for _, p := range r.Posts {
			if p.Message.Is(m) && !r.Alias {
				return hostOf(p.JoinURL), nil
			}
		}
	}
	return "", errors.Wrap(err, "read the meeting's record")
}

func hostOf(link string) string {
	u, err := url.Parse(link)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Host)
}
