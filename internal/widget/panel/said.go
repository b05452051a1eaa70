package panel

import (
	"strings"

	"offhook/internal/widget/contact"
)

// written is the number of somebody as the reader writes it; a colleague who
// has none has their extension in its place.
func (p page) written(with Party) string {
	if extension, ok := strings.CutPrefix(with.Display, "Ext. "); ok && with.Internal {
		return p.Lang.Say("Ext. %s", extension)
	}
	return with.Display
}

// sub is the line under a contact's name.
func (p page) sub(c contact.Contact) string {
	if sub := c.Sub(); c.Extension == "" || sub != "Ext. "+c.Extension {
		return sub
	}
	return p.Lang.Say("Ext. %s", c.Extension)
}
