// Package web holds what browsers load from the widget house: the frame's
// modules and styles, the host page's adapter, and the vendored files. The
// whole tree is addressed by one hash of its content, so that modules may
// import each other by relative paths and caches may keep them for ever.
package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:embed *
var files embed.FS

// types are the files that are served, by extension. Anything else in the
// tree (this source, licences, tests) stays inside.
var types = map[string]string{
	".js":   "text/javascript; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".svg":  "image/svg+xml",
	".json": "application/json; charset=utf-8", // words/, what the modules say in other languages
}

// Types are the host page's declarations for TypeScript, which its developers
// read and copy.
const Types = "adapter/offhook.d.ts"

func mimeOf(name string) string {
	if name == Types {
		return "text/plain; charset=utf-8"
	}
	return types[path.Ext(name)]
}

// Sheet is the name of the one style sheet: every file of style/, tokens
// first, so that a page needs a single request for its looks.
const Sheet = "style/app.css"

// first are the style sheets that others build on, in this order; the rest
// follow by name.
var first = []string{"style/tokens.css", "style/base.css", "style/shell.css"}

type file struct {
	body   []byte
	zipped func() []byte // gzip, made when the first asks; nil when it would not be smaller
	mime   string
}

var (
	tree = load()
	hash = digest(tree)
)

// Prefix is the path under which all assets are served, with both slashes.
func Prefix() string { return "/assets/" + hash + "/" }

// URL returns the address of an asset such as "widget/app.js". A name that
// is not in the tree is a mistake in our source and panics.
func URL(name string) string {
	if _, ok := tree[name]; !ok {
		panic(fmt.Sprintf("web: no asset %q", name))
	}
	return Prefix() + name
}

// Source returns an embedded file as it stands in the tree, such as an icon
// for a template. A missing one is a mistake in our source and panics.
func Source(name string) []byte {
	body, err := files.ReadFile(name)
	if err != nil {
		panic(fmt.Sprintf("web: no file %q", name))
	}
	return body
}

// Mount serves the assets. They never change under their address.
func Mount(mux *http.ServeMux) {
	mux.HandleFunc("GET "+Prefix()+"{name...}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		serve(w, r, r.PathValue("name"))
	})
	// Browsers ask for it where a page names no icon of its own.
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, r *http.Request) { Serve(w, r, "icon.svg") })
	// A page that was opened before an upgrade asks under the old hash; it
	// gets a plain 404 that nobody caches, and reloads.
	mux.HandleFunc("GET /assets/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		http.NotFound(w, r)
	})
}

// Serve answers with one asset under an address of its own, such as
// /adapter.js, which host pages name without a hash: caches keep it for five
// minutes and then ask again.
func Serve(w http.ResponseWriter, r *http.Request, name string) {
	w.Header().Set("Cache-Control", "public, max-age=300, must-revalidate")
	w.Header().Set("ETag", strconv.Quote(hash))
	serve(w, r, name)
}

func serve(w http.ResponseWriter, r *http.Request, name string) {
	f, ok := tree[name]
	if !ok {
		w.Header().Set("Cache-Control", "no-store")
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.mime)
	h.Set("X-Content-Type-Options", "nosniff")
	// Host pages with COEP require-corp load adapter.js from us, and our own
	// frame carries COEP as well.
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	// Without it the frame starts no worker from here.
	h.Set("Cross-Origin-Embedder-Policy", "require-corp")
	h.Add("Vary", "Accept-Encoding")
	if tag := h.Get("ETag"); tag != "" && r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := f.body
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		if zipped := f.zipped(); zipped != nil {
			h.Set("Content-Encoding", "gzip")
			body = zipped
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method != http.MethodHead {
		w.Write(body)
	}
}

func load() map[string]file {
	t := map[string]file{}
	var sheets []string
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		mime := mimeOf(name)
		if mime == "" || strings.HasSuffix(name, ".test.js") {
			return nil
		}
		if strings.HasPrefix(name, "style/") {
			sheets = append(sheets, name)
		}
		t[name] = newFile(Source(name), mime)
		return nil
	})
	if err != nil {
		panic(err)
	}
	t[Sheet] = newFile(joined(sheets), types[".css"])
	return t
}

// remarks are for who reads the sources, as are spaces around signs: the one
// sheet goes without them, being among the first that a frame loads. No text in
// our sheets holds such marks.
var (
	remarks = regexp.MustCompile(`(?s)/\*.*?\*/\n?`)
	spaces  = strings.NewReplacer(": ", ":", "; }", "}", "; ", ";", " { ", "{", " {", "{", ", ", ",")
)

func joined(sheets []string) []byte {
	rank := func(name string) int {
		if i := slices.Index(first, name); i >= 0 {
			return i
		}
		return len(first)
	}
	slices.SortStableFunc(sheets, func(a, b string) int {
		if d := rank(a) - rank(b); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	var b bytes.Buffer
	for _, name := range sheets {
		b.WriteString(spaces.Replace(string(remarks.ReplaceAll(Source(name), nil))))
	}
	return b.Bytes()
}

func newFile(body []byte, mime string) file {
	return file{body: body, mime: mime, zipped: sync.OnceValue(func() []byte { return gzipped(body) })}
}

// gzipped is nil where gzip makes nothing smaller. To pack every file at the
// start would be most of what a command such as «offhook app list» takes.
func gzipped(body []byte) []byte {
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	z.Write(body)
	z.Close()
	if b.Len() < len(body) {
		return b.Bytes()
	}
	return nil
}

func digest(t map[string]file) string {
	names := make([]string, 0, len(t))
	for name := range t {
		names = append(names, name)
	}
	slices.Sort(names)
	h := sha256.New()
	for _, name := range names {
		fmt.Fprintf(h, "%s %d\n", name, len(t[name].body))
		h.Write(t[name].body)
	}
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))[:12]
}
