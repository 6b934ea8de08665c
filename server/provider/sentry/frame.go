package sentry

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

const (
	// aroundFrame is how many lines of code are shown before and after the failing one.
	aroundFrame = 2
	// maxCode limits a line of code, in characters.
	maxCode = 140
	// maxFile limits a file's path, in characters. Its end is kept.
	maxFile = 120
)

// frame is the place in the code where an error was raised.
type frame struct {
	File     string `json:"file,omitempty"`
	Function string `json:"function,omitempty"`
	Line     int64  `json:"line,omitempty"`
	// Code are the lines around it; First is the number of the first line.
	Code  []string `json:"code,omitempty"`
	First int64    `json:"first,omitempty"`
}

// sentFrame is a frame of a stack trace. The values of variables aren't read.
type sentFrame struct {
	File     text       `json:"filename"`
	Path     text       `json:"abs_path"`
	Module   text       `json:"module"`
	Function text       `json:"function"`
	Line     text       `json:"lineno"`
	Context  text       `json:"context_line"`
	Before   list[text] `json:"pre_context"`
	After    list[text] `json:"post_context"`
	InApp    any        `json:"in_app"`
}

// sentTrace is a stack trace, from the oldest call to the newest.
type sentTrace struct {
	Frames list[sentFrame] `json:"frames"`
}

// sentExceptions are the exceptions of an event, from the first to the last raised.
type sentExceptions struct {
	Values list[struct {
		Type  text               `json:"type"`
		Value text               `json:"value"`
		Trace lenient[sentTrace] `json:"stacktrace"`
	}] `json:"values"`
}

// frameOf returns the newest frame in the application's own code, otherwise the newest of all; nil for none.
func frameOf(frames []sentFrame) *frame {
	if len(frames) == 0 {
		return nil
	}
	chosen := frames[len(frames)-1]
	for _, f := range slices.Backward(frames) {
		if own, _ := f.InApp.(bool); own {
			chosen = f
			break
		}
	}
	return chosen.frame()
}

func (s sentFrame) frame() *frame {
	f := &frame{
		File:     shortFile(untrusted.Line(cmp.Or(string(s.File), string(s.Path), string(s.Module)), maxAddress)),
		Function: s.Function.line(maxName), Line: s.Line.number(),
	}
	if s.Context != "" {
		before := s.Before[max(0, len(s.Before)-aroundFrame):]
		after := s.After[:min(len(s.After), aroundFrame)]
		for _, one := range append(append(append([]text{}, before...), s.Context), after...) {
			f.Code = append(f.Code, chat.Truncate(strings.TrimRight(strings.ToValidUTF8(string(one), "\ufffd"), " \t\r\n"), maxCode))
		}
		f.First = max(f.Line-int64(len(before)), 0)
	}
	if f.File == "" && f.Function == "" && len(f.Code) == 0 {
		return nil
	}
	return f
}

// shortFile returns the end of a path.
func shortFile(path string) string {
	runes := []rune(path)
	if len(runes) <= maxFile {
		return path
	}
	return "…" + string(runes[len(runes)-maxFile+1:])
}

// place returns the file with the line.
func (f frame) place() string {
	if f.Line > 0 && f.File != "" {
		return f.File + ":" + itoa(f.Line)
	}
	return f.File
}

// block returns the code with line numbers, with the failing line marked.
func (f frame) block() chat.Text {
	if len(f.Code) == 0 {
		return nil
	}
	width := len(strconv.FormatInt(f.First+int64(len(f.Code)), 10))
	lines := make([]string, len(f.Code))
	for i, code := range f.Code {
		at := f.First + int64(i)
		mark, number := "  ", strings.Repeat(" ", width)
		if f.Line > 0 {
			number = itoa(at)
			number = strings.Repeat(" ", max(width-len(number), 0)) + number
			if at == f.Line {
				mark = "> "
			}
		}
		lines[i] = mark + number + "  " + code
	}
	return chat.CodeBlock(lines)
}
