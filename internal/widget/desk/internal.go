package desk

import (
	"cmp"
	"strings"
	"unicode/utf16"

	"offhook/internal/rc"
)

// internalPrefix begins the address of a colleague who is written to by their
// extension, where a number stands otherwise: such messages need no number,
// and are conversations of their own.
const internalPrefix = "ext:"

// maxPage is the longest internal message that the platform takes, in UTF-16
// units.
const maxPage = 1024

func isInternal(number string) bool { return strings.HasPrefix(number, internalPrefix) }

// address is how a party of a record is written to.
func address(m *rc.Message, c *rc.Caller) string {
	if m.Type == rc.TypePager && c.ExtensionNumber != "" {
		return internalPrefix + c.ExtensionNumber
	}
	return cmp.Or(c.PhoneNumber, c.ExtensionNumber)
}

// kind says whether some recipients are written to internally. It is not
// possible to do both at once.
func kind(numbers []string) (internal bool, err error) {
	inside := 0
	for _, n := range numbers {
		inside += rank(isInternal(n))
	}
	if inside > 0 && inside < len(numbers) {
		return false, rc.Errorf(rc.Invalid, "A message goes to colleagues internally or to phone numbers, not to both. Send it twice.")
	}
	return inside > 0, nil
}

// asPage checks an internal message and returns the address it comes from. The
// caller holds mu.
func (d *Desk) asPage(o Outgoing, text string) (from string, err error) {
	switch {
	case !d.me.Features[pagesFeature]:
		return "", rc.Errorf(rc.Denied, "Your extension cannot send internal messages. Ask your administrator to allow it.")
	case len(o.Files) > 0:
		return "", rc.Errorf(rc.Invalid, "Internal messages carry no pictures and files. Remove them, or send a text to a number.")
	case len(utf16.Encode([]rune(text))) > maxPage:
		return "", rc.Errorf(rc.TooLarge, "An internal message holds at most %d characters. Send it in parts.", maxPage)
	}
	return internalPrefix + d.me.ExtensionNumber, nil
}

// pagesFeature is the platform's name for sending internal messages.
const pagesFeature = "PagesSending"

// page is the body that sends an internal message. It replies on the newest
// one of its conversation, which the platform finds that by.
func (d *Desk) page(i *item) rc.PagerRequest {
	r := rc.PagerRequest{From: &rc.Caller{ExtensionNumber: strings.TrimPrefix(i.From, internalPrefix)}, Text: i.Text}
	for _, n := range i.Numbers {
		r.To = append(r.To, rc.Caller{ExtensionNumber: strings.TrimPrefix(n, internalPrefix)})
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if n := len(i.thread.messages); n > 0 {
		r.ReplyOn = i.thread.messages[n-1].ID
	}
	return r
}
