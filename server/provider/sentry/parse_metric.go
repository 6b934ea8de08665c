package sentry

import (
	"cmp"
	"encoding/json"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

// parseMetric reads a metric alert. For a rule that watches several projects, it returns an event for each, because channels subscribe to
// projects.
func parseMetric(e envelope, n eventData) ([]provider.Event, error) {
	var data struct {
		Alert struct {
			ID         text       `json:"id"`
			Identifier text       `json:"identifier"`
			Title      text       `json:"title"`
			Projects   list[text] `json:"projects"`
			Started    timestamp  `json:"date_started"`
			Closed     timestamp  `json:"date_closed"`
			Rule       lenient[struct {
				Name        text            `json:"name"`
				Query       text            `json:"query"`
				Environment json.RawMessage `json:"environment"`
			}] `json:"alert_rule"`
		} `json:"metric_alert"`
		Title text `json:"description_title"`
		Text  text `json:"description_text"`
		URL   text `json:"web_url"`
	}
	if err := json.Unmarshal(e.Data, &data); err != nil {
		return nil, errors.Wrap(err, "read a metric alert")
	}
	alert := data.Alert
	m := metric{
		ID: cmp.Or(alert.ID.id(), alert.Identifier.id()), Status: e.Action.id(), Started: alert.Started.Time,
		Title: cmp.Or(alert.Title.line(maxTitle), data.Title.line(maxTitle)), Text: metricText(data.Text),
		Rule: alert.Rule.get().Name.line(maxName), Query: alert.Rule.get().Query.line(maxCulprit), URL: untrusted.URL(string(data.URL)),
	}
	if m.ID == "" {
		return nil, errors.New("a metric alert without an ID")
	}
	environment := alert.Rule.get().Environment
	m.AllEnvironments = string(environment) == "null"
	m.Environment = rawText(environment).line(maxName)
	_, at, _ := readAddresses(m.URL)
	n.fillLocation(at)
	n.Type, n.By = typeAlert, actor{}
	slugs := []string{}
	for _, p := range alert.Projects[:min(len(alert.Projects), maxMetricProjects)] {
		if slug := p.id(); slug != "" {
			slugs = append(slugs, slug)
		}
	}
	if len(slugs) == 0 {
		slugs = []string{unknownProject}
	}
	var events []provider.Event
	for _, slug := range slugs {
		one := m
		one.Project = slug
		n.Metric = &one
		// An alert may become critical twice with the same text. A repeated delivery changes nothing because the state is the same.
		id := untrusted.HashID(m.ID, m.Status, m.Text, timeKey(alert.Closed.Time), timeKey(n.At))
		events = append(events, event(n, provider.Event{
			ID: id, Subject: "metric/" + m.ID + "/" + slug, Resource: slug, Labels: m.labels(),
		}))
	}
	return events, nil
}

// maxMetricProjects limits the projects of one metric alert.
const maxMetricProjects = 20

// metricText returns the text of a metric alert with its line breaks. In Sentry's own example, a line break is written out.
func metricText(t text) string {
	return text(strings.ReplaceAll(string(t), `\nFilter:`, "\nFilter:")).block(maxMessage)
}

// rawText reads a text that may be missing.
func rawText(raw json.RawMessage) text {
	var t text
	if len(raw) == 0 || t.UnmarshalJSON(raw) != nil {
		return ""
	}
	return t
}

// labels returns the labels for filters. Without the name of the rule, the title of the alert is used.
func (m metric) labels() map[string]string {
	all := noLevelLabel()
	if rule := cmp.Or(m.Rule, m.Title); rule != "" {
		all[labelRule] = rule
	}
	if m.Environment != "" {
		all[labelEnvironment] = m.Environment
	}
	return all
}

// parseInstallation reads that the integration was added to or removed from an organization.
func parseInstallation(e envelope, n eventData) ([]provider.Event, error) {
	var data struct {
		Installation struct {
			UUID text `json:"uuid"`
			App  lenient[struct {
				Slug text `json:"slug"`
			}] `json:"app"`
			Organization lenient[struct {
				Slug text `json:"slug"`
			}] `json:"organization"`
		} `json:"installation"`
	}
	if err := json.Unmarshal(e.Data, &data); err != nil {
		return nil, errors.Wrap(err, "read an installation")
	}
	uuid := data.Installation.UUID.id()
	if uuid == "" {
		return nil, errors.New("an installation without an ID")
	}
	n.fillLocation(location{Slug: data.Installation.Organization.get().Slug.id()})
	n.Install = &install{App: data.Installation.App.get().Slug.id(), Action: e.Action.id()}
	return []provider.Event{event(n, provider.Event{ID: untrusted.HashID(uuid, n.Install.Action), Subject: "installation/" + uuid, Labels: noLevelLabel()})}, nil
}

// parseOther reads a delivery of an unknown kind, as far as it resembles others.
func parseOther(resource string, e envelope, n eventData) ([]provider.Event, error) {
	word := slugOf(resource)
	if word == "" {
		return nil, nil
	}
	var data struct {
		WebURL  text               `json:"web_url"`
		Issue   lenient[sentIssue] `json:"issue"`
		Event   lenient[sentEvent] `json:"event"`
		Group   text               `json:"group_id"`
		IssueID text               `json:"issue_id"`
		Slug    text               `json:"project_slug"`
		Project text               `json:"projectSlug"`
	}
	if len(e.Data) > 0 && !strings.HasPrefix(string(e.Data), "{") || len(e.Data) > 0 && json.Unmarshal(e.Data, &data) != nil {
		return nil, errors.New("a delivery that says nothing")
	}
	i, at := data.Issue.get().issue(false)
	if id := cmp.Or(i.ID, data.Group.id(), data.IssueID.id()); id != "" {
		// Whatever happened to an issue belongs in its thread.
		if i.ID == "" {
			i = &issue{ID: id, Project: project{Slug: cmp.Or(data.Slug.id(), data.Project.id())}}
		}
		n.Type, n.Issue, n.Activity = typeActivity, i, strings.TrimSpace(word+" "+e.Action.id())
		n.fillLocation(at)
		return []provider.Event{issueEvent(n)}, nil
	}
	page, where, slug := readAddresses(string(data.WebURL), string(data.Event.get().WebURL), string(data.Event.get().URL))
	n.fillLocation(where)
	n.Other = &other{
		Resource: word, Action: e.Action.id(),
		Title: data.Event.get().Title.line(maxTitle), URL: page,
	}
	p := project{Slug: cmp.Or(data.Project.id(), data.Slug.id(), slug), ID: data.Event.get().Project.id()}
	id := untrusted.HashID(word, string(e.Action), string(e.Data))
	return []provider.Event{event(n, provider.Event{ID: id, Subject: "other/" + id, Resource: p.resource(), Labels: noLevelLabel()})}, nil
}
