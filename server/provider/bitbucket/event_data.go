package bitbucket

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

// How much is taken over of what came from outside, in characters.
const (
	maxTitle  = 160
	maxName   = 80
	maxBranch = 250
	// maxExcerpt is how much of a comment is shown; it is kept nowhere.
	maxExcerpt = 300
	// maxListed is how many commits of a push are shown; Cloud tells of no more.
	maxListed = 5
)

// eventData is what one event says, the same for both products; see provider.Event.Data.
type eventData struct {
	Repo repo `json:"repo"`
	// By is who did it, At when.
	By person    `json:"by,omitzero"`
	At time.Time `json:"at,omitzero"`
	// NoBuildEvents says that no deliveries tell of builds there, so that they have to be looked up.
	NoBuildEvents bool `json:"no_build_events,omitempty"`

	// Commit is what Status and Push are about, and Comment where there is no Pull.
	Commit  *commit   `json:"commit,omitempty"`
	Status  *status   `json:"status,omitempty"`
	Push    *push     `json:"push,omitempty"`
	Ref     *refData  `json:"ref,omitempty"`
	Refs    *refsData `json:"refs,omitempty"`
	Pull    *pull     `json:"pull,omitempty"`
	Comment *comment  `json:"comment,omitempty"`
	// Type is what happened to the pull request or comment.
	Type eventType `json:"type,omitempty"`
}

// repo is where something happened.
type repo struct {
	Name string `json:"name"`
	URL  string `json:"url,omitempty"`
}

// commitURL returns the page of a commit, "" where that of the repository is not known.
func (r repo) commitURL(hash string) string {
	if r.URL == "" || hash == "" {
		return ""
	}
	return r.URL + "/commits/" + url.PathEscape(hash)
}

// pullURL returns the page of a pull request, "" where that of the repository is not known.
func (r repo) pullURL(id int64) string {
	if r.URL == "" || id <= 0 {
		return ""
	}
	return r.URL + "/pull-requests/" + itoa(id)
}

// person is somebody at Bitbucket.
type person struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
}

// commit is one commit, by its first line.
type commit struct {
	Hash   string `json:"hash"`
	Title  string `json:"title,omitempty"`
	Author string `json:"author,omitempty"`
}

// push moved a branch to the commit.
type push struct {
	Branch string `json:"branch"`
	// From is where the branch was before; "" for a new one.
	From    string   `json:"from,omitempty"`
	Commits []commit `json:"commits,omitempty"`
	// More says that there were more commits than are listed.
	More   bool `json:"more,omitempty"`
	Forced bool `json:"forced,omitempty"`
	// Created says that the branch is new, so that the commits may be others' too.
	Created bool `json:"created,omitempty"`
}

// refData is a branch or tag that was made, moved or deleted.
type refData struct {
	Tag     bool   `json:"tag,omitempty"`
	Name    string `json:"name"`
	Hash    string `json:"hash,omitempty"`
	Deleted bool   `json:"deleted,omitempty"`
	// Moved says that a tag was there before.
	Moved bool `json:"moved,omitempty"`
}

// comment is one comment by its number, with its first lines on their way to the thread.
type comment struct {
	ID      int64  `json:"id"`
	Parent  int64  `json:"parent,omitempty"`
	Excerpt string `json:"excerpt,omitempty"`
	Path    string `json:"path,omitempty"`
	Line    int    `json:"line,omitempty"`
	URL     string `json:"url,omitempty"`
}

// eventType is what somebody did.
type eventType string

// The deeds.
const (
	typeOpened           eventType = "open"
	typeUpdated          eventType = "update"
	typeApproved         eventType = "approve"
	typeReviewWithdrawn  eventType = "retract" // took the approval, or the request for changes, back
	typeChangesRequested eventType = "reject"  // asked for changes
	typeMerged           eventType = "merge"
	typeDeclined         eventType = "decline"
	typeDeleted          eventType = "delete"
	typeCommented        eventType = "comment"
	typeLookedUp         eventType = "refresh" // nobody did anything: it was looked up
)

// verdict returns the verdict that the deed is, "" for none.
func (d eventType) verdict() string {
	switch d {
	case typeApproved:
		return verdictApproved
	case typeChangesRequested:
		return verdictChanges
	}
	return ""
}

// endState returns the state that the deed leaves the pull request in, "" where it does not end it.
func (d eventType) endState() string {
	switch d {
	case typeMerged:
		return pullMerged
	case typeDeclined:
		return pullDeclined
	case typeDeleted:
		return pullDeleted
	}
	return ""
}

const (
	shortHash = 7
	// prefixHash is so much of a hash as Cloud's pull requests name commits by.
	prefixHash = 12
	maxSubject = 180
)

// abbreviate returns a hash as people write it.
func abbreviate(hash string) string { return hash[:min(len(hash), shortHash)] }

// commitSubject names a commit; Cloud's pull requests know it by the beginning of its hash alone.
func commitSubject(hash string) string { return "commit/" + hash[:min(len(hash), prefixHash)] }

// headAlias returns the name under which a pull request is found by the commit that it ends with.
func headAlias(hash string) string { return "head/" + hash[:min(len(hash), prefixHash)] }

// sameCommit reports whether two hashes, either of which may be cut, are of one commit.
func sameCommit(a, b string) bool {
	n := min(len(a), len(b))
	return n >= shortHash && a[:n] == b[:n]
}

// boundName returns a name of two parts that is not too long for a subject or series.
func boundName(kind, name string) string {
	if utf8.RuneCountInString(name) > maxSubject-len(kind) {
		sum := sha256.Sum256([]byte(name))
		name = hex.EncodeToString(sum[:])
	}
	return kind + "/" + name
}

// event returns the event with the news as its data.
func event(n eventData, e provider.Event) provider.Event {
	data, err := json.Marshal(n)
	if err != nil {
		data = nil // cannot be: news holds plain values only
	}
	e.Data = data
	return e
}

// labels returns those of an event; a blank one is none.
func labels(branch, build string) map[string]string {
	all := map[string]string{}
	if branch != "" {
		all[labelBranch] = branch
	}
	if build != "" {
		all[labelBuild] = build
	}
	if len(all) == 0 {
		return nil
	}
	return all
}

// timeKey writes a time for an identity.
func timeKey(at time.Time) string { return strconv.FormatInt(at.UnixMilli(), 10) }

// firstLine returns the first line of a commit's message.
func firstLine(message string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(message), "\n")
	return untrusted.Line(line, maxTitle)
}

// validHash returns the text if it can be the hash of a commit, else "".
func validHash(text string) string {
	text = strings.ToLower(strings.TrimSpace(text))
	if len(text) < shortHash || len(text) > 64 || strings.Trim(text, "0123456789abcdef") != "" || strings.Trim(text, "0") == "" {
		return ""
	}
	return text
}
