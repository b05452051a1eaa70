// Package internal holds tests of the whole: that the imports of this tree are
// the architecture that ARCHITECTURE.md draws, and that the tests which
// docs/attacks.md names are there.
package internal

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A pkg is a package of this module by its folder, such as "internal/rc".
type pkg struct {
	dir         string
	comment     bool
	imports     []string // of the package's own files
	testImports []string // of its test files
}

func load(t *testing.T) map[string]*pkg {
	pkgs := map[string]*pkg{}
	root := ".."
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && path != root || d.Name() == "node_modules" || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if filepath.Ext(path) != ".go" {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			return err
		}
		dir, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		dir = filepath.ToSlash(dir)
		p := pkgs[dir]
		if p == nil {
			p = &pkg{dir: dir}
			pkgs[dir] = p
		}
		p.comment = p.comment || f.Doc != nil
		for _, spec := range f.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if strings.HasSuffix(path, "_test.go") {
				p.testImports = append(p.testImports, name)
			} else {
				p.imports = append(p.imports, name)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return pkgs
}

func within(dir, tree string) bool { return dir == tree || strings.HasPrefix(dir, tree+"/") }

// tier says how high a package stands; imports within the module go to a
// lower tier, or down inside one room.
func tier(dir string) (tier int, room string) {
	switch {
	case dir == "internal/rc", dir == "internal/opaque", dir == "internal/reach", dir == "internal/rigtest":
		return 0, dir
	case within(dir, "internal/store"), within(dir, "internal/bus"), within(dir, "internal/listen"), within(dir, "internal/sip"), within(dir, "web"), within(dir, "internal/widget/lang"):
		return 1, dir
	case within(dir, "internal/media"):
		return 1, "internal/media" // and its test support
	case within(dir, "internal/sqlstore"), within(dir, "internal/storetest"), within(dir, "internal/bustest"):
		return 2, dir
	case within(dir, "internal/natsbus"):
		return 2, "internal/natsbus" // and its test support
	case within(dir, "internal/platform/wire"), within(dir, "internal/platform/event"), within(dir, "internal/platform/answering"), within(dir, "internal/platform/password"),
		within(dir, "internal/widget/seal"), within(dir, "internal/widget/visit"), within(dir, "internal/widget/intake"), within(dir, "internal/widget/protocol"), within(dir, "internal/widget/call"):
		return 2, dir
	case within(dir, "internal/widget/markup"), within(dir, "internal/widget/form"), within(dir, "internal/widget/contact"):
		return 2, "what fragments are drawn with"
	case within(dir, "internal/platform/signing"):
		return 2, "internal/platform/signing" // and its test support
	case dir == "internal/widget/streettest":
		return 4, dir // of the rooms' tests, on top of the rooms
	case within(dir, "internal/platform"), within(dir, "internal/widget"):
		return 3, strings.Join(strings.Split(dir, "/")[:3], "/")
	case within(dir, "examples"):
		return 3, strings.Join(strings.Split(dir, "/")[:2], "/")
	case within(dir, "internal/app"):
		return 4, dir
	}
	return 5, "outside" // cmd, bench, e2e
}

func TestImportsPointDown(t *testing.T) {
	for dir, p := range load(t) {
		from, room := tier(dir)
		for _, name := range p.imports {
			to, ok := strings.CutPrefix(name, "offhook/")
			if !ok {
				continue
			}
			toTier, toRoom := tier(to)
			if toTier > from || toTier == from && toRoom != room {
				t.Errorf("%s imports %s, which is not below it: let them meet in the store, on the bus, or through an interface that %s declares", dir, to, dir)
			}
		}
	}
}

func TestTheHousesNeverMeet(t *testing.T) {
	for dir, p := range load(t) {
		for _, name := range slices.Concat(p.imports, p.testImports) {
			to := strings.TrimPrefix(name, "offhook/")
			if within(dir, "internal/platform") && within(to, "internal/widget") || within(dir, "internal/widget") && within(to, "internal/platform") {
				t.Errorf("%s imports %s: the houses meet on sockets only", dir, to)
			}
		}
	}
}

func TestOnlyTheirOwnersImportThem(t *testing.T) {
	for name, owners := range map[string][]string{
		"database/sql":                    {"internal/sqlstore"},
		"offhook/internal/sqlstore":       {"internal/app"},
		"offhook/internal/natsbus":        {"internal/app"},
		"github.com/nats-io/nats.go":      {"internal/natsbus"},
		"github.com/goccy/go-yaml":        {"internal/app"},
		"golang.org/x/oauth2":             {"internal/widget", "examples/crm"},
		"github.com/go-jose/go-jose/v4":   {"internal/platform"},
		"golang.org/x/crypto/argon2":      {"internal/platform"},
		"offhook/internal/app":            {"cmd/offhook", "bench"},
		"offhook/internal/storetest":      nil,
		"offhook/internal/bustest":        nil,
		"github.com/jackc/pgx/v5":         {"internal/sqlstore"},
		"github.com/coder/websocket":      {"internal/platform/notify", "internal/widget/hostlink", "internal/widget/desk", "internal/sip", "bench"},
		"github.com/emiago/sipgo/sip":     {"internal/sip"},
		"github.com/icholy/digest":        {"internal/sip"},
		"github.com/pion/webrtc/v4":       {"internal/media"},
		"github.com/pion/opus":            {"internal/media"},
		"github.com/nyaruka/phonenumbers": {"internal/platform", "internal/widget", "examples"},
	} {
		for dir, p := range load(t) {
			owned := strings.HasSuffix(dir, "test") || slices.ContainsFunc(owners, func(o string) bool { return within(dir, o) })
			if !owned && slices.Contains(p.imports, name) {
				t.Errorf("%s imports %s, which belongs to %v", dir, name, owners)
			}
		}
	}
}

func TestRCImportsTheStandardLibraryOnly(t *testing.T) {
	for _, name := range load(t)["internal/rc"].imports {
		if strings.Contains(strings.Split(name, "/")[0], ".") || strings.HasPrefix(name, "offhook/") {
			t.Errorf("internal/rc imports %s", name)
		}
	}
}

func TestEveryPackageHasAComment(t *testing.T) {
	for dir, p := range load(t) {
		if !p.comment {
			t.Errorf("%s has no package comment", dir)
		}
	}
}
