package main

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	code "mattermost-plugin-zoom/sandbox/bitbucket"
	"mattermost-plugin-zoom/server/mattermost/mmtest"
	"mattermost-plugin-zoom/server/provider"
)

// The stories of this file are those of docs/faults.md: faults found with deliveries of real repositories.

// hashes are commits of these stories.
var hashes = []string{strings.Repeat("a", 39) + "1", strings.Repeat("b", 39) + "2", strings.Repeat("c", 39) + "3"}

// delivers sends a signed delivery that the sandbox can't produce: the event with this body.
func (h *codeHost) delivers(event, body string) {
	h.t.Helper()
	hook := h.repo.Hooks()[0]
	r, err := http.NewRequest(http.MethodPost, hook.URL, bytes.NewReader([]byte(body)))
	require.NoError(h.t, err)
	r.Header.Set("X-Event-Key", event)
	r.Header.Set("X-Hub-Signature", "sha256="+provider.Sign([]byte(body), h.signedWith()))
	h.forged++
	r.Header.Set("X-Request-Uuid", fmt.Sprint("delivery ", h.forged))
	r.Header.Set("X-Request-Id", fmt.Sprint("delivery ", h.forged))
	answer, err := receipts{h}.RoundTrip(r)
	require.NoError(h.t, err)
	require.Equal(h.t, http.StatusOK, answer.StatusCode)
	require.NoError(h.t, answer.Body.Close())
	h.passes()
}

// plain are parts of bodies as Cloud sends them; %s is filled in by sprintf where it occurs.
const (
	cloudAda  = `{"type":"user","display_name":"Ada Byron","uuid":"{00000000-0000-4000-8000-00000000000a}","account_id":"557058:0a"}`
	cloudHere = `"repository":{"type":"repository","full_name":"acme/web","uuid":"{1}"},"actor":` + cloudAda
)

// cloudAt is a commit of Cloud.
func cloudAt(hash, title string) string {
	return fmt.Sprintf(`{"type":"commit","hash":%q,"message":%q,"author":{"raw":"Ada Byron <ada@example.test>"}}`, hash, title+"\n")
}

// cloudRef is a branch or tag of Cloud at a commit, null where there is none.
func cloudRef(kind, name, hash string) string {
	if hash == "" {
		return "null"
	}
	return fmt.Sprintf(`{"type":%q,"name":%q,"target":%s}`, kind, name, cloudAt(hash, "Commit "+hash[:1]))
}

// cloudMoves sends Cloud's delivery about a branch that moved, with commits.
func (h *codeHost) cloudMoves(branch, from, to string, commits ...string) {
	h.t.Helper()
	var list []string
	for _, hash := range commits {
		list = append(list, cloudAt(hash, "Commit "+hash[:1]))
	}
	h.delivers("repo:push", fmt.Sprintf(`{%s,"push":{"changes":[{"old":%s,"new":%s,"created":%t,"closed":%t,"forced":false,"truncated":false,"commits":[%s]}]}}`,
		cloudHere, cloudRef("branch", branch, from), cloudRef("branch", branch, to), from == "", to == "", strings.Join(list, ",")))
}

// cloudPull is a delivery about pull request 6 from the branch of a repository.
func cloudPull(repository, branch, more string) string {
	return fmt.Sprintf(`{%s,"pullrequest":{"type":"pullrequest","id":6,"title":"Search","state":"OPEN","author":%s,
		"source":{"branch":{"name":%q},"commit":{"hash":%q},"repository":%s},
		"destination":{"branch":{"name":"main"},"commit":{"hash":%q},"repository":{"full_name":"acme/web"}},
		"reviewers":[],"participants":[],"created_on":"2026-03-02T12:00:00+00:00","updated_on":"2026-03-02T12:00:00+00:00"}%s}`,
		cloudHere, cloudAda, branch, hashes[1][:12], repository, hashes[0][:12], more)
}

const cloudSame = `{"full_name":"acme/web"}`

func TestAKnownCommitOnAnotherBranchIsShownInBothProducts(t *testing.T) {
	t.Parallel()
	t.Run("cloud", func(t *testing.T) {
		t.Parallel()
		h := newCloud(t)
		h.follows(h.backroom)
		h.cloudMoves("main", hashes[0], hashes[1], hashes[1])
		h.cloudMoves("staging", hashes[0], hashes[1], hashes[1])
		requireDeployed(h, "staging", "production", func() { h.cloudMoves("production", hashes[0], hashes[1], hashes[1]) })
	})
	t.Run("data center", func(t *testing.T) {
		t.Parallel()
		h := newDataCenter(t, "9.4.0", "ACME")
		h.follows(h.backroom)
		h.dcMoves("main", hashes[0], hashes[1])
		h.dcMoves("staging", hashes[0], hashes[1])
		requireDeployed(h, "staging", "production", func() { h.dcMoves("production", hashes[0], hashes[1]) })
	})
}

// requireDeployed requires a reply for the branch that reached the channel's one commit, and a separate card for one that reaches
// to it days later.
func requireDeployed(h *codeHost, soon, later string, days func()) {
	h.t.Helper()
	card := h.card(h.backroom)
	require.Equal(h.t, []string{"Ada Byron moved `" + soon + "` to this commit."}, thread(card, h.backroom))
	h.later(72 * time.Hour)
	days()
	require.Len(h.t, cards(h.backroom), 2, "the card of three days ago is out of sight")
	fresh := cards(h.backroom)[1]
	requireTells(h.t, fresh.Text(), "main, "+soon+", "+later)
	require.Equal(h.t, []string{"Ada Byron moved `" + later + "` to this commit."}, thread(fresh, h.backroom))
}

func (h *codeHost) dcMoves(branch, from, to string) {
	h.t.Helper()
	h.delivers("repo:refs_changed", dcPush(fmt.Sprintf(`{"ref":{"id":"refs/heads/%[1]s","displayId":%[1]q,"type":"BRANCH"},"refId":"refs/heads/%[1]s","fromHash":%q,"toHash":%q,"type":"UPDATE"}`,
		branch, from, to), ""))
}

const (
	dcAda  = `{"name":"ada","slug":"ada","displayName":"Ada Byron","id":1,"active":true,"type":"NORMAL"}`
	dcHere = `{"slug":"web","id":1,"name":"web","public":false,"project":{"key":"ACME","id":1,"name":"Acme","public":false,"type":"NORMAL"}}`
)

func dcPush(changes, more string) string {
	return `{"eventKey":"repo:refs_changed","actor":` + dcAda + `,"repository":` + dcHere + `,"changes":[` + changes + `]` + more + `}`
}

func TestCommitsOfANewBranchAreShownAsAPush(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	h.follows(h.backroom)
	h.cloudMoves("feature/search", "", hashes[1], hashes[1], hashes[0])
	card := h.card(h.backroom)
	require.Equal(t, "⬆️ Pushed · Commit b", title(card))
	requireTells(t, card.Text(), "bbbbbbb Commit b", "aaaaaaa Commit a", "feature/search")

	h.alice.Types("/bitbucket configure", h.backroom)
	h.alice.Submits(map[string]any{"events": h.alice.With("events", "branch")})
	h.cloudMoves("feature/same", "", hashes[1], hashes[1], hashes[0])
	require.Len(t, cards(h.backroom), 2, "a branch is made, but nothing is pushed")
	require.Empty(t, thread(card, h.backroom))
	h.cloudMoves("feature/more", "", hashes[2], hashes[2], hashes[1], hashes[0])
	requireTells(t, strings.Join(titles(h.backroom), "\n"), "🌱 Created · feature/more", "⬆️ Pushed · Commit c")
	require.NotContains(t, h.cardOf("Commit c", h.backroom).Text(), "Commit b", "what was pushed before belongs to another branch")
	h.cloudMoves("feature/none", "", strings.Repeat("d", 40))
	require.Len(t, cards(h.backroom), 5, "a branch without commits is only a branch")
}

func TestBuildsThatEndedBeforeThePullRequestAreOnItsCard(t *testing.T) {
	t.Parallel()
	for name, opened := range map[string]string{"opened": "pullrequest:created", "first seen later": "pullrequest:updated"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newCloud(t)
			h.follows(h.backroom)
			h.delivers("repo:commit_status_updated", fmt.Sprintf(`{%s,"commit_status":{"type":"build","key":"p","name":"Pipeline #4 for feature/search",
				"state":"FAILED","refname":"feature/search","url":"https://bitbucket.org/acme/web/pipelines/results/4","commit":%s,
				"created_on":"2026-03-02T11:50:00+00:00","updated_on":"2026-03-02T11:55:00+00:00"}}`, cloudHere, cloudAt(hashes[1], "Add search")))
			h.delivers(opened, cloudPull(cloudSame, "feature/search", ""))
			requireTells(t, h.cardOf("#6", h.backroom).Text(), "0 of 1 passed, Pipeline for feature/search failed")
		})
	}
}

func TestNewCommitsOfAPullRequestShowTheirBuilds(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	h.follows(h.backroom)
	h.proposes("Round half up")
	h.delivers("repo:commit_status_created", fmt.Sprintf(`{%s,"commit_status":{"type":"build","key":"lint","name":"lint","state":"FAILED",
		"url":"https://ci.example.com/lint/1","commit":%s,"created_on":"2026-03-02T11:50:00+00:00","updated_on":"2026-03-02T11:55:00+00:00"}}`,
		cloudHere, cloudAt(hashes[1], "Round half even")))
	body := strings.ReplaceAll(cloudPull(cloudSame, "feature/rounding", ""), `"id":6`, `"id":1`)
	now := h.mm.Now().UTC().Format(time.RFC3339)
	h.delivers("pullrequest:updated", strings.ReplaceAll(body, `"updated_on":"2026-03-02T12:00:00+00:00"`, `"updated_on":"`+now+`"`))
	requireTells(t, h.cardOf("#1", h.backroom).Text(), "0 of 1 passed, lint failed")
}

func TestAPullRequestFromAForkNamesTheFork(t *testing.T) {
	t.Parallel()
	t.Run("cloud", func(t *testing.T) {
		t.Parallel()
		h := newCloud(t)
		h.follows(h.backroom)
		h.delivers("pullrequest:created", cloudPull(`{"full_name":"bob/web-fork"}`, "main", ""))
		requireTells(t, h.cardOf("#6", h.backroom).Text(), "bob/web-fork:main → main")
		h.delivers("pullrequest:updated", cloudPull("null", "main", ""))
		requireTells(t, h.cardOf("#6", h.backroom).Text(), "bob/web-fork:main → main")
	})
	t.Run("data center", func(t *testing.T) {
		t.Parallel()
		h := newDataCenter(t, "9.4.0", "ACME")
		h.follows(h.backroom)
		h.delivers("pr:opened", dcPull(`{"slug":"web","id":7,"name":"web","project":{"key":"~BOB","id":7,"name":"Bob","type":"PERSONAL"}}`, ""))
		requireTells(t, h.cardOf("#1", h.backroom).Text(), "~BOB/web:main → main")
	})
}

// dcPull is a delivery about a pull request of an old Data Center, whose links say nothing.
func dcPull(source, more string) string {
	return fmt.Sprintf(`{"eventKey":"pr:opened","actor":%s,"pullRequest":{"id":1,"version":0,"title":"a new file added","state":"OPEN",
		"createdDate":1772452800000,"updatedDate":1772452800000,
		"fromRef":{"id":"refs/heads/main","displayId":"main","latestCommit":%q,"repository":%s},
		"toRef":{"id":"refs/heads/main","displayId":"main","latestCommit":%q,"repository":%s},
		"author":{"user":%s,"role":"AUTHOR","approved":false,"status":"UNAPPROVED"},
		"reviewers":[{"user":{"name":"john.smith","slug":"john.smith","displayName":"John Smith"},"role":"REVIEWER","approved":false,"status":"UNAPPROVED"}],
		"participants":[],"links":{"self":[null]}}%s}`, dcAda, hashes[1], source, hashes[0], dcHere, dcAda, more)
}

func TestAMentionIsTheNameOfAPerson(t *testing.T) {
	t.Parallel()
	for name, one := range map[string]struct{ raw, html, want string }{
		"who takes part":      {"@{557058:0a} can you look?", "", "@Ada Byron can you look?"},
		"by UUID":             {"@{00000000-0000-4000-8000-00000000000a}, look", "", "@Ada Byron, look"},
		"named in the HTML":   {"@{557058:77} look", `<p><span class=\"ap-mention\" data-atlassian-id=\"557058:77\">@Cy &amp; Co</span> look</p>`, "@Cy & Co look"},
		"nobody knows":        {"@{557058:78} and @{5b10a2844c20165700ede21f} look", "", "@someone and @someone look"},
		"a nickname":          {"@{ada-b} look", "", "@ada-b look"},
		"twice, and an email": {"@{557058:0a} @{557058:0a} ada@{x}", "", "@Ada Byron @Ada Byron ada@x"},
	} {
		t.Run("cloud, "+name, func(t *testing.T) {
			t.Parallel()
			h := newCloud(t)
			h.follows(h.backroom)
			h.delivers("pullrequest:comment_created", cloudPull(cloudSame, "feature/search", fmt.Sprintf(
				`,"comment":{"id":1,"content":{"raw":%q,"html":"%s"},"user":%s,"created_on":"2026-03-02T12:05:00+00:00"}`, one.raw, one.html, cloudAda)))
			require.Equal(t, "Ada Byron commented: "+one.want, strings.ReplaceAll(thread(h.cardOf("#6", h.backroom), h.backroom)[0], "\u200b", ""))
		})
	}
	for name, one := range map[string][2]string{
		"in quotes":            {`@"john.smith" look`, "@John Smith look"},
		"not in quotes":        {`look, @ada.`, "look, @Ada Byron."},
		"nobody knows":         {`@"x.y" and @nobody`, "@x.y and @nobody"},
		"an address, a number": {`ada@ada.example costs @1`, "ada@ada.example costs @1"},
	} {
		t.Run("data center, "+name, func(t *testing.T) {
			t.Parallel()
			h := newDataCenter(t, "9.4.0", "ACME")
			h.follows(h.backroom)
			h.delivers("pr:comment:added", dcPull(dcHere, fmt.Sprintf(`,"comment":{"id":9,"text":%q,"author":%s}`, one[0], dcAda)))
			require.Equal(t, "Ada Byron commented: "+one[1], strings.ReplaceAll(thread(h.cardOf("#1", h.backroom), h.backroom)[0], "\u200b", ""))
		})
	}
}

func TestLinksAreMadeWhereADeliveryHasNone(t *testing.T) {
	t.Parallel()
	for project, page := range map[string]string{"ACME": "/projects/ACME/repos/web", "~alice": "/users/alice/repos/web"} {
		t.Run(project, func(t *testing.T) {
			t.Parallel()
			h := newDataCenter(t, "9.4.0", project)
			h.follows(h.backroom)
			here := func(body string) string { return strings.ReplaceAll(body, `"key":"ACME"`, `"key":"`+project+`"`) }
			h.delivers("pr:opened", here(dcPull(dcHere, "")))
			require.Equal(t, h.site+page+"/pull-requests/1", linkOf(h.cardOf("#1", h.backroom)))
			h.delivers("repo:refs_changed", here(dcPush(fmt.Sprintf(`{"ref":{"id":"refs/heads/main","displayId":"main","type":"BRANCH"},"fromHash":%q,"toHash":%q,"type":"UPDATE"}`,
				hashes[0], hashes[1]), "")))
			require.Equal(t, h.site+page+"/commits/"+hashes[1], linkOf(h.cardOf("bbbbbbb", h.backroom)))
		})
	}
	t.Run("cloud", func(t *testing.T) {
		t.Parallel()
		h := newCloud(t)
		h.follows(h.backroom)
		h.delivers("pullrequest:created", cloudPull(cloudSame, "feature/search", ""))
		require.Equal(t, h.site+"/acme/web/pull-requests/6", linkOf(h.cardOf("#6", h.backroom)))
	})
}

// linkOf returns the link of a card's title.
func linkOf(p *mmtest.Post) string { return p.Attachments()[0].TitleLink }

func TestManyTagsOfOnePushAreOnePost(t *testing.T) {
	t.Parallel()
	changes := func(n int, kind, old string, tip func(i int) string) string {
		var all []string
		for i := range n {
			name := fmt.Sprintf("v1.%d", i)
			all = append(all, fmt.Sprintf(`{"old":%s,"new":%s,"created":true,"closed":false,"forced":false,"truncated":false%s}`,
				old, cloudRef(kind, name, tip(i)), map[string]string{"branch": `,"commits":[` + cloudAt(tip(i), "Commit") + `]`}[kind]))
		}
		return `{` + cloudHere + `,"push":{"changes":[` + strings.Join(all, ",") + `]}}`
	}
	same := func(int) string { return hashes[0] }
	t.Run("sixty", func(t *testing.T) {
		t.Parallel()
		h := newCloud(t)
		h.follows(h.backroom)
		h.delivers("repo:push", changes(60, "tag", "null", same))
		card := h.card(h.backroom)
		require.Equal(t, "🏷️ Created · v1.0, v1.1, v1.2, …", heading(card))
		requireTells(t, card.Text(), "Ada Byron", "60 tags:", "v1.19", "and 40 more")
	})
	t.Run("three", func(t *testing.T) {
		t.Parallel()
		h := newCloud(t)
		h.follows(h.backroom)
		h.alice.Types("/bitbucket configure", h.backroom)
		h.alice.Submits(map[string]any{"filter_branch": "main"})
		h.delivers("repo:push", changes(3, "tag", "null", same))
		require.Len(t, cards(h.backroom), 3, "a filter of branches has no say in tags")
	})
	t.Run("sixty branches", func(t *testing.T) {
		t.Parallel()
		h := newCloud(t)
		h.follows(h.backroom)
		h.delivers("repo:push", changes(60, "branch", "null", func(i int) string { return fmt.Sprintf("%040x", i+1) }))
		require.Equal(t, "⬆️ Pushed · v1.0, v1.1, v1.2, …", heading(h.card(h.backroom)))
		h.follows(h.town)
		h.alice.Types("/bitbucket configure", h.town)
		h.alice.Submits(map[string]any{"filter_branch": "main"})
		h.delivers("repo:push", changes(60, "branch", "null", func(i int) string { return fmt.Sprintf("%040x", i+100) }))
		require.Empty(t, cards(h.town), "none of them is a branch that this channel wants")
	})
	t.Run("data center", func(t *testing.T) {
		t.Parallel()
		h := newDataCenter(t, "9.4.0", "ACME")
		h.follows(h.backroom)
		var all []string
		for i := range 60 {
			all = append(all, fmt.Sprintf(`{"ref":{"id":"refs/tags/v%[1]d","displayId":"v%[1]d","type":"TAG"},"fromHash":%q,"toHash":%q,"type":"ADD"}`,
				i, strings.Repeat("0", 40), hashes[0]))
		}
		h.delivers("repo:refs_changed", dcPush(strings.Join(all, ","), ""))
		require.Equal(t, "🏷️ Created · v0, v1, v2, …", heading(h.card(h.backroom)))
	})
}

func TestADataCenterIsAskedForCommitsThatItsDeliveriesDoNotShow(t *testing.T) {
	t.Parallel()
	h := newDataCenter(t, "7.21.0", "ACME")
	h.follows(h.backroom)
	h.pushes("main", "Round half up", "Round half even")
	h.later(time.Minute)
	card := h.card(h.backroom)
	require.Equal(t, "⬆️ Pushed · Round half even", title(card))
	requireTells(t, card.Text(), "Round half up – Bob", "Round half even – Bob")
}

func TestACommentOnACommitIsOnItsCard(t *testing.T) {
	t.Parallel()
	comment := func(id int, text string) string {
		return fmt.Sprintf(`{%s,"commit":{"type":"commit","hash":%q},"comment":{"id":%d,"content":{"raw":%q},"user":%s,"inline":{"path":"a.go","to":3},"created_on":"2026-03-02T12:05:00+00:00"}}`,
			cloudHere, hashes[1], id, text, cloudAda)
	}
	h := newCloud(t)
	h.follows(h.backroom)
	h.delivers("repo:commit_comment_created", comment(1, "Why is this here?"))
	card := h.card(h.backroom)
	requireTells(t, card.Text(), "Ada Byron commented on `a.go:3`: Why is this here?")
	require.Empty(t, thread(card, h.backroom), "it is told once")
	h.delivers("repo:commit_comment_created", comment(2, "And this?"))
	require.Equal(t, []string{"Ada Byron commented on `a.go:3`: And this?"}, thread(card, h.backroom))

	d := newDataCenter(t, "9.4.0", "ACME")
	d.follows(d.backroom)
	hash, err := d.repo.Push(code.Push{By: "bob", Branch: "main", Commits: []string{"Round half up"}})
	d.happens(err)
	require.NotEmpty(t, hash)
	d.delivers("repo:comment:added", fmt.Sprintf(`{"eventKey":"repo:comment:added","actor":%s,"repository":%s,"commit":%q,"comment":{"id":5,"text":"Why?","author":%s}}`,
		dcAda, dcHere, hashes[1], dcAda))
	requireTells(t, d.cardOf("bbbbbbb", d.backroom).Text(), "Ada Byron commented: Why?")
}
