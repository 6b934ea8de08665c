package mattermost

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

// survives encodes the props as the connection to the server does, in gob.
func survives(t *testing.T, props map[string]any) error {
	t.Helper()
	post := &model.Post{}
	post.SetProps(props)
	var line bytes.Buffer
	if err := gob.NewEncoder(&line).Encode(post); err != nil {
		return err
	}
	return gob.NewDecoder(&line).Decode(&model.Post{})
}

func TestPropsOfAnyTypeReachTheServer(t *testing.T) {
	t.Parallel()
	type dialIn struct {
		Country string `json:"country"`
	}
	for name, props := range map[string]map[string]any{
		"strings by name":     {"p": map[string]string{"a": "b"}},
		"a list of strings":   {"p": []string{"a"}},
		"a list of maps":      {"p": []map[string]any{{"a": 1}}},
		"a struct":            {"p": dialIn{Country: "US"}},
		"a list of structs":   {"p": []dialIn{{Country: "US"}}},
		"a pointer":           {"p": &dialIn{}},
		"a type of our own":   {"p": json.Number("5")},
		"nothing in a map":    {"p": map[string]any{"a": nil}},
		"nothing in a list":   {"p": []any{nil}},
		"numbers and answers": {"i": 1, "j": int64(2), "f": 3.5, "b": true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			post := &model.Post{}
			require.NoError(t, setProps(post, props, []*model.MessageAttachment{{Text: "text"}}))
			require.NoError(t, survives(t, post.GetProps()))
		})
	}
	require.Error(t, survives(t, map[string]any{"p": map[string]string{"a": "b"}}), "else this test tells nothing")
}

func TestPropsThatCannotBeEncodedAreRejected(t *testing.T) {
	t.Parallel()
	require.Error(t, setProps(&model.Post{}, map[string]any{"p": func() {}}, nil))
}

func FuzzFactsOfAnyPost(f *testing.F) {
	f.Add(`{"meeting_id":85746065432,"meeting_link":"https://zoom.us/j/1","meeting_dial_in":[{"number":"+1"}]}`)
	f.Add(`{"meeting_id":1e300,"meeting_topic":["x"],"meeting_dial_in":[null,3,"x",{}],"attachments":[null]}`)
	f.Add(`{"meeting_id":{},"meeting_link":"javascript:x","meeting_passcode":"` + "`" + `"}`)
	f.Fuzz(func(t *testing.T, encoded string) {
		var props map[string]any
		if json.Unmarshal([]byte(encoded), &props) != nil {
			return
		}
		facts := factsIn(props)
		post := &model.Post{}
		require.NoError(t, setProps(post, facts.props(), nil))
		require.NoError(t, survives(t, post.GetProps()))
		require.Equal(t, facts, factsIn(post.GetProps()), "what was written is read back")
		require.LessOrEqual(t, len(facts.dialIn), maxDialIn)
		_ = sameProps(post, post)
	})
}

func FuzzSpacedIDs(f *testing.F) {
	f.Add("85746065432")
	f.Add("5551112222")
	f.Add("123")
	f.Add("٣٣٣٣٣٣٣٣٣")
	f.Fuzz(func(t *testing.T, id string) {
		if !utf8.ValidString(id) {
			return
		}
		digits := bytes.ReplaceAll([]byte(spaced(id)), []byte(" "), nil)
		require.Equal(t, string(bytes.ReplaceAll([]byte(id), []byte(" "), nil)), string(digits), "no digit is lost")
	})
}

func TestMeetingNumbersAreGroupedAsZoomDoes(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]string{
		"123456789":    "123 456 789",
		"1234567890":   "123 456 7890",
		"12345678901":  "123 4567 8901",
		"123456789012": "123456789012",
		"12ab":         "12ab",
		"":             "",
	} {
		require.Equal(t, want, spaced(id))
	}
}
