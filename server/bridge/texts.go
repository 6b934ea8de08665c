package bridge

import (
	"embed"
	"io/fs"
)

//go:embed texts/*.json
var texts embed.FS

// Texts returns the bridge's messages, some files for each language.
func Texts() fs.FS {
	below, err := fs.Sub(texts, "texts")
	if err != nil {
		return texts // cannot be: the folder is part of the binary
	}
	return below
}
