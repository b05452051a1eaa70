package desk

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"offhook/internal/rc"
	"offhook/internal/widget/contact"
	"offhook/internal/widget/lang"
)

const favoritesPath = extensionPath + "/favorite"

// A favoriteRow is what is known of the user's favorites, in their order.
type favoriteRow struct {
	At  time.Time     `json:"at"` // when they were asked for; zero while nobody knows
	All []rc.Favorite `json:"all"`
}

// fan follows the user's favorites: at the beginning, when the platform says
// that they changed, and now and then. A platform that refuses them leaves
// the phone without.
func (d *Desk) fan() {
	if !d.waitUntil(d.identified, d.wantFavorites) {
		return
	}
	var b backoff
	for {
		list, err := get[rc.Favorites](d.ctx, d, rc.Light, background, favoritesPath, nil)
		if err == nil {
			d.knowFavorites(list.Records)
		}
		wait, _, open := d.again(&b, err, refresh)
		if !open {
			return
		}
		asked, open := d.await(wait, d.wantFavorites)
		if !open || asked && !d.sleep(d.budget.pace(rc.Light)) {
			return
		}
	}
}

// knowFavorites takes over a list, and tells when it is another.
func (d *Desk) knowFavorites(all []rc.Favorite) {
	d.mu.Lock()
	defer d.mu.Unlock()
	news := d.favorites.At.IsZero() || !slices.EqualFunc(d.favorites.All, all, func(a, b rc.Favorite) bool { return keyOf(a) == keyOf(b) })
	d.favorites = favoriteRow{d.pool.Now(), all}
	if news {
		c := newChange()
		c.rows[rowKey{rowFavorites, ""}], c.names = true, true
		d.commit(c)
	}
}

// keyOf names whom a favorite is.
func keyOf(f rc.Favorite) contact.Key {
	if f.ContactID != "" {
		return contact.Key{Type: contact.Personal, ID: f.ContactID}
	}
	return contact.Key{Type: contact.Company, ID: f.ExtensionID}
}

// Favorites are those whom the user has marked, in their order; false while
// nobody knows, or where the platform does not tell.
func (d *Desk) Favorites() ([]contact.Key, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := make([]contact.Key, 0, len(d.favorites.All))
	for _, f := range d.favorites.All {
		all = append(all, keyOf(f))
	}
	return all, !d.favorites.At.IsZero()
}

// SetFavorite marks a colleague or one of the user's own contacts, or takes
// the mark away, and waits for the platform. The list is changed as it is
// there now: another client's marks stay. The error is an *rc.Error.
func (d *Desk) SetFavorite(ctx context.Context, who contact.Key, on bool) error {
	d.starring.Lock() // the list is read and written whole
	defer d.starring.Unlock()
	ctx, cancel := context.WithTimeout(ctx, setPatience)
	defer cancel()
	list, err := get[rc.Favorites](ctx, d, rc.Light, acting, favoritesPath, nil)
	if err != nil {
		return notDone(err, lang.Mark("The favorite was not changed."))
	}
	all := slices.DeleteFunc(slices.Clone(list.Records), func(f rc.Favorite) bool { return keyOf(f) == who })
	if on {
		all = append(all, newFavorite(who))
	}
	if len(all) == len(list.Records) && !on {
		d.knowFavorites(list.Records)
		return nil
	}
	a, err := d.do(ctx, call{group: rc.Medium, priority: acting, method: http.MethodPut, path: favoritesPath, body: rc.Favorites{Records: all}})
	if err != nil {
		return notDone(err, lang.Mark("The favorite was not changed."))
	}
	var now rc.Favorites
	if err := json.Unmarshal(a.body, &now); err != nil {
		return fmt.Errorf("reading the answer to a change of favorites: %w", err)
	}
	d.knowFavorites(now.Records)
	return nil
}

func newFavorite(who contact.Key) rc.Favorite {
	if who.Type == contact.Personal {
		return rc.Favorite{ContactID: who.ID}
	}
	return rc.Favorite{ExtensionID: who.ID}
}

// isFavorite reports whether somebody is marked. The caller holds mu.
func (d *Desk) isFavorite(who contact.Key) bool {
	return slices.ContainsFunc(d.favorites.All, func(f rc.Favorite) bool { return keyOf(f) == who })
}

// Reach is whether a colleague can be reached, by their extension's id; empty
// when nobody knows.
func (d *Desk) Reach(extensionID string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if p := d.ledger.people.present[extensionID]; p != nil {
		return p.Reach
	}
	return ""
}
