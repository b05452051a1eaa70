package protocol_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/widget/protocol"
)

var update = flag.Bool("update", false, "rewrite what is generated")

func TestWhatIsGeneratedSaysWhatTheDescriptionSays(t *testing.T) {
	for name, want := range map[string]string{
		"web/widget/protocol.js":   protocol.Script(),
		"web/adapter/offhook.d.ts": protocol.Types(),
	} {
		same(t, name, func(string) string { return want })
	}
}

// Each part of a document between such marks is a table of the description.
var tables = map[string]map[string]func() string{
	"docs/host-api.md": {
		"commands":     func() string { return protocol.Table(false) },
		"events":       func() string { return protocol.Table(true) },
		"requests":     protocol.RequestTable,
		"members":      protocol.MemberTable,
		"capabilities": protocol.CapabilityTable,
		"absent":       protocol.AbsentTable,
	},
	"docs/embedding.md": {
		"parameters": protocol.ParameterTable,
		"idle":       protocol.IdleTable,
	},
}

var part = regexp.MustCompile(`(?s)(<!-- table: (\w+) -->\n).*?(<!-- end -->)`)

func TestTheTablesOfTheDocumentsSayWhatTheDescriptionSays(t *testing.T) {
	for name, made := range tables {
		seen := map[string]bool{}
		same(t, name, func(doc string) string {
			return part.ReplaceAllStringFunc(doc, func(s string) string {
				p := part.FindStringSubmatch(s)
				table, ok := made[p[2]]
				if !ok {
					t.Fatalf("%s has a table %q that nothing makes", name, p[2])
				}
				seen[p[2]] = true
				return p[1] + table() + p[3]
			})
		})
		for table := range made {
			if !seen[table] {
				t.Errorf("%s has no table %q", name, table)
			}
		}
	}
}

// same compares a file of the tree with what it should be, or rewrites it.
func same(t *testing.T, name string, want func(old string) string) {
	t.Helper()
	path := filepath.Join("..", "..", "..", filepath.FromSlash(name))
	old, err := os.ReadFile(path)
	if err != nil && !*update {
		t.Fatal(err)
	}
	text := want(string(old))
	if *update && text != string(old) {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(text, string(old)); diff != "" {
		t.Errorf("%s does not say what the description says; run this test with -update (-want +got):\n%.2000s", name, diff)
	}
}

func TestEverythingIsNamedOnce(t *testing.T) {
	for name, rows := range map[string][]protocol.Row{
		"from the host": protocol.FromHost(), "to the host": protocol.ToHost(), "requests": protocol.Paths(),
		"parameters": protocol.ParameterRows(), "methods": protocol.Methods(),
	} {
		seen := map[string]bool{}
		for _, r := range rows {
			if r.Name == "" || seen[r.Name] {
				t.Errorf("%s: %q is listed twice or has no name", name, r.Name)
			}
			seen[r.Name] = true
			if !r.Done && r.Note == "" && name != "from the host" {
				t.Errorf("%s: %s does nothing and does not say why", name, r.Name)
			}
		}
	}
}

func TestEveryCapabilityIsKnown(t *testing.T) {
	known := map[string]bool{"": true}
	for _, c := range protocol.Capabilities {
		known[c.Name] = true
	}
	for _, m := range protocol.Messages {
		if !known[m.Needs] {
			t.Errorf("%s needs %q, which no embed can have", m.Name, m.Needs)
		}
	}
}

func TestCheckNamesTheFieldThatIsWrong(t *testing.T) {
	for _, tt := range []struct {
		name, message string
		want          string   // what is left, or
		err           string   // why nothing can be done
		warnings      []string // fields that were left out
	}{
		{name: "as described", message: `{"type":"rc-adapter-new-sms","phoneNumber":["+1","+2"],"text":"Hi","conversation":true}`,
			want: `{"conversation":true,"phoneNumber":["+1","+2"],"text":"Hi","type":"rc-adapter-new-sms"}`},
		{name: "a field of another type is left out", message: `{"type":"rc-adapter-new-sms","phoneNumber":7,"text":"Hi"}`,
			want: `{"text":"Hi","type":"rc-adapter-new-sms"}`, warnings: []string{"rc-adapter-new-sms: the field phoneNumber must be a text or a list of texts of at most 640 characters. It was left out."}},
		{name: "unknown fields stay as they are", message: `{"type":"rc-adapter-logout","more":{"a":1}}`, want: `{"more":{"a":1},"type":"rc-adapter-logout"}`},
		{name: "null is no value", message: `{"type":"rc-adapter-new-sms","text":null}`, want: `{"text":null,"type":"rc-adapter-new-sms"}`},
		{name: "null takes a banner away", message: `{"type":"rc-adapter-update-customized-banner","banner":null}`, want: `{"banner":null,"type":"rc-adapter-update-customized-banner"}`},
		{name: "a required field is missing", message: `{"type":"rc-adapter-navigate-to"}`, err: "rc-adapter-navigate-to needs the field path (a text). Nothing was done."},
		{name: "a required field is wrong", message: `{"type":"rc-adapter-navigate-to","path":{"toString":"x"}}`, err: "rc-adapter-navigate-to: the field path must be a text of at most 1024 characters. Nothing was done."},
		{name: "a text is counted as the browser counts", message: `{"type":"rc-adapter-sign-in","ticket":"` + strings.Repeat("😀", 101) + `"}`, err: "rc-adapter-sign-in: the field ticket must be a text of at most 200 characters. Nothing was done."},
		{name: "no such message", message: `{"type":"rc-adapter-<b>"}`, err: `There is no message "rc-adapter-<b>" for the phone.`},
		{name: "no type", message: `{"type":{}}`, err: `There is no message "" for the phone.`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var m map[string]any
			if err := json.Unmarshal([]byte(tt.message), &m); err != nil {
				t.Fatal(err)
			}
			warnings, err := protocol.Check(m)
			if diff := cmp.Diff(tt.warnings, warnings); diff != "" {
				t.Errorf("warnings (-want +got):\n%s", diff)
			}
			if got := sentence(err); got != tt.err {
				t.Errorf("%s: error %q, want %q", tt.message, got, tt.err)
			}
			if left, _ := json.Marshal(m); err == nil && string(left) != tt.want {
				t.Errorf("%s: left %s, want %s", tt.message, left, tt.want)
			}
		})
	}
}

func TestCheckRequestHoldsBodies(t *testing.T) {
	body := map[string]any{"message": "Saved", "ttl": "soon", "level": "info"}
	warnings, err := protocol.CheckRequest("/custom-alert-message", body)
	if err != nil || len(warnings) != 1 || body["ttl"] != nil {
		t.Errorf("warnings %q, error %v, left %v; want one sentence about ttl", warnings, err, body)
	}
	if _, err := protocol.CheckRequest("/no-such-path", nil); err == nil {
		t.Error("a path that nobody answers was taken")
	}
}

func sentence(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
