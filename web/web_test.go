package web

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func get(t *testing.T, path string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	mux := http.NewServeMux()
	Mount(mux)
	mux.HandleFunc("GET /plain.js", func(w http.ResponseWriter, r *http.Request) { Serve(w, r, "widget/app.js") })
	r := httptest.NewRequest("GET", path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	return w
}

// The vendored file is the release of htmx 4.0.1 as its authors published it.
func TestHtmxIsTheReleasedFile(t *testing.T) {
	const want = "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130"
	sum := sha256.Sum256(Source("vendor/htmx.min.js"))
	if got := hex.EncodeToString(sum[:]); got != want {
		t.Errorf("vendor/htmx.min.js has SHA-256 %s, want %s", got, want)
	}
	for _, name := range []string{"vendor/htmx.LICENSE", "vendor/pdf.LICENSE", "vendor/icons/LICENSE"} {
		if len(Source(name)) == 0 {
			t.Errorf("%s is empty", name)
		}
	}
}

// The vendored reader is pdfjs-dist 4.10.38 as its authors published it. Later
// ones need WebAssembly, which the frame's policy does not allow.
func TestTheReaderOfPDFsIsTheReleasedOne(t *testing.T) {
	for name, want := range map[string]string{
		"vendor/pdf.min.js":        "27fc2a057a00f92a4334ad06e17dbd7259912954e9fb7f76400bcca5fd190a9c",
		"vendor/pdf.worker.min.js": "1baa1844c89c80a5b2797c916e75ab29254be46d8e9cb53cb6364d7aad84be36",
	} {
		sum := sha256.Sum256(Source(name))
		if got := hex.EncodeToString(sum[:]); got != want {
			t.Errorf("%s has SHA-256 %s, want %s", name, got, want)
		}
	}
}

func TestAssetsAreCachedForEverUnderTheirHash(t *testing.T) {
	w := get(t, URL("widget/app.js"))
	for name, want := range map[string]string{
		"Content-Type":                 "text/javascript; charset=utf-8",
		"Cache-Control":                "public, max-age=31536000, immutable",
		"Cross-Origin-Resource-Policy": "cross-origin",
		"X-Content-Type-Options":       "nosniff",
		"Vary":                         "Accept-Encoding",
	} {
		if got := w.Header().Get(name); w.Code != 200 || got != want {
			t.Errorf("status %d, %s is %q, want %q", w.Code, name, got, want)
		}
	}
}

func TestAssetsComeCompressedToWhoTakesIt(t *testing.T) {
	plain := get(t, URL(Sheet))
	packed := get(t, URL(Sheet), "Accept-Encoding", "br, gzip")
	if got := packed.Header().Get("Content-Encoding"); got != "gzip" {
		t.Fatalf("Content-Encoding is %q, want gzip", got)
	}
	z, err := gzip.NewReader(packed.Body)
	if err != nil {
		t.Fatal(err)
	}
	unpacked, err := io.ReadAll(z)
	if err != nil || string(unpacked) != plain.Body.String() {
		t.Errorf("unpacked style sheet differs from the plain one (err %v)", err)
	}
}

func TestOneSheetHoldsTokensFirst(t *testing.T) {
	sheet := get(t, URL(Sheet)).Body.String()
	tokens, button := strings.Index(sheet, "--paper:"), strings.Index(sheet, ".button{")
	if tokens < 0 || button < tokens {
		t.Errorf("tokens at %d, buttons at %d; want tokens first", tokens, button)
	}
}

func TestWhatIsNotAnAssetIsNotServed(t *testing.T) {
	for _, path := range []string{
		Prefix() + "web.go", Prefix() + "vendor/htmx.LICENSE", Prefix() + "widget/", Prefix() + "../web.go",
		Prefix() + "widget/events.test.js", Prefix() + "widget/htmx.d.ts", "/assets/another-hash/widget/app.js",
	} {
		if w := get(t, path); w.Code == 200 {
			t.Errorf("%s is served: %.60q", path, w.Body)
		} else if cache := w.Header().Get("Cache-Control"); strings.Contains(cache, "immutable") {
			t.Errorf("the refusal of %s is cached: %q", path, cache)
		}
	}
}

func TestAnAssetUnderItsOwnNameIsAskedForAgain(t *testing.T) {
	first := get(t, "/plain.js")
	tag := first.Header().Get("ETag")
	if tag == "" || strings.Contains(first.Header().Get("Cache-Control"), "immutable") {
		t.Errorf("ETag %q, Cache-Control %q", tag, first.Header().Get("Cache-Control"))
	}
	if again := get(t, "/plain.js", "If-None-Match", tag); again.Code != http.StatusNotModified || again.Body.Len() > 0 {
		t.Errorf("asked again: status %d with %d bytes, want 304", again.Code, again.Body.Len())
	}
}

func TestAnUnknownNameIsAMistake(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("URL of a missing asset did not panic")
		}
	}()
	URL("widget/missing.js")
}

// Every command loads this tree, also one that serves nothing: packing 130
// files took 300 ms, reading them takes 12.
func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		load()
	}
}
