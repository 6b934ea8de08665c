package stack

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"

	"github.com/pkg/errors"
)

// meterAddress is the environment variable that tells the server under test where to serve its counts; see e2e/mattermost.
const meterAddress = "E2E_METER"

// Calls are calls between a server and the plugin, by name.
type Calls map[string]int

// Total is the number of all calls.
func (c Calls) Total() int {
	total := 0
	for _, n := range c {
		total += n
	}
	return total
}

// Since returns the calls that an earlier count doesn't have.
func (c Calls) Since(before Calls) Calls {
	since := Calls{}
	for name, n := range c {
		if n > before[name] {
			since[name] = n - before[name]
		}
	}
	return since
}

// APICalls returns how often the plugin has called each function of the plugin API on this server since the server started. What an
// HTTP handler reads and writes is not among them.
func (v *Server) APICalls(ctx context.Context) (Calls, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+v.meter, nil)
	if err != nil {
		return nil, errors.Wrap(err, "make a request")
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, errors.Wrap(err, "read the counts")
	}
	defer response.Body.Close()
	var counts struct {
		API map[string]Calls `json:"api"`
	}
	if err := json.NewDecoder(response.Body).Decode(&counts); err != nil {
		return nil, errors.Wrap(err, "read the counts")
	}
	return maps.Clone(counts.API[PluginID]), nil
}
