package mattermost

import (
	"context"
	"net/http"
	"time"

	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/mattermost/mattermost/server/public/pluginapi/cluster"
	"github.com/mattermost/mattermost/server/public/shared/httpservice"
	"github.com/pkg/errors"
)

// Schedule runs the job at this interval on one running server of the cluster. The function it returns stops that, and waits for a run in
// progress as long as its context allows.
func Schedule(api plugin.API, name string, every time.Duration, run func()) (stop func(context.Context) error, err error) {
	job, err := cluster.Schedule(api, name, cluster.MakeWaitForRoundedInterval(every), run)
	if err != nil {
		return nil, errors.Wrapf(err, "schedule %s", name)
	}
	return func(ctx context.Context) error {
		done := make(chan error, 1)
		// Close may wait for another server's lock, and can't be canceled.
		go func() { done <- job.Close() }()
		select {
		case err := <-done:
			return errors.Wrapf(err, "stop %s", name)
		case <-ctx.Done():
			return errors.Wrapf(ctx.Err(), "stop %s", name)
		}
	}, nil
}

// Outbound returns the HTTP client for calls to hosts that an admin has set. It honors the server's proxy and its setting for insecure
// connections.
func Outbound(api plugin.API) *http.Client {
	return httpservice.MakeHTTPServicePlugin(api).MakeClient(true)
}

// Guarded returns the HTTP client for calls to addresses that users typed. It reaches no host of the internal network unless the server's
// setting AllowedUntrustedInternalConnections names it.
func Guarded(api plugin.API) *http.Client {
	return httpservice.MakeHTTPServicePlugin(api).MakeClient(false)
}
