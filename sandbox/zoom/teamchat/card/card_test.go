package card_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/zoom/teamchat/card"
)

// whole is a card with every element outside of forms.
const whole = `{"settings":{"is_split_sidebar":true,"default_sidebar_color":"#0E72ED"},
"head":{"text":"Build","style":{"bold":true},"sub_head":{"text":"web","style":{"color":"#112233","italic":true}}},
"body":[
{"type":"message","text":"a","style":{"bold":true},"editable":true},
{"type":"message","text":"*b*","is_markdown_support":true},
{"type":"message","text":"c","link":"https://ci.example.com/1"},
{"type":"fields","items":[{"key":"Status","value":"red","short":true},{"key":"Note","value":" ","editable":true}]},
{"type":"actions","limit":2,"items":[{"text":"Go","value":"go","style":"Primary"},{"text":"No","value":"no","style":"Disabled"},
 {"text":"Open","value":"open","style":"Default","action":"dialog","dialog":{"size":"M","link":"https://chat.example.com/x","title":{"text":"Trigger"}}}]},
{"type":"select","text":"Who","static_source":"members"},
{"type":"select","text":"What","select_items":[{"text":"A","value":"a"},{"text":"B","value":"b"}],"selected_item":{"text":"A","value":"a"}},
{"type":"attachments","resource_url":"https://x.example/1","img_url":"https://x.example/1.png","ext":"png","size":1000000,"information":{"title":{"text":"t"},"description":{"text":"d"}}},
{"type":"file","icon_url":"https://x.example/i.png","title":{"text":"log","file_url":"https://x.example/log"},"description":{"text":"9 kB"}},
{"type":"divider","style":{"bold":false,"dotted":true,"color":"#112233"}},
{"type":"progress_bar","value":40},
{"type":"alert","text":"late","level":"warning","closable":true},
{"type":"images","cur_index":0,"images":[{"image_url":"https://x.example/1.png","alt_text":"chart","image_index":0}]},
{"type":"video","title":{"text":"talk"},"video_url":"https://x.example/v.mp4","thumbnail_url":"https://x.example/v.png","author_name":"Ada"},
{"type":"section","sidebar_color":"#C9372C","layout":"horizontal","sections":[{"type":"message","text":"in"}],"footer":"Jenkins","footer_icon":"https://x.example/j.png","ts":1560796234686},
{"type":"page","cur_page":1,"pages":[{"pageNo":1,"body":[{"type":"section","sections":[{"type":"message","text":"p"}]}]}]}
]}`

// form is a card with every element of a form.
const form = `{"settings":{"form":true,"form_id":"f1"},"head":{"text":"Trigger"},"body":[
{"type":"plain_text_input","action_id":"title","text":"Title","value":"","placeholder":"What is wrong?","min_length":3,"max_length":10},
{"type":"plain_text_input","action_id":"more","text":"Description","value":"none","multiline":true},
{"type":"select","text":"Service","select_items":[{"text":"Web","value":"W"},{"text":"API","value":"A"}],"selected_item":{"text":"API","value":"A"}},
{"type":"radio_buttons","action_id":"urgency","options":[{"text":"High","value":"high"},{"text":"Low","value":"low"}],"initial_option":{"text":"High","value":"high"}},
{"type":"checkboxes","action_id":"tell","style":"switch","options":[{"text":"Team","value":"team","initial_selected":true},{"text":"All","value":"all"}]},
{"type":"datepicker","action_id":"day","initial_date":"2026/3/2"},
{"type":"timepicker","action_id":"at","initial_time":"09:30"},
{"type":"actions","items":[{"text":"Trigger","value":"send","style":"Primary","submit":true},{"text":"Cancel","value":"cancel"}]}]}`

func TestEachElementIsUnderstood(t *testing.T) {
	t.Parallel()
	require.Empty(t, card.Check([]byte(whole)))
	require.Empty(t, card.Check([]byte(form)))
	require.Empty(t, card.Check([]byte(`{"head":{"text":"Hello"}}`)))
}

func TestWhatAClientWouldNotShowIsFound(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", card.MaxText+1)
	buttons := strings.TrimSuffix(strings.Repeat(`{"text":"Go","value":"go"},`, 3), ",")
	options := strings.TrimSuffix(strings.Repeat(`{"text":"A","value":"a"},`, card.MaxOptions+1), ",")
	for body, problem := range map[string]string{
		`{"type":"markdown","text":"x"}`:                             `unknown type "markdown"`,
		`{"text":"x"}`:                                               `unknown type ""`,
		`"x"`:                                                        `unknown type ""`,
		`{"type":"message"}`:                                         `"text" is missing`,
		`{"type":"message","text":""}`:                               "is empty",
		`{"type":"message","text":7}`:                                "is not a text",
		`{"type":"message","text":"` + long + `"}`:                   "4097 characters",
		`{"type":"message","text":"x","markdown":true}`:              `unknown field "markdown"`,
		`{"type":"message","text":"x","editable":"true"}`:            "not true or false",
		`{"type":"message","text":"x","style":{"color":"red"}}`:      "not like #0E72ED",
		`{"type":"message","text":"x","style":"bold"}`:               "is not an object",
		`{"type":"message","text":"x","link":"javascript:alert(1)"}`: "http(s) address",
		`{"type":"fields","items":[]}`:                               "is empty",
		`{"type":"fields","items":{}}`:                               "is not a list",
		`{"type":"fields","items":[{"key":"k"}]}`:                    `"value" is missing`,
		`{"type":"fields","items":[{"key":"k","value":"` + strings.Repeat("v", card.MaxField+1) + `"}]}`:        "257 characters",
		`{"type":"actions","items":[{"text":"` + strings.Repeat("b", card.MaxButtonText+1) + `","value":"v"}]}`: "41 characters",
		`{"type":"actions","items":[{"text":"Go","value":"go","style":"primary"}]}`:                             "primary is none of",
		`{"type":"actions","items":[` + buttons + `]},{"type":"actions","items":[` + buttons + `]}`:             "6 buttons",
		`{"type":"actions","items":[{"text":"Go","value":"go","action":"dialog"}]}`:                             "or neither",
		`{"type":"actions","items":[{"text":"Go","value":"go","submit":true}]}`:                                 "outside of a form",
		`{"type":"actions","limit":0,"items":[{"text":"Go","value":"go"}]}`:                                     "not an integer between",
		`{"type":"select","text":"Who"}`: "needs either",
		`{"type":"select","text":"Who","static_source":"members","select_items":[{"text":"A","value":"a"}]}`:                "needs either",
		`{"type":"select","text":"Who","static_source":"users"}`:                                                            "users is none of",
		`{"type":"select","text":"Who","select_items":[` + options + `]}`:                                                   "101 entries",
		`{"type":"select","text":"Who","select_items":[{"text":"A","value":"a"}],"selected_item":{"text":"B","value":"b"}}`: "none of select_items",
		`{"type":"plain_text_input","action_id":"a","text":"A"}`:                                                            "outside of a form",
		`{"type":"progress_bar","value":140}`:                                                                               "between 0 and 100",
		`{"type":"progress_bar","value":"40"}`:                                                                              "is not a number",
		`{"type":"progress_bar","value":4.5}`:                                                                               "not an integer",
		`{"type":"alert","text":"x","level":"loud"}`:                                                                        "loud is none of",
		`{"type":"section","sections":[{"type":"section","sections":[]}]}`:                                                  `unknown type "section"`,
		`{"type":"page","cur_page":1,"pages":[{"pageNo":1,"body":[{"type":"message","text":"x"}]}]}`:                        "message is none of",
		`{"type":"page","cur_page":1,"pages":[{"pageNo":1,"body":["x"]}]}`:                                                  "is not an object",
		`{"type":"attachments","resource_url":"https://x.example"}`:                                                         `"information" is missing`,
	} {
		problems := strings.Join(card.Check(fmt.Appendf(nil, `{"body":[%s]}`, body)), "\n")
		require.Contains(t, problems, problem, body)
	}
}

func TestAWholeCardCanBeWrong(t *testing.T) {
	t.Parallel()
	input := `{"type":"plain_text_input","action_id":"a","text":"A"}`
	for content, problem := range map[string]string{
		`{`:                                 "is not JSON",
		`[]`:                                "is not an object",
		`{}`:                                "neither head nor body",
		`{"text":"x"}`:                      `unknown field "text"`,
		`{"head":{"sub_head":{"text":""}}}`: `"text" is missing`,
		`{"settings":{"form":true},"body":[` + input + `]}`:                                                                                                                                    "without a button",
		`{"settings":{"form":true},"body":[` + input + `,` + input + `]}`:                                                                                                                      `the action_id "a"`,
		`{"settings":{"form":true},"body":[{"type":"plain_text_input","action_id":"a","text":"A","min_length":5,"max_length":4}]}`:                                                             "longer than 5",
		`{"settings":{"form":true},"body":[{"type":"actions","items":[{"text":"a","value":"a","submit":true,"action":"dialog","dialog":{"link":"https://x.example","title":{"text":"T"}}}]}]}`: "both submits",
	} {
		require.Contains(t, strings.Join(card.Check([]byte(content)), "\n"), problem, content)
	}
}

func TestUsersCanOnlyDoWhatTheCardOffers(t *testing.T) {
	t.Parallel()
	c, err := card.Parse([]byte(whole))
	require.NoError(t, err)
	b, err := c.Button("go")
	require.NoError(t, err)
	require.Equal(t, "Go", b.Text)
	b, err = c.Button("Open")
	require.NoError(t, err, "by its text, too")
	require.Equal(t, "https://chat.example.com/x", b.Dialog.Link)
	_, err = c.Button("no")
	require.ErrorIs(t, err, card.ErrDisabled)
	_, err = c.Button("stop")
	require.ErrorIs(t, err, card.ErrNotThere)

	s, err := c.Select("What")
	require.NoError(t, err)
	require.True(t, s.Offers("b"))
	require.False(t, s.Offers("c"))
	s, err = c.Select("Who")
	require.NoError(t, err)
	require.True(t, s.Offers("anyone@xmpp.zoom.us"))
	_, err = c.Select("Where")
	require.ErrorIs(t, err, card.ErrNotThere)

	_, err = c.EditableText("a")
	require.NoError(t, err)
	_, err = c.EditableText("c")
	require.ErrorIs(t, err, card.ErrNotThere)
	f, err := c.EditableField("Note")
	require.NoError(t, err)
	require.Equal(t, " ", f.Value)
	_, err = c.EditableField("Status")
	require.ErrorIs(t, err, card.ErrNotThere)
}

func TestAFormSendsWhatWasEntered(t *testing.T) {
	t.Parallel()
	c, err := card.Parse([]byte(form))
	require.NoError(t, err)
	send, err := c.Button("send")
	require.NoError(t, err)
	items, err := c.Submit(send, card.Values{"title": {"Down"}, "Service": {"W"}, "tell": {"team", "all"}})
	require.NoError(t, err)
	require.Equal(t, []card.SubmitItem{
		{"actionItem": map[string]any{"text": "Trigger", "value": "send"}},
		{"plain_text_input": map[string]any{"action_id": "title", "text": "Title", "value": "Down"}},
		{"plain_text_input": map[string]any{"action_id": "more", "text": "Description", "value": "none"}},
		{"select": map[string]any{"text": "Service", "selectedItems": []map[string]string{{"value": "W"}}}},
		{"radio_buttons": map[string]any{"action_id": "urgency", "value": "high"}},
		{"checkboxes": map[string]any{"action_id": "tell", "selected_options": []map[string]string{{"value": "team"}, {"value": "all"}}}},
		{"datepicker": map[string]any{"action_id": "day", "value": "2026/3/2"}},
		{"timepicker": map[string]any{"action_id": "at", "value": "09:30"}},
	}, items)

	for _, wrong := range []card.Values{
		{"title": {"ab"}},
		{"title": {"much too long"}},
		{"title": {"Down"}, "Service": {"X"}},
		{"title": {"Down"}, "day": {"tomorrow"}},
		{"title": {"Down"}, "tell": {"none"}},
		{"title": {"Down"}, "urgency": {"middle"}},
	} {
		_, err = c.Submit(send, wrong)
		require.ErrorIs(t, err, card.ErrInput, wrong)
	}
	_, err = c.Submit(send, card.Values{"title": {"Down"}, "other": {"x"}})
	require.ErrorIs(t, err, card.ErrNotThere)
	cancel, err := c.Button("cancel")
	require.NoError(t, err)
	_, err = c.Submit(cancel, card.Values{"title": {"Down"}})
	require.ErrorIs(t, err, card.ErrNotThere)
}

// FuzzCheck: whatever Check accepts can be read, and nothing makes it panic.
func FuzzCheck(f *testing.F) {
	f.Add([]byte(whole))
	f.Add([]byte(form))
	f.Fuzz(func(t *testing.T, content []byte) {
		if len(card.Check(content)) == 0 {
			_, err := card.Parse(content)
			require.NoError(t, err)
		}
	})
}
