package addressbook

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"offhook/internal/listen"
	"offhook/internal/platform/api/target"
	"offhook/internal/platform/event"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// maxFavorites bounds the list; ours.
const maxFavorites = 100

func (h *Handler) favorites(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	e, err := target.Own(r, c, h.Store)
	if err != nil {
		return err
	}
	all, err := h.Store.Favorites(r.Context(), e.ID)
	if err != nil {
		return fmt.Errorf("reading favorites: %w", err)
	}
	wire.JSON(w, http.StatusOK, favoriteList(r, e, all))
	return nil
}

func favoriteList(r *http.Request, e store.Extension, all []store.Favorite) rc.Favorites {
	list := rc.Favorites{URI: listen.BaseURL(r) + rc.ExtensionPath(e.AccountID, e.ID) + "/favorite", Records: []rc.Favorite{}}
	for i, f := range all {
		v := rc.Favorite{ID: int64(i + 1)}
		if f.ExtensionID != 0 {
			v.ExtensionID, v.AccountID = strconv.FormatInt(f.ExtensionID, 10), strconv.FormatInt(e.AccountID, 10)
		} else {
			v.ContactID = strconv.FormatInt(f.ContactID, 10)
		}
		list.Records = append(list.Records, v)
	}
	return list
}

// putFavorites replaces the list and tells the user's other clients.
func (h *Handler) putFavorites(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	e, err := target.Own(r, c, h.Store)
	if err != nil {
		return err
	}
	var req rc.Favorites
	if err := wire.Body(w, r, &req); err != nil {
		return err
	}
	if len(req.Records) > maxFavorites {
		return target.Invalid("records", fmt.Sprintf("Send at most %d favorites.", maxFavorites))
	}
	var all []store.Favorite
	err = h.Store.Write(r.Context(), func(tx store.PlatformTx) error {
		all = nil
		for _, f := range req.Records {
			one, err := favorite(r.Context(), tx, e, f)
			if err != nil {
				return err
			}
			if !slices.Contains(all, one) {
				all = append(all, one)
			}
		}
		return tx.PutFavorites(r.Context(), e.ID, all)
	})
	if err != nil {
		return err
	}
	id := strconv.FormatInt(e.ID, 10)
	body := rc.FavoriteEvent{ExtensionID: id, OwnerID: id}
	if err := event.Publish(r.Context(), h.Bus, e.AccountID, e.ID, rc.ExtensionPath(e.AccountID, e.ID)+"/favorite", body); err != nil {
		h.Log.Error("announcing a change of favorites", "ext", e.ID, "err", err)
	}
	wire.JSON(w, http.StatusOK, favoriteList(r, e, all))
	return nil
}

// favorite reads an entry: a colleague of the account or a contact of the
// user's own. Anybody else does not exist.
func favorite(ctx context.Context, tx store.PlatformTx, e store.Extension, f rc.Favorite) (store.Favorite, error) {
	if (f.ExtensionID == "") == (f.ContactID == "") {
		return store.Favorite{}, target.Invalid("records", "Send extensionId or contactId in each.")
	}
	if f.ContactID != "" {
		id, err := strconv.ParseInt(f.ContactID, 10, 64)
		if err == nil {
			_, err = tx.Contact(ctx, e.ID, id)
		}
		return store.Favorite{ContactID: id}, missing(err, "contactId")
	}
	id, err := strconv.ParseInt(f.ExtensionID, 10, 64)
	if err == nil {
		var colleague store.Extension
		colleague, err = tx.Extension(ctx, id)
		if err == nil && colleague.AccountID != e.AccountID {
			err = store.ErrNotFound
		}
	}
	return store.Favorite{ExtensionID: id}, missing(err, "extensionId")
}

// missing tells a client that what an entry names is not there.
func missing(err error, parameter string) error {
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, strconv.ErrSyntax) || errors.Is(err, strconv.ErrRange) {
		return &rc.Error{Kind: rc.Invalid, Code: "CMN-102", Parameter: parameter, Message: fmt.Sprintf("Resource for parameter [%s] is not found", parameter)}
	}
	return err
}
