package sentry

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/kit"
	sandbox "mattermost-plugin-zoom/sandbox/sentry"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

func TestAnErrorIsResolvedFromChatAndRegresses(t *testing.T) {
	t.Parallel()
	o := newTestEnv(t)
	o.install()
	issue := o.reportError()
	require.Contains(t, o.cardText(issue), "New")
	_, err := o.click("bob", issue, actionResolve, false)
	require.NoError(t, err)
	require.Equal(t, sandbox.StatusResolved, o.state(issue).Status)
	require.Contains(t, o.cardText(issue), "Resolved by Bob.")
	require.Equal(t, ":white_check_mark: Bob resolved this issue.", o.replies(), "the delivery of it tells nothing more")
	require.NoError(t, issue.Regress())
	changes := o.newChanges()
	require.True(t, changes[len(changes)-1].Resurface)
	require.Contains(t, o.cardText(issue), "Regressed")

	_, err = o.click("ada", issue, actionNext, false)
	require.NoError(t, err)
	require.Equal(t, true, o.state(issue).Details["inNextRelease"])
	require.Contains(t, o.cardText(issue), "Resolved by Ada in the next release.")
	_, err = o.click("ada", issue, actionReopen, false)
	require.NoError(t, err)
	require.Equal(t, sandbox.StatusUnresolved, o.state(issue).Status)
}

func TestAnIssueIsArchivedWithEveryOption(t *testing.T) {
	t.Parallel()
	o := newTestEnv(t)
	o.install()
	issue := o.reportError()
	var menu chat.Action
	for _, a := range o.card(issue).Actions {
		if a.ID == actionArchive {
			menu = a
		}
	}
	require.Len(t, menu.Options, 7)
	for _, option := range menu.Options {
		_, err := o.click("bob", issue, actionArchive, false, valueSelected, option.Value)
		require.NoError(t, err, option.Value)
		require.Equal(t, sandbox.StatusIgnored, o.state(issue).Status, option.Value)
		require.Equal(t, "white_circle", o.card(issue).Emoji)
		_, err = o.click("bob", issue, actionReopen, false)
		require.NoError(t, err)
	}
	_, err := o.click("bob", issue, actionArchive, false, valueSelected, "moon")
	require.True(t, fault.Is(err, fault.InvalidInput))
	_, err = o.click("bob", issue, actionArchive, false, valueSelected, archiveDay)
	require.NoError(t, err)
	require.EqualValues(t, 1440, o.state(issue).Details["ignoreDuration"])
	require.NoError(t, issue.Escalate())
	changes := o.newChanges()
	require.True(t, changes[len(changes)-1].Resurface)
}

func TestAnIssueIsAssignedToPeopleAndTeams(t *testing.T) {
	t.Parallel()
	o := newTestEnv(t)
	o.install()
	issue := o.reportError()
	r, err := o.click("bob", issue, actionAssign, false)
	require.NoError(t, err)
	require.NotNil(t, r.Form)
	var labels, values []string
	for _, option := range r.Form.Fields[0].Options {
		labels, values = append(labels, strings.Trim(shown(t, chat.Card{Text: option.Label}), " \n")), append(values, option.Value)
	}
	require.Equal(t, []string{"Me", "#\u200bshop", "Ada"}, labels, "teams of the project only, and nobody who has yet to accept")
	for i, want := range []string{"bob", "#shop", "ada"} {
		_, err = o.click("bob", issue, actionAssign, true, fieldAssignee, values[i])
		require.NoError(t, err)
		require.Equal(t, want, o.state(issue).Assignee)
	}
	require.Contains(t, o.cardText(issue), "Assigned to: Ada")
	require.Equal(t, "Bob assigned this issue to themselves. Bob assigned this issue to team shop. Bob assigned this issue to Ada.", o.replies())
	_, err = o.click("bob", issue, actionAssign, true, fieldOther, "bob@example.com", fieldAssignee, values[1])
	require.NoError(t, err)
	require.Equal(t, "bob", o.state(issue).Assignee)
	r, err = o.click("bob", issue, actionAssign, false)
	require.NoError(t, err)
	require.Equal(t, unassigned, r.Form.Fields[0].Options[1].Value)
	_, err = o.click("bob", issue, actionAssign, true, fieldAssignee, unassigned)
	require.NoError(t, err)
	require.Empty(t, o.state(issue).Assignee)
	var slip *provider.FieldError
	for field, answers := range map[string][]string{
		fieldAssignee: {fieldOther, "eve@example.com"}, fieldOther: {fieldOther, "no address"},
	} {
		_, err = o.click("bob", issue, actionAssign, true, answers...)
		require.ErrorAs(t, err, &slip)
		require.Equal(t, field, slip.Field)
	}
	_, err = o.click("bob", issue, actionAssign, true)
	require.ErrorAs(t, err, &slip)
}

func TestACommentIsPostedOnce(t *testing.T) {
	t.Parallel()
	o := newTestEnv(t)
	o.install()
	issue := o.reportError()
	r, err := o.click("bob", issue, actionComment, false)
	require.NoError(t, err)
	require.Equal(t, chat.LongTextField, r.Form.Fields[0].Kind)
	o.newChanges()
	_, err = o.click("bob", issue, actionComment, true, fieldText, "I have a look, @ada")
	require.NoError(t, err)
	require.Equal(t, []string{"bob"}, o.state(issue).Authors, "as who clicked")
	require.Equal(t, 1, strings.Count(o.replies(), "commented"), "the delivery of it tells nothing more")
	var slip *provider.FieldError
	for _, said := range []string{"", "  ", "I have a look, @ada"} {
		_, err = o.click("bob", issue, actionComment, true, fieldText, said)
		require.ErrorAs(t, err, &slip, said)
		require.Equal(t, fieldText, slip.Field)
	}
	_, err = issue.Comment("ada", "Thanks")
	require.NoError(t, err)
	require.Contains(t, o.replies(), "Ada commented: Thanks")
}

func TestAPriorityIsSetAndPosted(t *testing.T) {
	t.Parallel()
	o := newTestEnv(t)
	o.install()
	issue := o.reportError()
	_, err := o.click("bob", issue, actionPriority, false, valueSelected, "low")
	require.NoError(t, err)
	require.Equal(t, "low", o.state(issue).Priority)
	require.Contains(t, o.replies(), "The priority is now Low.")
	require.Contains(t, o.cardText(issue), "Priority: Low")
	_, err = o.click("bob", issue, actionPriority, false, valueSelected, "top")
	require.True(t, fault.Is(err, fault.InvalidInput))
}

func TestALateClickCorrectsTheCard(t *testing.T) {
	t.Parallel()
	o := newTestEnv(t)
	o.install()
	issue := o.reportError()
	o.down.Store(true)
	require.NoError(t, issue.Resolve("ada", "shop@1.4.4"))
	o.down.Store(false)
	require.Contains(t, o.cardText(issue), "New", "nobody told us")
	r, err := o.click("bob", issue, actionResolve, false)
	require.NoError(t, err)
	require.Equal(t, "sentry.note.already", r.Note.ID)
	require.Contains(t, o.cardText(issue), "Resolved")
	require.NotContains(t, o.cardText(issue), "Bob", "it was not he")
}

func TestErrorsShowSentrysMessage(t *testing.T) {
	t.Parallel()
	o := newTestEnv(t)
	o.install()
	issue := o.reportError()
	require.NoError(t, o.sbx.SetRole("acme", "bob", sandbox.RoleBilling))
	_, err := o.click("bob", issue, actionResolve, false)
	require.True(t, fault.Is(err, fault.ProviderForbidden))
	_, err = o.click("eve", issue, actionResolve, false)
	require.True(t, fault.Is(err, fault.ResourceUnknown), "who is none of the organization does not even see it")
	require.NoError(t, o.sbx.AddFault(kit.Fault{
		Match: kit.Match{Method: "PUT"}, Action: kit.Action{Status: 400, Body: []byte(`{"statusDetails":{"inNextRelease":["No release data present."]},"detail":"*No*"}`)},
	}))
	_, err = o.click("ada", issue, actionNext, false)
	require.True(t, fault.Is(err, fault.ProviderRefused))
	require.Equal(t, `*No*`, fault.ParamsOf(err)["Message"])
	_, err = o.click("ada", issue, "explode", false)
	require.True(t, fault.Is(err, fault.InvalidInput))
	_, err = o.p.HandleAction(t.Context(), o.sessionOf("ada"), provider.ActionRequest{Action: actionResolve, State: []byte(`{"metric":{"id":"1","status":"open"}}`)})
	require.True(t, fault.Is(err, fault.InvalidInput))
}
