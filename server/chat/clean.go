package chat

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Truncate returns at most this many characters (runes) of the text. Longer text is cut at a word's end where possible and gets "…".
// Emoji, flags and accented letters are never split.
func Truncate(text string, most int) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	if most <= 0 {
		return ""
	}
	runes := []rune(text)
	end := most - 1
	for end > 0 && joined(runes, end) {
		end--
	}
	return strings.TrimRightFunc(string(runes[:end]), unicode.IsSpace) + "…"
}

// joined reports whether the runes before and after the position are drawn as one character.
func joined(runes []rune, at int) bool {
	const (
		zeroWidthJoiner = '\u200d'
		firstSkinTone   = '\U0001F3FB'
		lastSkinTone    = '\U0001F3FF'
	)
	before, after := runes[at-1], runes[at]
	switch {
	case before == zeroWidthJoiner, after == zeroWidthJoiner, unicode.Is(unicode.M, after):
		return true
	case after >= firstSkinTone && after <= lastSkinTone:
		return true
	case !unicode.Is(unicode.Regional_Indicator, after):
		return false
	}
	// Two of these make a flag: the pair is split if an odd number precedes the position.
	pairs := 0
	for i := at - 1; i >= 0 && unicode.Is(unicode.Regional_Indicator, runes[i]); i-- {
		pairs++
	}
	return pairs%2 == 1
}

// OneLine returns the text on one line. Invisible characters are removed, and runs of white space become one space.
func OneLine(text string) string {
	var b strings.Builder
	runes := []rune(strings.ToValidUTF8(text, "\ufffd"))
	for i, c := range runes {
		switch {
		case unicode.IsSpace(c):
			b.WriteByte(' ')
		case unseen(c) && !shapes(runes, i):
		default:
			b.WriteRune(c)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// unseen reports whether the character is invisible by itself: it could hide in a name, carry hidden text, or reverse the direction of
// the text.
func unseen(c rune) bool {
	return unicode.In(c, unicode.C, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) && !unicode.Is(unicode.Co, c) ||
		slices.Contains(blanks, c)
}

// blanks are letters and symbols that are drawn as nothing: the symbol for a new line, a Braille pattern without dots, and a Khmer and a
// musical symbol. Those of Hangul are among the ignorable characters.
var blanks = []rune{'\u2424', '\u2800', '\u17b4', '\u17b5', '\U0001D159'}

// shapes reports whether the invisible character changes how its neighbors are drawn: a joiner between emoji or between letters of
// scripts that need it, or a variation selector after an emoji. Next to Latin letters they only hide.
func shapes(runes []rune, at int) bool {
	const (
		nonJoiner, joiner        = '\u200c', '\u200d'
		textLook, emojiLook      = '\ufe0e', '\ufe0f'
		keycap, lastASCII   rune = '\u20e3', unicode.MaxASCII
	)
	if at == 0 || unicode.IsSpace(runes[at-1]) || unseen(runes[at-1]) && runes[at-1] != emojiLook {
		return false
	}
	last := at == len(runes)-1
	switch before := runes[at-1]; runes[at] {
	case nonJoiner, joiner:
		return before > lastASCII && !last && runes[at+1] > lastASCII && !unseen(runes[at+1]) && !unicode.IsSpace(runes[at+1])
	case textLook, emojiLook:
		return before > lastASCII && unicode.Is(unicode.So, before) || !last && runes[at+1] == keycap
	}
	return false
}

// CodeLine returns the line of code without characters that end a line or reverse its direction. A tab becomes four spaces.
func CodeLine(line string) string {
	line = strings.ReplaceAll(strings.ToValidUTF8(line, "\ufffd"), "\t", "    ")
	return strings.TrimRightFunc(strings.Map(func(c rune) rune {
		switch {
		case c == '\u2028', c == '\u2029', c == '\u2424':
			return -1
		case unicode.IsControl(c), unicode.Is(unicode.Bidi_Control, c):
			return -1
		}
		return c
	}, line), unicode.IsSpace)
}
