package chat_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/chat"
)

func TestTextsReadTheSameAfterTheyWereStored(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 28, 18, 20, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		text   chat.Text
		stored string
	}{
		"nothing":  {nil, `""`},
		"plain":    {chat.Plain("a <b> [c](d)"), `"a \u003cb\u003e [c](d)"`},
		"a link":   {chat.Link("here", "https://a.test/"), `[{"kind":"link","inner":"here","url":"https://a.test/"}]`},
		"code":     {chat.Code("main"), `[{"kind":"code","text":"main"}]`},
		"a person": {chat.NameOf(chat.Person{Username: "ada"}), `[{"kind":"person","text":"ada"}]`},
		"a time":   {chat.Time(at, chat.DateOnly), `[{"kind":"time","at":"2026-11-28T18:20:00Z","style":"date"}]`},
		"several":  {chat.Join(" ", chat.Plain("a"), chat.Strong(chat.Plain("b"))), `["a",{"kind":"words","text":" "},{"kind":"strong","inner":"b"}]`},
		"lines":    {chat.PlainLines("a\n\nb"), `["a",{"kind":"break"},{"kind":"break"},"b"]`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stored, err := json.Marshal(c.text)
			require.NoError(t, err)
			require.Equal(t, c.stored, string(stored))
			var again chat.Text
			require.NoError(t, json.Unmarshal(stored, &again))
			require.Equal(t, c.text, again)
		})
	}
}

func TestWhatIsNoTextIsNotRead(t *testing.T) {
	t.Parallel()
	for _, broken := range []string{`7`, `{}`, `[7]`, `["a"`} {
		var text chat.Text
		require.Error(t, json.Unmarshal([]byte(broken), &text), broken)
	}
}

func TestTextWithoutAnythingToSeeIsEmpty(t *testing.T) {
	t.Parallel()
	for _, text := range []chat.Text{
		nil, chat.Plain(""), chat.Plain(" \u200b\n"), chat.Code(" "), chat.CodeBlock(nil), chat.Link("", "https://a.test"), chat.Emoji(""),
		chat.Time(time.Time{}, chat.DateAndTime), chat.Strong(chat.Plain("")), chat.Break(), chat.Join(", "), chat.Join(", ", nil, chat.Plain("")),
		chat.Enclosed("(", nil, ")"), chat.NameOf(chat.Person{}), chat.Mention(""), chat.PlainLines("\n"),
	} {
		require.True(t, text.Empty(), "%#v", text)
	}
	require.False(t, chat.Link("a", "").Empty())
}

func TestAParameterIsPlainTextWhateverItHolds(t *testing.T) {
	t.Parallel()
	m := chat.Say("id", "Name", "[x](https://a.test)", "Rest")
	require.Equal(t, map[string]chat.Text{"Name": {{Text: "[x](https://a.test)"}}}, m.Params, "a name without a value is left out")
	more := m.WithText("Branch", chat.Code("main"))
	require.Len(t, m.Params, 1, "the message itself stays as it was")
	require.Len(t, more.Params, 2)
}
