package contact

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"offhook/internal/rc"
	"offhook/internal/widget/lang"
)

// A Clash is the error of a change to a contact that somebody has changed
// elsewhere meanwhile, in the same fields. Nothing was changed.
type Clash struct {
	Theirs rc.PersonalContact // as it is now
	Fields []string           // the members that both have changed
}

// Error says what to do.
func (c *Clash) Error() string {
	return lang.Mark("This contact was changed elsewhere meanwhile. Look at the marked fields, then save again to keep yours.")
}

// Changes are the members that make one state of a contact another, as the
// contract's PATCH takes them: what is gone is an empty text, or null where
// it was no text.
func Changes(was, now rc.PersonalContact) map[string]json.RawMessage {
	before, after := members(was), members(now)
	changes := make(map[string]json.RawMessage)
	for name, value := range after {
		if !bytes.Equal(before[name], value) {
			changes[name] = value
		}
	}
	for name := range before {
		switch _, stays := after[name]; {
		case stays:
		case name == "birthday" || strings.HasSuffix(name, "Address"):
			changes[name] = json.RawMessage("null")
		default:
			changes[name] = json.RawMessage(`""`)
		}
	}
	return changes
}

// Clashes are those of the changes from was to now that theirs, the contact as
// it is now, has made another way. They are sorted.
func Clashes(was, now, theirs rc.PersonalContact) (fields []string) {
	elsewhere, after := Changes(was, theirs), Changes(now, theirs)
	for name := range Changes(was, now) {
		_, changed := elsewhere[name]
		if _, differs := after[name]; changed && differs {
			fields = append(fields, name)
		}
	}
	slices.Sort(fields)
	return fields
}

// members are what a contact says of somebody.
func members(c rc.PersonalContact) map[string]json.RawMessage {
	c.ID, c.URI, c.Availability = 0, "", ""
	raw, _ := json.Marshal(c) // of texts
	all := make(map[string]json.RawMessage)
	_ = json.Unmarshal(raw, &all) // of what was JSON before
	return all
}

// Same reports whether two records say the same of somebody.
func Same(a, b rc.PersonalContact) bool { return len(Changes(a, b)) == 0 }

// Merge is theirs with what was made of was applied to it.
func Merge(was, now, theirs rc.PersonalContact) rc.PersonalContact {
	var merged rc.PersonalContact
	raw, _ := json.Marshal(theirs) // of texts
	_ = json.Unmarshal(raw, &merged)
	raw, _ = json.Marshal(Changes(was, now))
	_ = json.Unmarshal(raw, &merged) // of members that it has
	return merged
}
