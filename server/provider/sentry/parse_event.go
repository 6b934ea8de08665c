package sentry

import (
	"cmp"
	"encoding/json"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

// sentEvent is an event of an issue. It has only the number of the project; the slug is in the address.
type sentEvent struct {
	ID          text                    `json:"event_id"`
	OldID       text                    `json:"id"`
	Title       text                    `json:"title"`
	Message     text                    `json:"message"`
	Culprit     text                    `json:"culprit"`
	Level       text                    `json:"level"`
	Release     text                    `json:"release"`
	Environment text                    `json:"environment"`
	At          timestamp               `json:"datetime"`
	Timestamp   timestamp               `json:"timestamp"`
	Project     text                    `json:"project"`
	IssueID     text                    `json:"issue_id"`
	WebURL      text                    `json:"web_url"`
	IssueURL    text                    `json:"issue_url"`
	URL         text                    `json:"url"`
	Tags        list[list[text]]        `json:"tags"`
	Exception   lenient[sentExceptions] `json:"exception"`
	Trace       lenient[sentTrace]      `json:"stacktrace"`
	Metadata    lenient[sentMetadata]   `json:"metadata"`
	Log         lenient[sentLog]        `json:"logentry"`
	User        lenient[sentUser]       `json:"user"`
	Occurrence  lenient[sentOccurrence] `json:"occurrence"`
}

type sentLog struct {
	Formatted text `json:"formatted"`
	Message   text `json:"message"`
}

// sentUser is the affected user.
type sentUser struct {
	ID    text `json:"id"`
	Email text `json:"email"`
	Name  text `json:"username"`
	IP    text `json:"ip_address"`
}

// sentOccurrence is the text of an issue that isn't an error, such as an outage or feedback.
type sentOccurrence struct {
	Title    text `json:"issueTitle"`
	Subtitle text `json:"subtitle"`
}

// tag returns the value of a tag.
func (e sentEvent) tag(wanted text) string {
	for _, pair := range e.Tags {
		if len(pair) == 2 && pair[0] == wanted {
			return pair[1].line(maxName)
		}
	}
	return ""
}

// issueID returns the issue's ID, or the end of its address.
func (e sentEvent) issueID() string {
	if id := e.IssueID.id(); id != "" {
		return id
	}
	address := strings.TrimRight(string(e.IssueURL), "/")
	return slugOf(address[strings.LastIndex(address, "/")+1:])
}

// occurrence returns what explains the event. The affected user is left out unless personal data is allowed.
func (e sentEvent) occurrence(personal bool) *occurrence {
	o := &occurrence{
		ID: cmp.Or(e.ID.id(), e.OldID.id()), At: untrusted.Latest(e.At.Time), Culprit: e.Culprit.line(maxCulprit),
		Level:       cmp.Or(e.Level.id(), slugOf(e.tag("level"))),
		Release:     cmp.Or(e.Release.line(maxName), e.tag("release"), e.tag("sentry:release")),
		Environment: cmp.Or(e.Environment.line(maxName), e.tag("environment")),
	}
	if o.At.IsZero() {
		o.At = e.Timestamp.Time
	}
	kind, value := "", ""
	trace := e.Trace.get().Frames
	if raised := e.Exception.get().Values; len(raised) > 0 {
		last := raised[len(raised)-1]
		kind, value = last.Type.line(maxName), last.Value.line(maxMessage)
		if frames := last.Trace.get().Frames; len(frames) > 0 {
			trace = frames
		}
	}
	o.Frame = frameOf(trace)
	meta, log, what := e.Metadata.get(), e.Log.get(), e.Occurrence.get()
	o.Message = cmp.Or(value, e.Message.line(maxMessage), what.Subtitle.line(maxMessage), log.Formatted.line(maxMessage), log.Message.line(maxMessage),
		meta.Value.line(maxMessage))
	raised := sentMetadata{Type: text(kind), Value: text(value)}
	o.Title = cmp.Or(what.Title.line(maxTitle), e.Title.line(maxTitle), raised.title(), meta.title(), untrusted.Line(o.Message, maxTitle))
	if personal {
		u := e.User.get()
		o.User = cmp.Or(u.Email.line(maxName), u.Name.line(maxName), u.ID.line(maxName), u.IP.line(maxName))
	}
	return o
}

// parseEvent reads an alert about an issue, or a single error.
func (s deliveries) parseEvent(resource string, e envelope, n eventData) ([]provider.Event, error) {
	var data struct {
		Event sentEvent                `json:"event"`
		Error sentEvent                `json:"error"`
		Rule  text                     `json:"triggered_rule"`
		Alert lenient[sentAlertAction] `json:"issue_alert"`
	}
	if err := json.Unmarshal(e.Data, &data); err != nil {
		return nil, errors.Wrap(err, "read an event")
	}
	sent := data.Event
	n.Type = typeAlert
	if resource == kindError {
		sent, n.Type = data.Error, typeError
	}
	n.By = actor{} // always Sentry itself
	n.Event = sent.occurrence(s.personalData())
	page, at, slug := readAddresses(string(sent.WebURL), string(sent.URL), string(sent.IssueURL))
	n.fillLocation(at)
	n.Issue = &issue{ID: sent.issueID(), URL: page, Project: project{ID: sent.Project.id(), Slug: slug}}
	if n.Issue.ID == "" || n.Event.ID == "" {
		return nil, errors.New("an event of no issue")
	}
	n.Rule = cmp.Or(data.Rule.line(maxName), data.Alert.get().Title.line(maxName))
	n.Channel = data.Alert.get().channel()
	return []provider.Event{issueEvent(n)}, nil
}

// parseLegacy reads a delivery of a project's legacy webhook, which isn't signed.
func (s deliveries) parseLegacy(d provider.Delivery) ([]provider.Event, error) {
	var body struct {
		ID          text               `json:"id"`
		Project     text               `json:"project"`
		ProjectSlug text               `json:"project_slug"`
		ProjectName text               `json:"project_name"`
		Level       text               `json:"level"`
		Culprit     text               `json:"culprit"`
		Message     text               `json:"message"`
		URL         text               `json:"url"`
		Rules       list[text]         `json:"triggering_rules"`
		Event       lenient[sentEvent] `json:"event"`
	}
	if len(d.Body) == 0 {
		return nil, nil
	}
	if err := json.Unmarshal(d.Body, &body); err != nil {
		return nil, errors.Wrap(err, "read a legacy delivery")
	}
	o := body.Event.get().occurrence(s.personalData())
	o.Level, o.Culprit = cmp.Or(o.Level, body.Level.id()), cmp.Or(o.Culprit, body.Culprit.line(maxCulprit))
	o.Message = cmp.Or(o.Message, body.Message.line(maxMessage))
	o.Title = cmp.Or(o.Title, untrusted.Line(o.Message, maxTitle))
	page, at, _ := readAddresses(string(body.URL))
	n := eventData{At: d.ReceivedAt, Type: typeAlert, Event: o, Unsigned: true}
	n.fillLocation(at)
	n.Issue = &issue{ID: body.ID.id(), URL: page, Project: project{
		Slug: cmp.Or(body.ProjectSlug.id(), body.Project.id()), Name: body.ProjectName.line(maxName),
	}}
	if n.Issue.ID == "" {
		return nil, errors.New("a legacy delivery without an issue")
	}
	if o.ID == "" {
		// Old versions don't name the event, so its text and time do.
		o.ID = untrusted.HashID(timeKey(d.ReceivedAt), o.Title)
	}
	if len(body.Rules) > 0 {
		n.Rule = body.Rules[0].line(maxName)
	}
	return []provider.Event{issueEvent(n)}, nil
}
