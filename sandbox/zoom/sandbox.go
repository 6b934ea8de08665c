package zoom

import (
	"net/http"
	"slices"
	"time"

	"mattermost-plugin-zoom/sandbox/kit"
	"mattermost-plugin-zoom/sandbox/zoom/teamchat"
)

// answerWithin is how long Zoom waits for the receipt of a notification.
// https://developers.zoom.us/docs/api/webhooks/
const answerWithin = 3 * time.Second

// Options configures a [Sandbox]. The zero value is good.
type Options struct {
	kit.Options
	// Seed is the world to begin with and to return to on reset. New panics when
	// it is not valid; see [Seed.Check].
	Seed Seed
}

// Sandbox is a simulated Zoom. All methods may be called from several goroutines.
type Sandbox struct {
	*kit.Sandbox[*world]
	site *http.ServeMux // what Zoom serves
}

// New returns a sandbox.
func New(opts Options) *Sandbox {
	s := &Sandbox{site: http.NewServeMux()}
	s.Sandbox = kit.New(opts.Options, kit.Product[*world]{
		Site: s.site, Operation: kit.Patterns(s.site, "/v2/"), AnswerWithin: answerWithin,
		Stamp: func(w *world, h http.Header) { h.Set("X-Zm-Trackingid", w.ids.trackingID()) },
		TooLarge: func(rw http.ResponseWriter) {
			writeJSON(rw, http.StatusRequestEntityTooLarge, refuse(http.StatusRequestEntityTooLarge, 300, "Request Body is too large."))
		},
		NewWorld: func(base *kit.World) (*world, error) { return newWorld(base, opts.Seed) },
		NextDue:  (*world).nextValidation,
		Tick:     s.validateDue,
	})
	s.routeSite()
	s.routeControl()
	teamchat.RouteControl(chatHost{s})
	return s
}

// routeSite registers what Zoom serves. Paths are matched in their encoded form.
func (s *Sandbox) routeSite() {
	kit.RouteOAuth(s.Sandbox, s.site, "/oauth/authorize", pages)
	s.site.HandleFunc("POST /oauth/token", kit.TokenEndpoint(s.Sandbox, (*world).serveToken))
	s.site.HandleFunc("POST /oauth/revoke", kit.TokenEndpoint(s.Sandbox, (*world).serveRevoke))
	for _, op := range slices.Concat(operations(), chatOperations()) {
		s.site.HandleFunc(op.method+" /v2"+op.path, s.serveAPI(op))
	}
	s.site.HandleFunc("POST "+CallbackPath+"{id}", s.serveCallback())
	s.site.HandleFunc("/v2/", s.serveUnknownAPI)
	s.site.HandleFunc("GET /j/{meetingId}", s.serveRoom)
	s.site.HandleFunc("GET /s/{meetingId}", s.serveRoom)
	s.site.HandleFunc("POST /j/{meetingId}", s.serveRoomAction)
	s.site.Handle("GET /chat/", teamchat.ClientPage())
	s.site.HandleFunc("GET /{$}", s.serveFrontPage)
}
