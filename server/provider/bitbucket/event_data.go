package bitbucket

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

// Limits of what is kept, in characters.
const (
	maxTitle  = 160
	maxName   = 80
	maxBranch = 250
	// maxExcerpt limits the excerpt of a comment, which isn't stored.
	maxExcerpt = 300
	// maxListed limits the commits of a push that are shown; Cloud sends no more.
	maxListed = 5
)

// eventData is what one event says, for both products; see provider.Event.Data.
type eventData struct {
	Repo repo `json:"repo"`
	// By is who acted, At when.
	By person    `json:"by,omitzero"`
	At time.Time `json:"at,omitzero"`
	// NoBuildEvents is set if the site sends no deliveries about builds, so that they have to be looked up.
	NoBuildEvents bool `json:"no_build_events,omitempty"`

	// Commit is the subject of Status and Push, and of Comment without a Pull.
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

// repo is the repository.
type repo struct {
	Name string `json:"name"`
	URL  string `json:"url,omitempty"`
}

// commitURL returns the page of a commit, or "" if that of the repository isn't known.
func (r repo) commitURL(hash string) string {
	if r.URL == "" || hash == "" {
		return ""
	}
	return r.URL + "/commits/" + url.PathEscape(hash)
}

// pullURL returns the page of a pull request, or "" if that of the repository isn't known.
func (r repo) pullURL(id int64) string {
	if r.URL == "" || id <= 0 {
		return ""
	}
	return r.URL + "/pull-requests/" + itoa(id)
}

// person is a Bitbucket user.
type person struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
}

// commit is a commit with the first line of its message.
type commit struct {
	Hash   string `json:"hash"`
	Title  string `json:"title,omitempty"`
	Author string `json:"author,omitempty"`
}

// push moved a branch to the commit.
type push struct {
	Branch string `json:"branch"`
	// From is the branch's previous commit; "" for a new branch.
	From    string   `json:"from,omitempty"`
	Commits []commit `json:"commits,omitempty"`
	// More is set if there are more commits than listed.
	More   bool `json:"more,omitempty"`
	Forced bool `json:"forced,omitempty"`
	// Created is set if the branch is new, so that other branches may have the commits, too.
	Created bool `json:"created,omitempty"`
}

// refData is a branch or tag that was created, moved or deleted.
type refData struct {
	Tag     bool   `json:"tag,omitempty"`
	Name    string `json:"name"`
	Hash    string `json:"hash,omitempty"`
	Deleted bool   `json:"deleted,omitempty"`
	// Moved is set if the tag existed before.
	Moved bool `json:"moved,omitempty"`
}

// comment is a comment by number, with an excerpt for the thread.
type comment struct {
	ID      int64  `json:"id"`
	Parent  int64  `json:"parent,omitempty"`
	Excerpt string `json:"excerpt,omitempty"`
	Path    string `json:"path,omitempty"`
	Line    int    `json:"line,omitempty"`
	URL     string `json:"url,omitempty"`
}

// eventType is what happened to a pull request or comment.
type eventType string

// The event types.
const (
	typeOpened           eventType = "open"
	typeUpdated          eventType = "update"
	typeApproved         eventType = "approve"
	typeReviewWithdrawn  eventType = "retract" // an approval, or a request for changes, was withdrawn
	typeChangesRequested eventType = "reject"  // changes were requested
	typeMerged           eventType = "merge"
	typeDeclined         eventType = "decline"
	typeDeleted          eventType = "delete"
	typeCommented        eventType = "comment"
	typeLookedUp         eventType = "refresh" // nothing happened: it was looked up
)

// verdict returns the verdict of a review event, or "".
func (d eventType) verdict() string {
	switch d {
	case typeApproved:
		return verdictApproved
	case typeChangesRequested:
		return verdictChanges
	}
	return ""
}

// endState returns the state in which the event leaves a closed pull request, or "".
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
	// prefixHash is the length of hashes in Cloud's pull requests.
	prefixHash = 12
	maxSubject = 180
)

// abbreviate returns a hash as people write it.
func abbreviate(hash string) string { return hash[:min(len(hash), shortHash)] }

// commitSubject returns the subject of a commit. Cloud's pull requests contain only the beginning of its hash.
func commitSubject(hash string) string { return "commit/" + hash[:min(len(hash), prefixHash)] }

// headAlias returns the alias of a pull request by its last commit.
func headAlias(hash string) string { return "head/" + hash[:min(len(hash), prefixHash)] }

// sameCommit reports whether two hashes, either of which may be abbreviated, are the same commit.
func sameCommit(a, b string) bool {
	n := min(len(a), len(b))
	return n >= shortHash && a[:n] == b[:n]
}

// boundName returns a name of two parts that fits the length of subjects and series.
func boundName(kind, name string) string {
	if utf8.RuneCountInString(name) > maxSubject-len(kind) {
		sum := sha256.Sum256([]byte(name))
		name = hex.EncodeToString(sum[:])
	}
	return kind + "/" + name
}

// event returns the provider.Event with the event data.
func event(n eventData, e provider.Event) provider.Event {
	e.Data = provider.Encode(n)
	return e
}

// labels returns the labels that aren't empty.
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

// timeKey returns a time for use in an ID.
func timeKey(at time.Time) string { return strconv.FormatInt(at.UnixMilli(), 10) }

// firstLine returns the first line of a commit message.
func firstLine(message string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(message), "\n")
	return untrusted.Line(line, maxTitle)
}

// validHash returns the text if it is the hash of a commit, or "".
func validHash(text string) string {
	text = strings.ToLower(strings.TrimSpace(text))
	if len(text) < shortHash || len(text) > 64 || strings.Trim(text, "0123456789abcdef") != "" || strings.Trim(text, "0") == "" {
		return ""
	}
	return text
}
