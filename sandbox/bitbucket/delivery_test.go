package bitbucket_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/bitbucket"
	"mattermost-plugin-zoom/sandbox/kit"
	"mattermost-plugin-zoom/sandbox/kit/kittest"
)

// signed computes a signature with code of its own.
func signed(secret string, body []byte) string {
	m := hmac.New(sha256.New, []byte(secret))
	m.Write(body)
	return "sha256=" + hex.EncodeToString(m.Sum(nil))
}

func TestTheSignatureIsTheOneOfTheContract(t *testing.T) {
	t.Parallel()
	body := `{"push":{"changes":[]},"actor":{"display_name":"Ada","nickname":"ada","type":"user"},"repository":{"type":"repository","full_name":"acme/web","uuid":"{0000}"}}`
	require.Equal(t, "sha256=092d558b83cc9bad4d94c0f486c3a854b3412060e1ad73f5dd2832e0b1c07ed3", bitbucket.Sign("bb-test-secret", []byte(body)))
}

func TestCloudSendsAPushSignedAndWithItsHeaders(t *testing.T) {
	t.Parallel()
	s, hook := setStage(t), listen(t)
	uuid := s.hook(hook, hookSecret, "repo:push")
	hash, err := s.repo.Push(bitbucket.Push{By: "bob", Branch: "main", Commits: []string{"One", "Two", "Three", "Four", "Five", "Six & <more>"}})
	require.NoError(t, err)
	got := hook.All()
	require.Len(t, got, 1)
	h := got[0].header
	require.Equal(t, "repo:push", h.Get("X-Event-Key"))
	require.Equal(t, strings.Trim(uuid, "{}"), h.Get("X-Hook-UUID"))
	require.Equal(t, "1", h.Get("X-Attempt-Number"))
	require.Equal(t, "Bitbucket-Webhooks/2.0", h.Get("User-Agent"))
	require.Equal(t, "application/json", h.Get("Content-Type"))
	require.NotEmpty(t, h.Get("X-Request-UUID"))
	require.Equal(t, signed(hookSecret, got[0].body), h.Get("X-Hub-Signature"))
	require.Contains(t, string(got[0].body), "Six & <more>", "nothing is escaped for HTML")

	changes, _ := kittest.At(got[0].json, "push", "changes").([]any)
	require.Len(t, changes, 1)
	require.Equal(t, hash, kittest.At(changes[0], "new", "target", "hash"))
	require.Equal(t, true, kittest.At(changes[0], "truncated"))
	require.Len(t, kittest.At(changes[0], "commits"), 5, "only the newest five")
	require.Equal(t, "bob", kittest.At(got[0].json, "actor", "nickname"))
	require.NotContains(t, kittest.At(got[0].json, "actor"), "username")
	require.Equal(t, "acme", kittest.At(got[0].json, "repository", "workspace", "slug"))
	require.Regexp(t, `^\{[0-9a-f-]{36}\}$`, kittest.At(got[0].json, "repository", "uuid"))
}

func TestCloudTriesThreeTimesAtOnceAfterServerErrorsOnly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		answers  []int
		attempts int
		state    string
	}{
		{[]int{200}, 1, kit.DeliveryDone},
		{[]int{500, 204}, 2, kit.DeliveryDone},
		{[]int{500, 502, 503}, 3, kit.DeliveryFailed},
		{[]int{404}, 1, kit.DeliveryRefused},
		{[]int{401}, 1, kit.DeliveryRefused},
		{[]int{302}, 1, kit.DeliveryRefused},
	} {
		s, hook := setStage(t), listen(t, c.answers...)
		s.hook(hook, hookSecret, "repo:push")
		_, err := s.repo.Push(bitbucket.Push{Branch: "main", Commits: []string{"Fix"}})
		require.NoError(t, err)
		got := hook.All()
		require.Len(t, got, c.attempts, c.answers)
		ids, numbers := map[string]bool{}, []string{}
		for _, one := range got {
			ids[one.header.Get("X-Request-UUID")] = true
			numbers = append(numbers, one.header.Get("X-Attempt-Number"))
		}
		require.Len(t, ids, 1, "the request UUID stays")
		require.Equal(t, []string{"1", "2", "3"}[:c.attempts], numbers)
		require.Equal(t, c.state, s.sbx.Deliveries()[0].State)
	}
}

func TestAWebhookWithoutSecretIsNotSigned(t *testing.T) {
	t.Parallel()
	s, hook := setStage(t), listen(t)
	r := s.as("ada", http.MethodPost, "/2.0/repositories/acme/web/hooks", `{"url":"`+hook.URL+`","events":["repo:push"]}`)
	require.Equal(t, http.StatusCreated, r.status, r.text)
	require.Equal(t, false, r.at("secret_set"))
	_, err := s.repo.Push(bitbucket.Push{Branch: "main", Commits: []string{"Fix"}})
	require.NoError(t, err)
	require.Empty(t, hook.All()[0].header.Get("X-Hub-Signature"))
}

func TestCloudSendsNothingLargerThanItsCap(t *testing.T) {
	t.Parallel()
	s, hook := setStage(t), listen(t)
	s.hook(hook, hookSecret, "repo:push")
	_, err := s.repo.Push(bitbucket.Push{Branch: "main", Commits: []string{strings.Repeat("x", 300<<10)}})
	require.NoError(t, err)
	require.Empty(t, hook.All())
	require.Equal(t, kit.DeliveryDropped, s.sbx.Deliveries()[0].State)
}

func TestADataCenterSendsOnceAndRestsAfterFiveFailures(t *testing.T) {
	t.Parallel()
	s, hook := setStage(t, dataCenter("9.4.0")), listen(t, 500, 500, 500, 500, 500, 500, 200, 200)
	s.hook(hook, hookSecret, "repo:refs_changed")
	push := func() string {
		_, err := s.repo.Push(bitbucket.Push{Branch: "main", Commits: []string{"Fix"}})
		require.NoError(t, err)
		all := s.sbx.Deliveries()
		return all[len(all)-1].State
	}
	for range 5 {
		require.Equal(t, kit.DeliveryFailed, push())
	}
	require.Equal(t, kit.DeliverySkipped, push())
	s.sbx.Advance(10 * time.Second)
	require.Equal(t, kit.DeliveryFailed, push())
	s.sbx.Advance(10 * time.Second)
	require.Equal(t, kit.DeliverySkipped, push(), "twice as long")
	s.sbx.Advance(10 * time.Second)
	require.Equal(t, kit.DeliveryDone, push())
	require.Equal(t, kit.DeliveryDone, push())
	got := hook.All()
	require.Len(t, got, 8)
	require.Equal(t, signed(hookSecret, got[0].body), got[0].header.Get("X-Hub-Signature"))
	require.NotEmpty(t, got[0].header.Get("X-Request-Id"))
	require.NotEqual(t, got[0].header.Get("X-Request-Id"), got[1].header.Get("X-Request-Id"))
	require.Contains(t, got[0].header.Get("User-Agent"), "Bitbucket-9.4.0")
	require.Equal(t, "application/json; charset=utf-8", got[0].header.Get("Content-Type"))
}

func TestDataCenterTenWritesDatesAsText(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]any{"7.21.0": float64(noon.UnixMilli()), "9.4.0": float64(noon.UnixMilli()), "10.0.1": "2026-03-02T12:00:00.000Z"} {
		s, hook := setStage(t, dataCenter(version)), listen(t)
		s.hook(hook, hookSecret, "pr:opened", "repo:refs_changed")
		_, err := s.repo.Push(bitbucket.Push{Branch: "fix", Commits: []string{"Fix"}})
		require.NoError(t, err)
		_, err = s.repo.OpenPullRequest(bitbucket.PullRequest{Title: "Fix", Source: "fix"})
		require.NoError(t, err)
		got := hook.All()
		require.Len(t, got, 2)
		require.Equal(t, want, kittest.At(got[1].json, "pullRequest", "createdDate"), version)
		require.Equal(t, "2026-03-02T12:00:00+0000", kittest.At(got[1].json, "date"))
		if commits, ok := got[0].json["commits"].([]any); version == "7.21.0" {
			require.False(t, ok, "the commits came with 8")
		} else {
			require.Equal(t, want, kittest.At(commits[0], "authorTimestamp"))
		}
		read := s.as("ada", http.MethodGet, "/rest/api/1.0/projects/acme/repos/web/pull-requests/1", "")
		require.Equal(t, float64(noon.UnixMilli()), read.at("createdDate"), "the API has numbers")
	}
}

func TestThePingIsSignedOnlyWhereThePolicySaysSo(t *testing.T) {
	t.Parallel()
	s, hook := setStage(t, dataCenter("9.4.0")), listen(t)
	s.hook(hook, hookSecret, "pr:opened")
	require.Equal(t, http.StatusOK, s.as("ada", http.MethodPost, "/rest/api/latest/projects/acme/repos/web/webhooks/test?url="+hook.URL, "").status)
	s.sbx.Settle()
	require.NoError(t, s.sbx.SetPolicy(bitbucket.Policy{SignedPing: true}))
	require.NoError(t, s.repo.Ping())
	got := hook.All()
	require.Len(t, got, 2)
	require.Equal(t, "diagnostics:ping", got[0].event)
	require.JSONEq(t, `{"test":true}`, string(got[0].body))
	require.Empty(t, got[0].header.Get("X-Hub-Signature"))
	require.Equal(t, signed(hookSecret, got[1].body), got[1].header.Get("X-Hub-Signature"))
}

func TestDeliveriesGoWrongAsTheRulesSay(t *testing.T) {
	t.Parallel()
	s, hook := setStage(t), listen(t)
	s.hook(hook, hookSecret, "repo:push")
	for _, action := range []kit.Action{{Duplicate: 2}, {Drop: true}, {BadSignature: true}, {NoSignature: true}, {DelaySeconds: 60}} {
		require.NoError(t, s.sbx.AddFault(kit.Fault{Match: kit.Match{Event: "repo:push"}, Action: action}))
	}
	for _, message := range []string{"twice more", "lost", "forged", "bare", "late", "right"} {
		_, err := s.repo.Push(bitbucket.Push{Branch: "main", Commits: []string{message}})
		require.NoError(t, err)
	}
	s.sbx.Advance(time.Minute)
	got := hook.All()
	require.Len(t, got, 7)
	require.Equal(t, got[0].header.Get("X-Request-Uuid"), got[2].header.Get("X-Request-Uuid"))
	require.NotEqual(t, signed(hookSecret, got[3].body), got[3].header.Get("X-Hub-Signature"))
	require.Empty(t, got[4].header.Get("X-Hub-Signature"))
	require.Contains(t, string(got[5].body), `"right`)
	require.Contains(t, string(got[6].body), `"late`, "it was overtaken")
}
