package contact

import (
	"encoding/json"
	"testing"
)

func TestANameIsInItsOwnOrder(t *testing.T) {
	for _, tt := range []struct{ name, first, middle, last, want, initials string }{
		{"Western", "Grace", "Brewster", "Hopper", "Grace Brewster Hopper", "GH"},
		{"Chinese", "伟", "", "王", "王伟", "王"},
		{"Japanese", "慎太郎", "", "鈴木", "鈴木慎太郎", "鈴"},
		{"Japanese with kana", "さくら", "", "佐々木", "佐々木さくら", "佐"},
		{"Japanese whose given name is in katakana", "ケン", "", "鈴木", "鈴木ケン", "鈴"},
		{"Korean", "길동", "", "홍", "홍길동", "홍"},
		{"foreign in katakana", "アルベルト", "", "アインシュタイン", "アルベルト アインシュタイン", "アア"},
		{"of two scripts", "Grace", "", "李", "Grace 李", "G李"},
		{"the family's alone", "", "", "王", "王", "王"},
		{"the given one alone", "伟", "", "", "伟", "伟"},
		{"nobody's", "", "", "", "", ""},
	} {
		got := FullName(tt.first, tt.middle, tt.last)
		if got != tt.want || Initials(got) != tt.initials {
			t.Errorf("%s: %q with the initials %q, want %q with %q", tt.name, got, Initials(got), tt.want, tt.initials)
		}
	}
	if got := Initials("鈴木 慎太郎"); got != "鈴" {
		t.Errorf("a name with a space has the initials %q, want the family's", got)
	}
}

func TestAContactOfAPageIsNamedInItsOwnOrder(t *testing.T) {
	for raw, want := range map[string]string{
		`{"id":"1","firstName":"伟","lastName":"王"}`:                 "王伟",
		`{"id":"1","firstName":"Ada","lastName":"Lovelace"}`:        "Ada Lovelace",
		`{"id":"1","name":"伟 王","firstName":"伟","lastName":"王"}`:    "伟 王", // as its page writes it
		`{"id":"1","lastName":" Lovelace ","company":"Analytical"}`: "Lovelace",
	} {
		if c, why := Parse(json.RawMessage(raw), "CRM"); c.Name != want {
			t.Errorf("%s is named %q, want %q (%s)", raw, c.Name, want, why)
		}
	}
}
