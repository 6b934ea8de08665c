package sentry

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/provider"
)

// deliverStatus folds a delivery about an unresolved issue with this substatus, received that many minutes after noon.
func deliverStatus(t *testing.T, state json.RawMessage, action, substatus string, minute int) provider.Change {
	t.Helper()
	p := New(Options{})
	events, err := p.Parse(provider.Delivery{
		Header:     map[string]string{headerResource: "issue"},
		ReceivedAt: noon().Add(time.Duration(minute) * time.Minute),
		Body: fmt.Appendf(nil, `{"action":%q,"data":{"issue":{"id":"7","title":"Boom","level":"error","status":"unresolved","substatus":%q,`+
			`"lastSeen":"2026-08-03T11:00:00Z"}}}`, action, substatus),
	})
	require.NoError(t, err)
	require.Len(t, events, 1)
	change, err := p.Fold(state, nil, events[0])
	require.NoError(t, err)
	return change
}

func TestAnIssueThatEscalatesWhileUnresolvedChangesItsResult(t *testing.T) {
	t.Parallel()
	created := deliverStatus(t, nil, "created", "new", 0)
	require.True(t, created.ResultChanged)

	escalated := deliverStatus(t, created.State, "unresolved", "escalating", 1)
	require.Equal(t, kindEscalating, escalated.Kind)
	require.True(t, escalated.ResultChanged, "a subscription to changes of the result wants to know")
	require.True(t, escalated.Escalated)
	require.False(t, escalated.Resurface, "the card already says that the issue is open")
	require.Len(t, escalated.Replies, 1)

	again := deliverStatus(t, escalated.State, "unresolved", "escalating", 2)
	require.False(t, again.ResultChanged, "it was escalating before")
	require.Empty(t, again.Replies)
}
