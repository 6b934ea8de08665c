package httpapi

import (
	"net/http"

	"mattermost-plugin-zoom/server/bridge/console"
	"mattermost-plugin-zoom/server/chat"
)

// PageAnswer is all that a channel has set up of a tool.
type PageAnswer struct {
	ID   string      `json:"id"`
	Name string      `json:"name"`
	Word string      `json:"word"`
	Tabs []TabDetail `json:"tabs"`
}

// TabDetail is a tab of it.
type TabDetail struct {
	ID      string         `json:"id"`
	Title   string         `json:"title"`
	Intro   string         `json:"intro"`
	Items   []ItemDetail   `json:"items"`
	Buttons []ButtonDetail `json:"buttons"`
}

// ItemDetail is one thing on a tab.
type ItemDetail struct {
	Title   string         `json:"title"`
	URL     string         `json:"url"`
	Details []string       `json:"details"`
	Buttons []ButtonDetail `json:"buttons"`
}

// ChannelToolsAnswer is what the sidebar shows of a channel.
type ChannelToolsAnswer struct {
	Tools []ChannelToolDetail `json:"tools"`
}

// ChannelToolDetail is one tool that is switched on.
type ChannelToolDetail struct {
	ID          string           `json:"id"`
	Name        string           `json:"name"`
	Word        string           `json:"word"`
	Can         []string         `json:"can"`
	Connections []FollowedDetail `json:"connections"`
	Cards       []OpenCardDetail `json:"cards"`
}

// FollowedDetail is something that the channel follows.
type FollowedDetail struct {
	Name   string `json:"name"`
	URL    string `json:"url"`
	Detail string `json:"detail"`
}

// OpenCardDetail is a card of something that goes on.
type OpenCardDetail struct {
	PostID string    `json:"post_id"`
	RootID string    `json:"root_id"`
	Title  string    `json:"title"`
	State  string    `json:"state"`
	URL    string    `json:"url"`
	Tone   chat.Tone `json:"tone"`
	// At is in milliseconds since 1970; 0 where it is not known.
	At int64 `json:"at"`
}

// toolPage answers with all that a channel has set up of a tool.
func (s *server) toolPage(w http.ResponseWriter, r *http.Request, person chat.PersonID) {
	page, err := s.Bridge.Page(r.Context(), person.Actor(), r.PathValue("tool"), placeOf(r.URL.Query().Get("channel_id"), ""))
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

// channelTools answers with what the sidebar shows of a channel.
func (s *server) channelTools(w http.ResponseWriter, r *http.Request, person chat.PersonID) {
	tools, err := s.Bridge.ChannelTools(r.Context(), person.Actor(), placeOf(r.PathValue("channel"), ""))
	if err != nil {
		s.fail(w, person, err)
		return
	}
	can := map[string][]string{}
	for _, tool := range s.Tools() {
		can[tool.ID] = tool.Can
	}
	answer := ChannelToolsAnswer{Tools: []ChannelToolDetail{}}
	for _, tool := range tools {
		answer.Tools = append(answer.Tools, s.channelTool(person, tool, can[tool.Provider]))
	}
	s.reply(w, http.StatusOK, answer)
}

func (s *server) channelTool(person chat.PersonID, tool console.ChannelTool, can []string) ChannelToolDetail {
	detail := ChannelToolDetail{ID: tool.Provider, Name: tool.Name, Word: tool.Word, Can: can, Connections: []FollowedDetail{}, Cards: []OpenCardDetail{}}
	for _, c := range tool.Connections {
		detail.Connections = append(detail.Connections, FollowedDetail{Name: c.Name, URL: c.URL, Detail: s.People.Plain(person, c.Events)})
	}
	for _, card := range tool.Cards {
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
