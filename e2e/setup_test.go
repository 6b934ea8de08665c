package e2e

import (
	"context"
	"sync"

	"github.com/stretchr/testify/require"
)

// Shared by all stories: the admin, and what the admin has set up.
var (
	// adminsDialogs is held while the admin answers a dialog, since all of the admin's windows get the event of each.
	adminsDialogs sync.Mutex
	// registered has a sync.Once for each site, by its address: a story uses the OAuth client that another has entered.
	registered sync.Map
)

// register has an admin enter this server's OAuth client for a provider, once for all stories.
func (w *story) register(word, kind, url, secret string, newApp func(ctx context.Context, callback string) (string, error)) {
	w.Helper()
	once, _ := registered.LoadOrStore(url, new(sync.Once))
	once.(*sync.Once).Do(func() {
		id := map[string]string{"pduty": "pagerduty"}[word]
		if id == "" {
			id = word
		}
		clientID, err := newApp(w.ctx, w.SiteURL+"/plugins/zoom/oauth2/"+id+"/complete")
		require.NoError(w, err)
		w.setUp(word, map[string]any{"kind": kind, "url": url, "api": url, "client_id": clientID, "client_secret": secret})
	})
}

// dropsTables runs the statements that remove the plugin's tables, with all that the admin has set up: later stories do it again. It is for
// stories that run alone.
func (w *story) dropsTables(removal string) error {
	registered.Clear()
	return w.DB.Exec(w.ctx, removal)
}

// setUp has an admin answer the dialog that adds a site of a provider.
func (w *story) setUp(word string, answers map[string]any) {
	w.Helper()
	adminsDialogs.Lock()
	defer adminsDialogs.Unlock()
	ear := w.listen(w.Admin)
	room := w.private()
	from := ear.Count()
	require.NoError(w, w.Admin.Type(w.ctx, room.Id, "/"+word+" setup"))
	w.submits(w.Admin, room, w.dialog(ear, from, "Server"), answers)
	w.ephemeral(ear, from, "is saved")
}
