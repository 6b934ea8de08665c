package jenkins

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// branchPattern matches names that only branches have.
var branchPattern = regexp.MustCompile(`^(main|master|develop|trunk|PR-[0-9]+|MR-[0-9]+)$`)

// Limits of addresses.
const (
	maxAddress = 1000
	maxSubject = 200
	maxDepth   = 20
)

// unconfiguredHost is the host in links of a Jenkins that doesn't know its own address.
const unconfiguredHost = "unconfigured-jenkins-location"

// location is where a build or job is: the Jenkins, the names of folders and job, and the build's number.
type location struct {
	// Base is the address of the Jenkins without a slash at the end; "" if the Jenkins doesn't know it.
	Base string `json:"base,omitempty"`
	// Path has the names as people read them: a branch "feature/x" is one of them.
	Path []string `json:"path,omitempty"`
	// Part is a configuration of a matrix job or a module of a Maven job; "" for the job itself.
	Part   string `json:"part,omitempty"`
	Number int64  `json:"number,omitempty"`
}

// parseAddress returns the location in the address of a build: the display address of the plugin "Zoom", that of Blue Ocean, or the plain
// one of the plugin "Notification". It returns a zero location for any other address.
func parseAddress(address string) location {
	if len(address) > maxAddress {
		return location{}
	}
	u, err := url.Parse(address)
	if err != nil || u.User != nil || u.Host != "" && !isWeb(u.Scheme) || u.Host == "" && u.Scheme != "" {
		return location{}
	}
	base := ""
	if u.Host != "" && u.Host != unconfiguredHost {
		base = strings.ToLower(u.Scheme + "://" + u.Host)
	}
	segments := strings.FieldsFunc(u.EscapedPath(), func(c rune) bool { return c == '/' })
	if at := slices.Index(segments, "blue"); at >= 0 && at+1 < len(segments) && segments[at+1] == "organizations" {
		return newLocation(withContextPath(base, segments[:at]), parseBlueOcean(segments[at+2:]))
	}
	at := slices.Index(segments, "job")
	if at < 0 {
		return location{}
	}
	return newLocation(withContextPath(base, segments[:at]), parseClassic(segments[at:]))
}

func isWeb(scheme string) bool { return scheme == "https" || scheme == "http" }

// withContextPath returns the base with the context path of the Jenkins.
func withContextPath(base string, segments []string) string {
	if base == "" || len(segments) == 0 {
		return base
	}
	return base + "/" + strings.Join(segments, "/")
}

// newLocation returns a location if all of its names are valid.
func newLocation(base string, p location) location {
	if len(p.Path) == 0 || len(p.Path) > maxDepth || strings.Contains(base, "/..") || strings.Contains(base, "/.") {
		return location{}
	}
	for _, name := range append([]string{cmp.Or(p.Part, "part")}, p.Path...) {
		if name == "" || name == "." || name == ".." || !utf8.ValidString(name) {
			return location{}
		}
	}
	p.Base = base
	return p
}

// parseClassic reads job/folder/job/web/42/…, and job/web/ as a job without a build. The branches of a multibranch job are jobs with
// encoded names, which addresses encode once more.
func parseClassic(segments []string) location {
	var p location
	for len(segments) >= 2 && segments[0] == "job" {
		p.Path = append(p.Path, decodeSegment(segments[1]))
		segments = segments[2:]
	}
	if len(segments) > 0 {
		p.Number = parseNumber(segments[0])
		if p.Number == 0 && len(segments) > 1 && len(p.Path) > 0 {
			if p.Number = parseNumber(segments[1]); p.Number > 0 {
				p.Part = decodeSegment(segments[0]) // job/web/AXIS=value/42/
			}
		}
	}
	return p
}

// parseBlueOcean reads jenkins/folder%2Fweb/detail/main/42/…: the full name of the job, then its own name or the branch, and the number.
func parseBlueOcean(segments []string) location {
	if len(segments) < 5 || segments[2] != "detail" {
		return location{}
	}
	full, err := url.PathUnescape(segments[1])
	if err != nil {
		return location{}
	}
	var p location
	for name := range strings.SplitSeq(full, "/") {
		p.Path = append(p.Path, decodeSegment(name))
	}
	if detail := decodeSegment(segments[3]); detail != p.Path[len(p.Path)-1] {
		p.Path = append(p.Path, detail)
	}
	p.Number = parseNumber(segments[4])
	return p
}

// decodeSegment decodes a name, twice if it was encoded twice. Jenkins allows no "%" in names.
func decodeSegment(segment string) string {
	for range 2 {
		decoded, err := url.PathUnescape(segment)
		if err != nil {
			break
		}
		segment = decoded
	}
	return segment
}

func parseNumber(segment string) int64 {
	n, err := strconv.ParseInt(segment, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// path returns the address of the build, or of its job, below the base.
func (p location) path(build bool) string {
	var b strings.Builder
	for _, name := range p.Path {
		b.WriteString("/job/" + url.PathEscape(encodeName(name)))
	}
	if p.Part != "" {
		b.WriteString("/" + url.PathEscape(p.Part))
	}
	if build {
		b.WriteString("/" + strconv.FormatInt(p.Number, 10))
	}
	return b.String()
}

// encodeName returns the name as Jenkins stores it: characters that names can't have, such as the slash of a branch, are encoded.
func encodeName(name string) string {
	const refused = `?*/\%!@#$^&|<>[]:;`
	var b strings.Builder
	for _, c := range []byte(name) {
		if c < ' ' || strings.IndexByte(refused, c) >= 0 {
			b.WriteString("%" + strings.ToUpper(hex.EncodeToString([]byte{c})))
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

// job returns the job's full name ("folder/web/main"), which filters match.
func (p location) job() string { return strings.Join(p.names(), "/") }

// names returns the names of the folders, the job, and its part.
func (p location) names() []string {
	if p.Part == "" {
		return p.Path
	}
	return append(slices.Clone(p.Path), p.Part)
}

// branch returns the branch of a multibranch job if its name can only be a branch, or "".
func (p location) branch() string {
	if len(p.Path) < 2 {
		return ""
	}
	last := p.Path[len(p.Path)-1]
	if strings.Contains(last, "/") || branchPattern.MatchString(last) {
		return last
	}
	return ""
}

// boundName returns the name. If it is too long for a subject, a hash replaces its end.
func boundName(name string) string {
	if utf8.RuneCountInString(name) <= maxSubject && utf8.ValidString(name) {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	start := []rune(strings.ToValidUTF8(name, "?"))
	return string(start[:min(len(start), maxSubject-33)]) + "#" + hex.EncodeToString(sum[:16])
}
