package addressbook

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"offhook/internal/listen"
	"offhook/internal/platform/api/synctoken"
	"offhook/internal/platform/api/target"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// maxSync is how many contacts a page of a sync has (contract 4).
const maxSync = 250

// A token says up to which change a client has seen whose address book. It
// gives no access: it is read beside an access token of the same user only.
type token struct {
	ExtensionID int64 `json:"e"`
	Epoch       int64 `json:"o"` // when the extension was made: a platform that started over has another
	Position    int64 `json:"p"`
}

// parseToken reads a token of e's that has seen no more than latest.
func parseToken(text string, e store.Extension, latest int64) (t token, ok bool) {
	ok = synctoken.Decode(text, &t)
	return t, ok && t.ExtensionID == e.ID && t.Epoch == e.CreatedAt.UnixMilli() && t.Position >= 0 && t.Position <= latest
}

// sync walks the contacts in the order of their changes, which is what pages
// are counted by: one that is changed while a client walks comes again at
// the end, and nothing is passed over. A full sync begins at the first
// change, an incremental one where its token stands; only the first page of
// a full sync can do without tombstones.
func (h *Handler) sync(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	e, err := target.Own(r, c, h.Store)
	if err != nil {
		return err
	}
	latest, err := h.Store.ContactChange(r.Context(), e.ID)
	if err != nil {
		return fmt.Errorf("reading the position of a sync: %w", err)
	}
	q := r.URL.Query()
	kind, after, err := begin(q, e, latest)
	if err != nil {
		return err
	}
	limit, err := size(q)
	if err != nil {
		return err
	}
	all, err := h.Store.ChangedContacts(r.Context(), e.ID, after, after > 0, limit+1)
	if err != nil {
		return fmt.Errorf("reading changed contacts: %w", err)
	}
	base := listen.BaseURL(r)
	answer := rc.AddressBookSync{URI: base + rc.ExtensionPath(e.AccountID, e.ID) + "/address-book-sync"}
	if len(all) > limit {
		all = all[:limit]
		answer.NextPageID = all[limit-1].Change
		q.Set("pageId", strconv.FormatInt(answer.NextPageID, 10))
		q.Del("access_token")
		answer.NextPageURI = answer.URI + "?" + q.Encode()
	} else {
		answer.SyncInfo = &rc.SyncInfo{SyncType: kind, SyncTime: rc.TimeOf(h.Now())}
		if answer.SyncInfo.SyncToken, err = synctoken.Encode(token{e.ID, e.CreatedAt.UnixMilli(), latest}); err != nil {
			return err
		}
	}
	answer.Records = records(base, e, all)
	wire.JSON(w, http.StatusOK, answer)
	return nil
}

// begin reads what kind of sync is wanted, and after which change it goes on.
func begin(q url.Values, e store.Extension, latest int64) (kind string, after int64, err error) {
	if kind, err = synctoken.Kind(q); err != nil {
		return "", 0, err
	}
	if kind == rc.ISync {
		t, ok := parseToken(q.Get("syncToken"), e, latest)
		if !ok {
			return "", 0, target.Invalid("syncToken", "It is not known any more: send syncType=FSync.")
		}
		after = t.Position
	}
	if text := q.Get("pageId"); text != "" {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil || id < after || id > latest {
			return "", 0, target.Invalid("pageId", "Send nextPageId of the page before, or begin again without it.")
		}
		after = id
	}
	return kind, after, nil
}

func size(q url.Values) (int, error) {
	text := q.Get("perPage")
	if text == "" {
		return maxSync, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, target.Invalid("perPage", "Send a number from 1 to 250.")
	}
	return min(n, maxSync), nil
}
