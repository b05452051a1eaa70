package messages

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"offhook/internal/listen"
	"offhook/internal/platform/api/page"
	"offhook/internal/platform/api/region"
	"offhook/internal/platform/api/target"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
	"offhook/internal/store"
)

func (h *Handler) list(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	e, err := target.Own(r, c, h.Store)
	if err != nil {
		return err
	}
	p, err := page.Parse(r.URL.Query())
	if err != nil {
		return err
	}
	q, err := h.query(r, e)
	if err != nil {
		return err
	}
	total, err := h.Store.CountMessages(r.Context(), e.ID, q)
	if err != nil {
		return fmt.Errorf("counting messages: %w", err)
	}
	ms, err := h.Store.Messages(r.Context(), e.ID, q, p.Offset(), p.Size)
	if err != nil {
		return fmt.Errorf("listing messages: %w", err)
	}
	base := listen.BaseURL(r)
	records := make([]rc.Message, len(ms))
	for i, m := range ms {
		records[i] = record(base, m)
	}
	wire.JSON(w, http.StatusOK, page.List(r, base+rc.MessageStoreFilter(e.AccountID, e.ID), p, records, total))
	return nil
}

// query reads the filters of a list or sync.
func (h *Handler) query(r *http.Request, e store.Extension) (q store.MessageQuery, err error) {
	v := r.URL.Query()
	if q.Types, err = types(v["messageType"]); err != nil {
		return q, err
	}
	for _, f := range []struct {
		name    string
		into    *[]string
		allowed []string
	}{
		{"direction", &q.Directions, []string{rc.Inbound, rc.Outbound}},
		{"readStatus", &q.ReadStatuses, []string{rc.Read, rc.Unread}},
		{"availability", &q.Availability, []string{rc.Alive, rc.Deleted, rc.Purged}},
	} {
		if *f.into, err = oneOf(v, f.name, f.allowed); err != nil {
			return q, err
		}
	}
	if q.ConversationIDs, err = ids(v, "conversationId"); err != nil {
		return q, err
	}
	if q.PhoneNumber, err = h.phoneNumber(r, e, v.Get("phoneNumber")); err != nil {
		return q, err
	}
	if q.From, q.To, err = page.Frame(v, h.Now()); err != nil {
		return q, err
	}
	if q.PerConversation, err = perConversation(v); err != nil {
		return q, err
	}
	return q, owners(&q, v["owner"], e.ID)
}

// owners reads owner: whose messages are meant, the extension's own or what
// call queues share with it. Without it they are its own.
func owners(q *store.MessageQuery, values []string, extensionID int64) error {
	personal := false
	for _, value := range values {
		switch value {
		case "":
		case "Any":
			q.Any = true
		case "Personal":
			personal = true
		case "Shared":
			q.Shared = true
		default:
			id, err := strconv.ParseInt(value, 10, 64)
			if err != nil {
				return target.Invalid("owner", "Send Any, Personal, Shared or ids of extensions.")
			}
			if id == extensionID {
				id = 0
			}
			q.OwnerIDs = append(q.OwnerIDs, id)
		}
	}
	switch {
	case q.Any || personal && q.Shared:
		q.Any, q.Shared, q.OwnerIDs = true, false, nil
	case q.Shared:
		q.OwnerIDs = nil
	case personal:
		q.OwnerIDs = append(q.OwnerIDs, 0)
	}
	return nil
}

// types reads messageType, where Text means both kinds of text.
func types(values []string) ([]string, error) {
	var all []string
	for _, t := range values {
		switch t {
		case rc.TypeSMS, rc.TypePager, rc.TypeVoiceMail, rc.TypeFax:
			all = append(all, t)
		case "Text":
			all = append(all, rc.TypeSMS, rc.TypePager)
		case "", "All":
		default:
			return nil, target.Invalid("messageType", "Send SMS, Pager, Text, VoiceMail or Fax.")
		}
	}
	return all, nil
}

func oneOf(v url.Values, name string, allowed []string) ([]string, error) {
	var all []string
	for _, value := range v[name] {
		if value == "" {
			continue
		}
		if !slices.Contains(allowed, value) {
			return nil, target.Invalid(name, "Send "+strings.Join(allowed, " or ")+".")
		}
		all = append(all, value)
	}
	return all, nil
}

func ids(v url.Values, name string) ([]int64, error) {
	var all []int64
	for _, value := range v[name] {
		if value == "" {
			continue
		}
		id, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return nil, target.Invalid(name, "Send a number.")
		}
		all = append(all, id)
	}
	return all, nil
}

func (h *Handler) phoneNumber(r *http.Request, e store.Extension, text string) (string, error) {
	if text == "" {
		return "", nil
	}
	a, err := h.Store.Account(r.Context(), e.AccountID)
	if err != nil {
		return "", fmt.Errorf("reading account %d: %w", e.AccountID, err)
	}
	// A plus sign that was not escaped arrives as a space.
	n, ok := region.Parse(strings.TrimSpace(text), region.Country("", a.MainNumber).ISOCode)
	if !ok {
		return "", target.Invalid("phoneNumber", "Write it as +16505550100.")
	}
	return n.E164, nil
}

// perConversation reads how many messages of each conversation are wanted;
// 0 is all. Released clients send the unpublished recordCountPerConversation
// with a sync.
func perConversation(v url.Values) (int, error) {
	if text := v.Get("distinctConversations"); text != "" {
		distinct, err := strconv.ParseBool(text)
		if err != nil {
			return 0, target.Invalid("distinctConversations", "Send true or false.")
		}
		if distinct {
			return 1, nil
		}
	}
	return count(v, "recordCountPerConversation")
}

// count reads a positive number, 0 when it is absent.
func count(v url.Values, name string) (int, error) {
	text := v.Get(name)
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, target.Invalid(name, "Send a number from 1.")
	}
	return n, nil
}
