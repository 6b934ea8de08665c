package console

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/bridge/notice"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/command"
	"mattermost-plugin-zoom/server/fault"
)

const (
	// overviewTyped is how many connections one message shows.
	overviewTyped = 10
	// maxOverviewText is how much of the text is looked for, in characters.
	maxOverviewText = 100
)

// Connections is what the overview reads.
type Connections interface {
	// Overview returns a page of all connections. It is one statement.
	Overview(ctx context.Context, q bridge.OverviewQuery) (bridge.Overview, error)
}

// Health is how a connection does.
type Health string

// A healthy connection needs nothing; one to note had failures; a broken one shows nothing until a user acts.
const (
	Healthy Health = "ok"
	ToNote  Health = "warn"
	Broken  Health = "fail"
)

// Overview is a page of all connections of the server, for system admins.
type Overview struct {
	// Page is the number of the page from 1, Pages how many there are. All is how many connections there are.
	Page, Pages, All int
	Lines            []OverviewLine
}

// OverviewLine is a connection.
type OverviewLine struct {
	ID string
	// Provider is the provider's name, Name the connection's; URL is its page there, "" for none.
	Provider, Name, URL string
	Health              Health
	// Details say what is wrong, which channels follow it, what arrived last, and who connected it.
	Details []chat.Message
}

// Overviews shows system admins all connections of the server. It is safe for concurrent use.
type Overviews struct{ Dependencies }

// NewOverviews returns an Overviews that works with these.
func NewOverviews(d Dependencies) *Overviews { return &Overviews{Dependencies: d} }

// Overview returns a page of all connections; the page begins at 1. The text narrows it to what contains it, failing to what had failures in
// 24 hours. Of the channels, those are named that the admin may post in; the others are counted. Fault: Forbidden.
func (s *Overviews) Overview(ctx context.Context, actor chat.Actor, q bridge.OverviewQuery, page int) (Overview, error) {
	admin, err := s.People.Person(ctx, actor.Person)
	if err != nil {
		return Overview{}, errors.Wrap(err, "look up who asks for all connections")
	}
	if !admin.Admin {
		return Overview{}, fault.New(fault.Forbidden)
	}
	q.Text = chat.Truncate(conversation.Unquoted(q.Text), maxOverviewText)
	page = max(page, 1)
	q.Skip = (page - 1) * q.Most
	found, err := s.Connections.Overview(ctx, q)
	if err == nil && len(found.Connections) == 0 && page > 1 {
		page, q.Skip = 1, 0 // connections have ended since the page was offered
		found, err = s.Connections.Overview(ctx, q)
	}
	if err != nil {
		return Overview{}, errors.Wrap(err, "list all connections")
	}
	shown := Overview{Page: page, Pages: max((found.All+q.Most-1)/q.Most, 1), All: found.All}
	for _, c := range found.Connections {
		shown.Lines = append(shown.Lines, s.line(ctx, actor, c))
	}
	return shown, nil
}

func (s *Overviews) line(ctx context.Context, admin chat.Actor, c bridge.OverviewLine) OverviewLine {
	line := OverviewLine{ID: c.ID, Provider: s.Name(c.Provider), Name: c.Name, URL: c.Resource.URL}
	var problem chat.Message
	if line.Health, problem = s.healthOf(ctx, c); !problem.Zero() {
		line.Details = append(line.Details, problem)
	}
	if len(c.Subscriptions) == 0 {
		line.Details = append(line.Details, chat.Say("bridge.overview.account"))
	} else {
		line.Details = append(line.Details, s.channelsOf(ctx, admin, c.Connection))
		if !c.Last.IsZero() {
			line.Details = append(line.Details, chat.Say("bridge.overview.last").
				WithMessage("When", notice.Ago(s.Now(), c.Last)).WithMessage("Result", chat.Say("bridge.status.result."+string(c.Result))))
		}
	}
	if c.Failures > 0 {
		line.Details = append(line.Details, chat.Plural("bridge.overview.failures", c.Failures))
	}
	since := chat.Say("bridge.overview.since").WithText("Who", s.Notices.Who(ctx, c.CreatedBy)).WithMessage("When", notice.Ago(s.Now(), c.CreatedAt))
	line.Details = append(line.Details, since)
	return line
}

// channelsOf says which channels follow the connection, as far as the admin may see them.
func (s *Overviews) channelsOf(ctx context.Context, admin chat.Actor, c bridge.Connection) chat.Message {
	names, others := s.Directory.NamedChannels(ctx, admin, c, chat.Place{})
	if len(names) == 0 {
		return chat.Plural("bridge.overview.unnamed", others)
	}
	if others > 0 {
		names = append(names, chat.Plural("bridge.others", others))
	}
	return chat.Say("bridge.overview.channels").WithMessage("Channels", bridge.Enumerated(names))
}

// healthOf says how a connection does, and what is wrong, by its record alone: no provider is asked.
func (s *Overviews) healthOf(ctx context.Context, c bridge.OverviewLine) (Health, chat.Message) {
	_, installs := s.InstallerOf(c.Connection)
	_, err := s.Keys.HookOf(ctx, c.Connection)
	switch {
	case s.Enabled(c.Provider) == nil:
		return ToNote, chat.Say("bridge.overview.off")
	case fault.Is(err, fault.Unreadable):
		return Broken, chat.Say("bridge.overview.keys_lost")
	case len(c.Subscriptions) == 0:
		return Healthy, chat.Message{}
	case installs && len(c.Installation) == 0:
		return Broken, chat.Say("bridge.overview.no_webhook")
	case slices.Contains(bridge.Failures(), c.Result):
		return Broken, chat.Message{}
	case c.Last.IsZero():
		return ToNote, chat.Say("bridge.overview.silent")
	case c.Failures > 0:
		return ToNote, chat.Message{}
	}
	return Healthy, chat.Message{}
}

// Command returns the command that shows all connections, ten at a time.
func (s *Overviews) Command() *command.Command {
	return &command.Command{
		Name: "connections", Hint: chat.Say("bridge.hint.overview"), Help: chat.Say("bridge.command.overview"), Admin: true, Run: s.run,
	}
}

// run reads "failing", "page 3" and the text to look for.
func (s *Overviews) run(ctx context.Context, call command.Call) (chat.Message, error) {
	q, page := bridge.OverviewQuery{Most: overviewTyped}, 1
	var text []string
	words := strings.Fields(call.Text)
	for i := 0; i < len(words); i++ {
		number := 0
		if i+1 < len(words) {
			number, _ = strconv.Atoi(words[i+1])
		}
		switch word := strings.ToLower(words[i]); {
		case word == "failing":
			q.Failing = true
		case word == "page" && number > 0:
			page = number
			i++
		default:
			text = append(text, words[i])
		}
	}
	q.Text = strings.Join(text, " ")
	shown, err := s.Overview(ctx, call.Actor, q, page)
	if err != nil {
		return chat.Message{}, err
	}
	if len(shown.Lines) == 0 {
		return chat.Say("bridge.overview.none"), nil
	}
	first := (shown.Page-1)*overviewTyped + 1
	lines := []chat.Message{chat.Say("bridge.overview.title",
		"First", strconv.Itoa(first), "Last", strconv.Itoa(first+len(shown.Lines)-1), "All", strconv.Itoa(shown.All))}
	for _, line := range shown.Lines {
		lines = append(lines, chat.Say("bridge.overview.line."+string(line.Health), "Provider", line.Provider).
			WithText("Name", chat.Link(chat.Truncate(line.Name, 100), line.URL)).WithMessage("Details", bridge.Enumerated(line.Details)))
	}
	if shown.Page < shown.Pages {
		next := strings.TrimSpace(strings.Join(append([]string{"/zoom connections"}, text...), " "))
		if q.Failing {
			next += " failing"
		}
		lines = append(lines, chat.Message{}, chat.Say("bridge.overview.next").WithText("Command", chat.Code(next+" page "+strconv.Itoa(shown.Page+1))))
	}
	return chat.Lines(lines...), nil
}
