package sentry

import (
	"cmp"
	"context"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
)

// maxChoices limits the teams and the people in a form. Others can be named by email address.
const maxChoices = 200

// issueName returns the card's issue as a link.
func (a actionRun) issueName() chat.Text {
	return chat.Link(chat.Truncate(cmp.Or(a.subject.title(), a.subject.Short, a.subject.ID), maxName), cmp.Or(a.subject.URL, a.site.issueURL(a.subject.ID)))
}

// commentForm asks for a comment.
func commentForm(issueName chat.Text) *chat.Form {
	return &chat.Form{
		Title: chat.Say("sentry.form.comment"), Submit: chat.Say("sentry.form.send"),
		Intro: chat.Say("sentry.form.comment_intro").WithText("Issue", issueName),
		Fields: []chat.FormField{{
			Name: fieldText, Kind: chat.LongTextField, Label: chat.Say("sentry.form.text"), MaxLength: maxWritten,
		}},
	}
}

// sentTeam is a team with its projects, if the response names them.
type sentTeam struct {
	ID       text              `json:"id"`
	Slug     text              `json:"slug"`
	Projects list[sentProject] `json:"projects"`
}

// sentMember is a member of the organization. Its ID is that of the membership; issues are assigned to the user, which is missing until
// the invitation is accepted.
type sentMember struct {
	Name text `json:"name"`
	User lenient[struct {
		ID    text `json:"id"`
		Name  text `json:"name"`
		Email text `json:"email"`
	}] `json:"user"`
}

// assignForm asks for an assignee among the teams of the project and the members of the organization.
func (a actionRun) assignForm(ctx context.Context) (*chat.Form, error) {
	options := []chat.Option{}
	if a.request.Account.ID != "" {
		options = append(options, chat.Option{Label: chat.Say("sentry.form.me"), Value: "user:" + a.request.Account.ID})
	}
	if a.subject.Shown.Assignee.ID != "" {
		options = append(options, chat.Option{Label: chat.Say("sentry.form.no_one"), Value: unassigned})
	}
	teams, err := a.teams(ctx)
	if err != nil {
		return nil, err
	}
	members, err := a.members(ctx)
	if err != nil {
		return nil, err
	}
	options = append(append(options, teams...), members...)
	form := &chat.Form{
		Title: chat.Say("sentry.form.assign"), Submit: chat.Say("sentry.action.assign"),
		Intro: chat.Say("sentry.form.assign_intro").WithText("Issue", a.issueName()),
	}
	if len(options) > 0 {
		form.Fields = append(form.Fields, chat.FormField{
			Name: fieldAssignee, Kind: chat.SelectField, Label: chat.Say("sentry.form.assignee"), Optional: true, Options: options,
		})
	}
	form.Fields = append(form.Fields, chat.FormField{
		Name: fieldOther, Kind: chat.TextField, Label: chat.Say("sentry.form.other"), Help: chat.Say("sentry.form.other_help"), Optional: true,
		MaxLength: maxName * 3,
	})
	return form, nil
}

// teams returns the teams of the issue's project; Sentry accepts no others.
func (a actionRun) teams(ctx context.Context) ([]chat.Option, error) {
	var options []chat.Option
	_, err := pages(ctx, a.Session, a.endpoint("teams")+"?per_page="+perPage, maxPages, func(page []sentTeam) bool {
		for _, t := range page {
			if t.ID.id() == "" || !t.worksOn(a.subject.Project) || len(options) >= maxChoices {
				continue
			}
			label := chat.Verbatim("#" + t.Slug.line(maxName))
			options = append(options, chat.Option{Label: label, Value: "team:" + t.ID.id()})
		}
		return len(options) < maxChoices
	})
	return options, unlessForbidden(err)
}

// worksOn reports whether the team works on the project, as far as it is known.
func (t sentTeam) worksOn(p project) bool {
	for _, one := range t.Projects {
		if one.Slug.id() == p.Slug || p.ID != "" && one.ID.id() == p.ID {
			return true
		}
	}
	return len(t.Projects) == 0 || p == (project{})
}

func (a actionRun) members(ctx context.Context) ([]chat.Option, error) {
	var options []chat.Option
	_, err := pages(ctx, a.Session, a.endpoint("members"), maxPages, func(page []sentMember) bool {
		for _, m := range page {
			u := m.User.get()
			shown := cmp.Or(u.Name.line(maxName), m.Name.line(maxName), u.Email.line(maxName))
			if u.ID.id() == "" || shown == "" || u.ID.id() == a.request.Account.ID || len(options) >= maxChoices {
				continue
			}
			options = append(options, chat.Option{Label: chat.Verbatim(shown), Value: "user:" + u.ID.id()})
		}
		return len(options) < maxChoices
	})
	return options, unlessForbidden(err)
}

// unlessForbidden ignores the error of a list that the account can't see: people can still be named by email address.
func unlessForbidden(err error) error {
	if fault.Is(err, fault.ProviderForbidden, fault.ResourceUnknown) {
		return nil
	}
	return err
}
