package httpapi

import (
	"net/http"

	"mattermost-plugin-zoom/server/bridge/console"
	"mattermost-plugin-zoom/server/chat"
)

// PageAnswer is a channel's setup for a provider.
type PageAnswer struct {
	ID   string      `json:"id"`
	Name string      `json:"name"`
	Word string      `json:"word"`
	Tabs []TabDetail `json:"tabs"`
}

// TabDetail is a tab of the page.
type TabDetail struct {
	ID      string         `json:"id"`
	Title   string         `json:"title"`
	Intro   string         `json:"intro"`
	Items   []ItemDetail   `json:"items"`
	Buttons []ButtonDetail `json:"buttons"`
}

// ItemDetail is one entry of a tab.
type ItemDetail struct {
	Title   string         `json:"title"`
	URL     string         `json:"url"`
	Details []string       `json:"details"`
	Buttons []ButtonDetail `json:"buttons"`
}

// ChannelProvidersAnswer is what the sidebar shows about a channel.
type ChannelProvidersAnswer struct {
	Providers []ChannelProviderDetail `json:"providers"`
}

// ChannelProviderDetail is an enabled provider.
type ChannelProviderDetail struct {
	ID          string           `json:"id"`
	Name        string           `json:"name"`
	Word        string           `json:"word"`
	Can         []string         `json:"can"`
	Connections []FollowedDetail `json:"connections"`
	Cards       []OpenCardDetail `json:"cards"`
}

// FollowedDetail is a connection that the channel is subscribed to.
type FollowedDetail struct {
	Name   string `json:"name"`
	URL    string `json:"url"`
	Detail string `json:"detail"`
}

// OpenCardDetail is a card whose subject is still in progress.
type OpenCardDetail struct {
	PostID string    `json:"post_id"`
	RootID string    `json:"root_id"`
	Title  string    `json:"title"`
	State  string    `json:"state"`
	URL    string    `json:"url"`
	Tone   chat.Tone `json:"tone"`
	// At is in milliseconds since 1970; 0 if unknown.
	At int64 `json:"at"`
}

// channelPages serves a channel's setup to the webapp.
type channelPages struct {
	answers
	Bridge  Bridge
	Enabled func() []EnabledProvider
}

// providerPage returns a channel's setup for a provider.
func (s *channelPages) providerPage(w http.ResponseWriter, r *http.Request, person chat.PersonID) {
	page, err := s.Bridge.Page(r.Context(), person.Actor(), r.PathValue("provider"), placeOf(r.URL.Query().Get("channel_id"), ""))
	if err != nil {
		s.fail(w, person, err)
		return
	}
	say := func(m chat.Message) string { return s.People.Markdown(person, m) }
	answer := PageAnswer{ID: page.Provider, Name: page.Name, Word: page.Word, Tabs: []TabDetail{}}
	for _, tab := range page.Tabs {
		detail := TabDetail{ID: tab.ID, Title: s.People.Plain(person, tab.Title), Intro: say(tab.Intro), Items: []ItemDetail{}, Buttons: s.pressable(person, tab.Buttons)}
		for _, item := range tab.Items {
			one := ItemDetail{Title: item.Title, URL: item.URL, Details: []string{}, Buttons: s.pressable(person, item.Buttons)}
			for _, line := range item.Details {
				one.Details = append(one.Details, say(line))
			}
			detail.Items = append(detail.Items, one)
		}
		answer.Tabs = append(answer.Tabs, detail)
	}
	s.reply(w, http.StatusOK, answer)
}

// channelProviders returns what the sidebar shows about a channel.
func (s *channelPages) channelProviders(w http.ResponseWriter, r *http.Request, person chat.PersonID) {
	shown, err := s.Bridge.ChannelTools(r.Context(), person.Actor(), placeOf(r.PathValue("channel"), ""))
	if err != nil {
		s.fail(w, person, err)
		return
	}
	can := map[string][]string{}
	for _, one := range s.Enabled() {
		can[one.ID] = one.Can
	}
	answer := ChannelProvidersAnswer{Providers: []ChannelProviderDetail{}}
	for _, one := range shown {
		answer.Providers = append(answer.Providers, s.channelProvider(person, one, can[one.Provider]))
	}
	s.reply(w, http.StatusOK, answer)
}

func (s *channelPages) channelProvider(person chat.PersonID, shown console.ChannelTool, can []string) ChannelProviderDetail {
	detail := ChannelProviderDetail{ID: shown.Provider, Name: shown.Name, Word: shown.Word, Can: can, Connections: []FollowedDetail{}, Cards: []OpenCardDetail{}}
	for _, c := range shown.Connections {
		detail.Connections = append(detail.Connections, FollowedDetail{Name: c.Name, URL: c.URL, Detail: s.People.Plain(person, c.Events)})
	}
	for _, card := range shown.Cards {
		one := OpenCardDetail{
			PostID: card.Message.ID, RootID: card.Message.Thread, Title: card.Title, State: s.People.Plain(person, card.State), URL: card.URL, Tone: card.Tone,
		}
		if !card.At.IsZero() {
			one.At = card.At.UnixMilli()
		}
		detail.Cards = append(detail.Cards, one)
	}
	return detail
}
