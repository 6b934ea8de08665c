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

// Schedule runs the job at this interval on one server of the cluster, whichever is up. The function it returns ends that and
// waits, as long as its context allows, for a run that is under way.
func Schedule(api plugin.API, name string, every time.Duration, run func()) (stop func(context.Context) error, err error) {
	job, err := cluster.Schedule(api, name, cluster.MakeWaitForRoundedInterval(every), run)
	if err != nil {
		return nil, errors.Wrapf(err, "schedule %s", name)
	}
	return func(ctx context.Context) error {
		done := make(chan error, 1)
		// Close may wait for a lock that another server holds, and cannot be told not to.
		go func() { done <- job.Close() }()
		select {
		case err := <-done:
			return errors.Wrapf(err, "stop %s", name)
		case <-ctx.Done():
			return errors.Wrapf(ctx.Err(), "stop %s", name)
		}
	}, nil
}

// Outbound returns the client for calls to hosts that an admin has set. It honours the server's proxy and its setting on
// insecure connections.
func Outbound(api plugin.API) *http.Client {
	return httpservice.MakeHTTPServicePlugin(api).MakeClient(true)
}

// Guarded returns the client for calls to addresses that people typed. It reaches no host of the internal network unless the
// server's setting AllowedUntrustedInternalConnections names it.
func Guarded(api plugin.API) *http.Client {
	return httpservice.MakeHTTPServicePlugin(api).MakeClient(false)
}
