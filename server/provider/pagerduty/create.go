package pagerduty

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

// urgencyOfService is the option to use the service's urgency for a new incident.
const urgencyOfService = "service"

// AccountResource returns the account of the session's user.
func (p incidents) AccountResource(ctx context.Context, s provider.Session) (provider.Resource, error) {
	c := newClient(s)
	answer, err := c.do(ctx, http.MethodGet, "/users/me", nil, nil)
	if err != nil {
		return provider.Resource{}, err
	}
	return c.accountOf(answer.object("user"))
}

// accountOf returns the account of a user, identified by the host of the user's page.
func (c client) accountOf(user object) (provider.Resource, error) {
	page, err := url.Parse(user.person().URL)
	if err != nil || page.Host == "" {
		return provider.Resource{}, c.missing("the address of a user's page")
	}
	base := page.Scheme + "://" + page.Host
	name := page.Host
	if subdomain, _, named := strings.Cut(page.Hostname(), "."); named && net.ParseIP(page.Hostname()) == nil {
		name = subdomain
	}
	return provider.Resource{
		ID: "account/" + strings.ToLower(page.Host), Name: name, Path: pathAccount, URL: base + "/incidents",
		SettingsURL: base + "/integrations/webhook-subscriptions",
	}, nil
}

// CreateForm asks for a service that the user belongs to and a title. The other fields are optional.
func (p incidents) CreateForm(ctx context.Context, s provider.Session, values map[string]string) (chat.Form, error) {
	options, err := p.FieldOptions(ctx, s, FieldService, "")
	if err != nil {
		return chat.Form{}, err
	}
	if len(options) == 0 {
		return chat.Form{}, &provider.FieldError{Field: FieldService, Message: chat.Say("pagerduty.create.no_services")}
	}
	people, err := p.FieldOptions(ctx, s, FieldAssignee, "")
	if err != nil {
		return chat.Form{}, err
	}
	form := chat.Form{
		Title: chat.Say("pagerduty.create.title"), Submit: chat.Say("pagerduty.create.submit"),
		Fields: []chat.FormField{
			{Name: FieldService, Kind: chat.SelectField, Label: chat.Say("pagerduty.field.service"), Help: chat.Say("pagerduty.create.service_help"), Options: options, Search: true},
			{Name: FieldTitle, Kind: chat.TextField, Label: chat.Say("pagerduty.create.name"), Default: untrusted.Line(values[FieldTitle], maxIncidentTitle), MaxLength: 150},
			{
				Name: FieldAssignee, Kind: chat.SelectField, Label: chat.Say("pagerduty.create.assignee"), Help: chat.Say("pagerduty.create.assignee_help"),
				Options: people, Search: true, Optional: true,
			},
			{Name: FieldUrgency, Kind: chat.SelectField, Label: chat.Say("pagerduty.field.urgency"), Default: urgencyOfService, Options: urgencies()},
			{Name: FieldDetails, Kind: chat.LongTextField, Label: chat.Say("pagerduty.create.details"), Default: values[FieldDetails], Optional: true, MaxLength: 3000},
		},
	}
	if len(options) == 1 {
		form.Fields[0].Default = options[0].Value
	}
	if len(form.Fields[2].Options) == 0 {
		form.Fields = append(form.Fields[:2], form.Fields[3:]...)
	}
	return form, nil
}

// FieldOptions returns the services that the user belongs to, or the users of the account, whose names contain the text.
func (p incidents) FieldOptions(ctx context.Context, s provider.Session, field, text string) ([]chat.Option, error) {
	switch field {
	case FieldService:
		services, err := p.Services(ctx, s, text)
		var options []chat.Option
		for _, one := range services {
			options = append(options, chat.Option{Label: chat.Verbatim(one.Name), Value: one.ID})
		}
		return options, err
	case FieldAssignee:
		people, err := p.People(ctx, s, text)
		return optionsOf(people), err
	}
	return nil, fault.New(fault.InvalidInput)
}

// urgencies returns the options for the urgency of a new incident.
func urgencies() []chat.Option {
	return []chat.Option{
		{Label: chat.Say("pagerduty.create.urgency_service"), Value: urgencyOfService},
		{Label: chat.Say("pagerduty.create.urgency_high"), Value: urgencyHigh},
		{Label: chat.Say("pagerduty.create.urgency_low"), Value: urgencyLow},
	}
}

// Create triggers an incident.
func (p incidents) Create(ctx context.Context, s provider.Session, values map[string]string, key string) (provider.Event, error) {
	urgency := values[FieldUrgency]
	if urgency == urgencyOfService {
		urgency = ""
	}
	return p.Trigger(ctx, s, NewIncident{
		ServiceID: values[FieldService], Title: strings.TrimSpace(values[FieldTitle]), Urgency: urgency, Details: values[FieldDetails], Key: key,
		AssigneeID: strings.TrimPrefix(values[FieldAssignee], userPrefix),
	})
}

// Search returns incidents to choose from.
func (p incidents) Search(ctx context.Context, s provider.Session, text string, now time.Time) ([]provider.SearchResult, bool, error) {
	hits, more, err := p.Find(ctx, s, Search{Text: trimQuotes(text)}, now)
	var found []provider.SearchResult
	for _, hit := range hits {
		state := chat.Say("pagerduty.create.state." + hit.Status)
		if hit.Status != statusTriggered && hit.Status != statusAcknowledged && hit.Status != statusResolved {
			state = chat.Verbatim(hit.Status)
		}
		found = append(found, provider.SearchResult{ID: hit.ID, Title: hit.Title, State: state, Where: hit.Service})
	}
	return found, more, err
}

// Annotate adds a note to an incident.
func (p incidents) Annotate(ctx context.Context, s provider.Session, id, text, by string) (provider.ActionResult, error) {
	shown, err := newClient(s).incident(ctx, id)
	if err != nil {
		return provider.ActionResult{}, err
	}
	n := lookedUp(shown, Person{})
	noted, err := p.AddNote(ctx, s, n.Incident, text)
	if err != nil {
		return provider.ActionResult{}, err
	}
	i := incident{ID: n.Incident, Shown: n.Shown}
	link := chat.Link(i.title(), n.Shown.URL)
	return provider.ActionResult{
		Note:   chat.Say("pagerduty.note.noted").WithText("Incident", link),
		Share:  chat.Say("pagerduty.share.noted", "Who", by, "Text", untrusted.Line(text, maxText)).WithText("Incident", link),
		Events: []provider.Event{n.event(), noted},
	}, nil
}
