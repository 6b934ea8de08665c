package main

import (
	"archive/tar"
	"compress/gzip"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sort"
	"time"

	"github.com/pkg/errors"
)

// Folders that go into every bundle whole. The server serves what is in publicDir at /plugins/<id>/public/.
const (
	assetsDir = "assets"
	publicDir = "public"
)

// packed is one file of a bundle.
type packed struct {
	name string // in the bundle, below its top folder, with slashes
	mode int64
	data []byte
}

// bundle writes the plugin's .tar.gz for a manifest that apply made: the manifest, the executables and the webapp bundle
// it names, assets/ and public/, all below a folder named after the plugin. The bytes depend only on what the files hold, not on
// who built them, where or when. With fast it packs less tightly, for bundles that live only until the next build.
func bundle(dir string, m *manifest, manifestText []byte, fast bool, out io.Writer) error {
	files, err := collect(dir, m)
	if err != nil {
		return err
	}
	files = append(files, packed{"plugin.json", 0o644, manifestText})
	sort.Slice(files, func(i, j int) bool { return files[i].name < files[j].name })

	level := gzip.BestCompression
	if fast {
		level = gzip.BestSpeed
	}
	zipped, err := gzip.NewWriterLevel(out, level)
	if err != nil {
		return errors.Wrap(err, "start the archive")
	}
	archive := tar.NewWriter(zipped)
	for _, file := range files {
		header := &tar.Header{
			Typeflag: tar.TypeReg,
			Name:     path.Join(m.Id, file.name),
			Size:     int64(len(file.data)),
			Mode:     file.mode,
			ModTime:  time.Unix(0, 0),
			Format:   tar.FormatUSTAR,
		}
		if err := archive.WriteHeader(header); err != nil {
			return errors.Wrapf(err, "pack %s", file.name)
		}
		if _, err := archive.Write(file.data); err != nil {
			return errors.Wrapf(err, "pack %s", file.name)
		}
	}
	if err := archive.Close(); err != nil {
		return errors.Wrap(err, "close the archive")
	}
	return errors.Wrap(zipped.Close(), "close the archive")
}

// collect reads the files that the manifest names, and the assets.
func collect(dir string, m *manifest) ([]packed, error) {
	var files []packed
	add := func(name string, mode int64) error {
		data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			return errors.Wrap(err, "read a file of the bundle")
		}
		files = append(files, packed{name, mode, data})
		return nil
	}
	if m.HasServer() {
		for _, name := range m.Server.Executables {
			if err := add(name, 0o755); err != nil {
				return nil, err
			}
		}
	}
	if m.HasWebapp() {
		if err := add(m.Webapp.BundlePath, 0o644); err != nil {
			return nil, err
		}
	}
	for _, whole := range []string{assetsDir, publicDir} {
		err := filepath.WalkDir(filepath.Join(dir, whole), func(file string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			name, err := filepath.Rel(dir, file)
			if err != nil {
				return err
			}
			return add(filepath.ToSlash(name), 0o644)
		})
		if err != nil {
			return nil, errors.Wrap(err, "read the folder "+whole)
		}
	}
	return files, nil
}
