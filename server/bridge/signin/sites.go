package signin

import (
	"context"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/command"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// Names of the fields of the form of a site.
const (
	fieldAddress      = "url"
	fieldKind         = "kind"
	fieldAPI          = "api"
	fieldClientID     = "client_id"
	fieldClientSecret = "client_secret" //nolint:gosec // the name of a field
)

// maxSiteURL bounds the address of a provider, in characters.
const maxSiteURL = 300

// RunSetup returns the command with which an admin says where a provider is installed, and how users authorize there.
func (s *Sites) RunSetup(providerID string) func(context.Context, command.Call) (chat.Message, error) {
	return func(ctx context.Context, call command.Call) (chat.Message, error) {
		what := conversation.Intent{Actor: call.Actor, Provider: providerID, Place: call.Place, Talk: call.Talk}
		if err := s.maySetUp(ctx, what); err != nil {
			return chat.Message{}, err
		}
		sites, err := s.Sessions.Sites(ctx, providerID)
		if err != nil {
			return chat.Message{}, errors.Wrap(err, "list the sites")
		}
		form := s.siteForm(providerID, sites)
		if len(form.Fields) == 0 {
			return chat.Say("bridge.setup.nothing", "Provider", s.Name(providerID)), nil
		}
		if call.Talk.Features().Forms {
			what.Kind = conversation.FormSetup
			if err := s.Prompts.Ask(ctx, call.Talk, form, what); err != nil {
				return chat.Message{}, err
			}
		}
		note, err := s.sitesNote(ctx, what, sites)
		if err != nil {
			return chat.Message{}, err
		}
		s.Notices.Show(ctx, what.Talk, note)
		return chat.Message{}, nil
	}
}

// maySetUp checks, at this moment, that the person is a system admin, and that secrets can be kept. Faults: Forbidden,
// ProviderOff, NotConfigured.
func (s *Sites) maySetUp(ctx context.Context, what conversation.Intent) error {
	who, err := s.People.Person(ctx, what.Actor.Person)
	if err != nil {
		return errors.Wrap(err, "look up who sets up")
	}
	if !who.Admin {
		return fault.New(fault.Forbidden)
	}
	if s.Enabled(what.Provider) == nil {
		return s.ProviderOff(what.Provider)
	}
	if missing := s.Settings().Missing; missing != "" {
		return fault.New(fault.NotConfigured).With("Setting", missing)
	}
	return nil
}

// sitesNote lists the sites that are known, with buttons that change the list.
func (s *Sites) sitesNote(ctx context.Context, what conversation.Intent, sites []provider.Site) (chat.Note, error) {
	what.Kind = conversation.PressSetup
	add, err := s.Prompts.Button(ctx, chat.Say("bridge.setup.add"), true, what)
	if err != nil {
		return chat.Note{}, err
	}
	note := chat.Note{Buttons: []chat.Button{add}}
	lines := s.registration(what.Provider, sites)
	for _, site := range sites {
		line := chat.Say("bridge.setup.site").WithText("URL", chat.Code(site.URL))
		if site.OAuth {
			line = chat.Say("bridge.setup.site_oauth").WithText("URL", chat.Code(site.URL))
		}
		lines = append(lines, line)
		if s.vendors(what.Provider, site) && !site.OAuth {
			continue // nothing that an admin has added
		}
		what.Kind, what.Text = conversation.PressSetupAsk, site.URL
		label := chat.Say("bridge.setup.remove", "URL", chat.Truncate(site.URL, conversation.MaxButtonLabel))
		remove, err := s.Prompts.Button(ctx, label, false, what)
		if err != nil {
			return chat.Note{}, err
		}
		note.Buttons = append(note.Buttons, remove)
	}
	note.Text = chat.Lines(lines...)
	return note, nil
}

// vendors reports whether the site is the vendor's own.
func (s *Sites) vendors(providerID string, site provider.Site) bool {
	clouded, ok := s.Registry.Get(providerID).(provider.CloudSites)
	return ok && slices.ContainsFunc(clouded.Sites(), func(own provider.Site) bool { return own.URL == site.URL })
}

// PressSetup shows the form of a site.
func (s *Sites) PressSetup(ctx context.Context, c chat.Click, what conversation.Intent) error {
	if err := s.maySetUp(ctx, what); err != nil {
		return err
	}
	sites, err := s.Sessions.Sites(ctx, what.Provider)
	if err != nil {
		return errors.Wrap(err, "list the sites")
	}
	what.Kind = conversation.FormSetup
	return s.Prompts.Ask(ctx, what.Talk, s.siteForm(what.Provider, sites), what)
}

// SiteEntered saves the site that an admin entered.
func (s *Sites) SiteEntered(ctx context.Context, a chat.FormAnswer, what conversation.Intent) (chat.FormErrors, error) {
	if err := s.maySetUp(ctx, what); err != nil {
		return nil, err
	}
	id, secret := strings.TrimSpace(a.Values[fieldClientID]), strings.TrimSpace(a.Values[fieldClientSecret])
	switch {
	case id == "" && secret != "":
		return chat.FormErrors{fieldClientID: chat.Say("bridge.setup.both")}, nil
	case id != "" && secret == "":
		return chat.FormErrors{fieldClientSecret: chat.Say("bridge.setup.both")}, nil
	}
	site, err := s.siteOf(ctx, what.Provider, a.Values)
	if err != nil {
		return conversation.FieldErrors(err)
	}
	if err := s.Sessions.SaveSite(ctx, what.Provider, site, id, secret); err != nil {
		return conversation.FieldErrors(err)
	}
	text := chat.Say("bridge.setup.saved", "Provider", s.Name(what.Provider)).WithText("URL", chat.Code(site.URL)).WithText("Command", chat.Code(s.Word(what.Provider)+" connect"))
	s.Notices.Show(ctx, what.Talk, chat.Note{Text: text})
	s.Trail.Did(bridge.AuditSetUp, what.Request(), "")
	s.Log.Info("An admin saved a provider's site", "user_id", a.Actor.ID, "provider", what.Provider, "site", site.URL)
	return nil, nil
}

// AskSiteAway asks whether to remove the site.
func (s *Sites) AskSiteAway(ctx context.Context, c chat.Click, what conversation.Intent) error {
	if err := s.maySetUp(ctx, what); err != nil {
		return err
	}
	what.Kind = conversation.PressSetupDrop
	button, err := s.Prompts.Button(ctx, chat.Say("bridge.setup.drop"), true, what)
	if err != nil {
		return err
	}
	note := chat.Note{Text: chat.Say("bridge.setup.ask").WithText("URL", chat.Code(what.Text)), Buttons: []chat.Button{button}}
	return errors.Wrap(what.Talk.Replace(ctx, note), "ask before removing a site")
}

// DropSite removes the site.
func (s *Sites) DropSite(ctx context.Context, c chat.Click, what conversation.Intent) error {
	if err := s.maySetUp(ctx, what); err != nil {
		return err
	}
	if err := s.Sessions.RemoveSite(ctx, what.Provider, what.Text); err != nil {
		return errors.Wrapf(err, "remove the site %s", what.Text)
	}
	s.Trail.Did(bridge.AuditSetUp, what.Request(), "")
	s.Log.Info("An admin removed a provider's site", "user_id", c.Actor.ID, "provider", what.Provider, "site", what.Text)
	s.Notices.Answer(ctx, what.Talk, chat.Say("bridge.setup.removed").WithText("URL", chat.Code(what.Text)))
	return nil
}
