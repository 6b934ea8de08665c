package content

import (
	"embed"
	"io/fs"
)

//go:embed texts/*.json
var files embed.FS

// Texts returns the surface's own messages, some files for each language.
func Texts() fs.FS {
	below, err := fs.Sub(files, "texts")
	if err != nil {
		return files // cannot be: the folder is part of the binary
	}
	return below
}
