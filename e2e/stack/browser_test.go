package stack

import (
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

func TestAConsentPageIsFilledInAsAPersonWould(t *testing.T) {
	t.Parallel()
	for _, page := range []struct {
		name, source string
		want         map[string]string
	}{
		{
			"the account is typed", `<form action="/go"><input type=hidden name=req value=r1><input type=email name=who><button name=answer value=allow>Allow</button><button name=answer value=deny>Deny</button></form>`,
			map[string]string{"req": "r1", "who": "alice@acme.test", "answer": "allow"},
		},
		{
			"the account is chosen from a list", `<form action="/go"><select name=who><option value=u1>bob@acme.test</option><option value=u2>alice@acme.test</option></select><input type=submit name=answer value=allow></form>`,
			map[string]string{"who": "u2", "answer": "allow"},
		},
		{
			"the account is ticked", `<form action="/go"><label><input type=radio name=who value=u1 checked>bob@acme.test</label><label><input type=radio name=who value=u2>alice@acme.test</label></form>`,
			map[string]string{"who": "u2"},
		},
	} {
		t.Run(page.name, func(t *testing.T) {
			t.Parallel()
			action, fields, err := parseForm(page.source, "alice@acme.test")
			require.NoError(t, err)
			require.Equal(t, "/go", action)
			for key, value := range page.want {
				require.Equal(t, value, fields.Get(key), key)
			}
		})
	}
}

func TestAPageWithoutAFormIsAnError(t *testing.T) {
	t.Parallel()
	_, _, err := parseForm("<p>Sorry</p>", "alice@acme.test")
	require.Error(t, err)
}

func TestTheConnectLinkIsFoundInAPost(t *testing.T) {
	t.Parallel()
	post := &model.Post{Message: "See [the docs](https://x.test) or [connect](http://localhost:1/plugins/zoom/oauth2/connect?next=abc)."}
	link, err := ConnectLink(post)
	require.NoError(t, err)
	require.Equal(t, "http://localhost:1/plugins/zoom/oauth2/connect?next=abc", link)
	_, err = ConnectLink(&model.Post{Message: "hello"})
	require.Error(t, err)
}
