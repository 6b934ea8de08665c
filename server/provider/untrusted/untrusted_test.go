package untrusted_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/provider/untrusted"
)

func TestALineHasNoControlCharactersAndALimit(t *testing.T) {
	t.Parallel()
	require.Equal(t, "a b c", untrusted.Line(" a\tb\r\n\x00 c ", 10))
	require.Equal(t, "ab…", untrusted.Line("abcdef", 3))
	require.Equal(t, "\ufffd!", untrusted.Line("\xff!", 3))
}

func TestLinesKeepTheirBreaksAndMergeBlankOnes(t *testing.T) {
	t.Parallel()
	require.Equal(t, "one\n\ntwo", untrusted.Lines("\n\none\r\n\n\n\u2028two  \n\n", 100))
	require.Equal(t, "one\nt…", untrusted.Lines("one\ntwo", 6))
}

func TestALinkMayLeadOnlyToWebAddresses(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"https://example.com/a?b=c#d", "http://[::1]:8080/"} {
		require.Equal(t, good, untrusted.URL(good))
	}
	for _, bad := range []string{
		"", "example.com", "ftp://example.com", "javascript:alert(1)", "https://ann:secret@example.com", "https://exa mple.com", "https:///path",
		"https://example.com/\x7f", "https://example.com/a\u00a0b", "https://" + strings.Repeat("a", 1000) + ".com",
	} {
		require.Empty(t, untrusted.URL(bad), bad)
	}
}

func TestABaseURLHasNothingAfterItsPath(t *testing.T) {
	t.Parallel()
	base, ok := untrusted.BaseURL(" https://Git.Example.com/Path/ ")
	require.True(t, ok)
	require.Equal(t, "https://git.example.com/Path", base)
	for _, bad := range []string{"git.example.com", "https://example.com?a=b", "https://example.com#top", "https://ann@example.com"} {
		_, ok := untrusted.BaseURL(bad)
		require.False(t, ok, bad)
	}
}

func TestTimesAreReadInAllTheirForms(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 8, 3, 12, 0, 0, 0, time.UTC)
	for _, text := range []string{"2026-08-03T12:00:00Z", "2026-08-03T14:00:00+02:00", "2026-08-03T14:00:00+0200", "2026-08-03T12:00:00"} {
		require.Equal(t, at, untrusted.ParseTime(text), text)
	}
	for _, text := range []string{"", "yesterday", "1970-01-01T00:00:00Z", "9999-01-01T00:00:00Z"} {
		require.Zero(t, untrusted.ParseTime(text), text)
	}
	require.Equal(t, at, untrusted.Latest(time.Time{}, at, at.Add(-time.Hour)))
	require.Zero(t, untrusted.Latest())
}

func TestAHashIDDependsOnWhereItsPartsEnd(t *testing.T) {
	t.Parallel()
	require.Len(t, untrusted.HashID("a", "b"), 32)
	require.NotEqual(t, untrusted.HashID("ab", ""), untrusted.HashID("a", "b"))
}
