package desk

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/rc"
	"offhook/internal/widget/contact"
)

// handleFavorites adds favorites to the double.
func (p *platform) handleFavorites(handle func(string, rc.Group, http.HandlerFunc)) {
	handle("GET "+favoritesPath, rc.Light, func(w http.ResponseWriter, _ *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		answerJSON(w, rc.Favorites{Records: p.favorites})
	})
	handle("PUT "+favoritesPath, rc.Medium, func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		var f rc.Favorites
		if err := json.NewDecoder(r.Body).Decode(&f); err != nil {
			panic(http.ErrAbortHandler)
		}
		if p.readOnly {
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, `{"errorCode":"CMN-401","message":"no permission"}`)
			return
		}
		p.favorites = f.Records
		answerJSON(w, f)
	})
}

func stars(d *Desk) (names []string) {
	all, _ := d.Favorites()
	for _, k := range all {
		names = append(names, k.Type+" "+k.ID)
	}
	return names
}

func TestFavoritesAreMarkedHereAndElsewhere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.favorites = []rc.Favorite{{ID: 1, ExtensionID: "102", AccountID: "1"}}
	h.keep(rc.PersonalContact{ID: 7, FirstName: "Bob"})
	pool := h.pool(t)
	d := open(t, pool)
	ready(t, d)
	until(t, d, "the favorites and the contact", func() bool { return cmp.Equal(stars(d), []string{"company 102"}) && d.Personal().Len() == 1 })

	// Another client marks somebody without a word, and this one adds to it.
	h.mu.Lock()
	h.favorites = append(h.favorites, rc.Favorite{ID: 2, ExtensionID: "103"})
	h.mu.Unlock()
	bob := contact.Key{Type: contact.Personal, ID: "7"}
	if err := d.SetFavorite(t.Context(), bob, true); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"company 102", "company 103", "personal 7"}, stars(d)); diff != "" {
		t.Error(diff)
	}
	h.mu.Lock()
	h.favorites = h.favorites[1:]
	h.mu.Unlock()
	h.send("/restapi/v1.0/account/1/extension/101/favorite", rc.FavoriteEvent{ExtensionID: "101", OwnerID: "101"})
	until(t, d, "what was unmarked elsewhere", func() bool { return cmp.Equal(stars(d), []string{"company 103", "personal 7"}) })

	if err := d.SetFavorite(t.Context(), contact.Key{Type: contact.Company, ID: "103"}, false); err != nil {
		t.Fatal(err)
	}
	if err := d.RemoveContact(t.Context(), "7"); err != nil {
		t.Fatal(err)
	}
	back, err := d.RestoreContact(t.Context(), "7")
	if err != nil {
		t.Fatal(err)
	}
	if all := stars(d); all[len(all)-1] != "personal "+back {
		t.Errorf("who was brought back is no favorite: %v", all)
	}
	h.mu.Lock()
	h.readOnly = true
	h.mu.Unlock()
	if e, _ := errors.AsType[*rc.Error](d.SetFavorite(t.Context(), bob, true)); e == nil || e.Kind != rc.Denied {
		t.Errorf("an app without permission: %v", e)
	}
	pool.Close()
	h.setDown(true)
	d = open(t, h.pool(t))
	if _, known := d.Favorites(); !known {
		t.Error("they are forgotten over a restart")
	}
}

func TestAnAppWithoutEveryPermissionHearsOfTexts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.mostFilters = 4
	d := open(t, h.pool(t))
	ready(t, d)
	h.receive(bob, "still here?")
	until(t, d, "the text", func() bool { return d.Unread() == 1 })
}

func TestFavoritesMarkedAtOnceAreAllKept(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := open(t, h.pool(t))
	ready(t, d)
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			if err := d.SetFavorite(t.Context(), contact.Key{Type: contact.Company, ID: fmt.Sprint(101 + i)}, true); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := stars(d); len(got) != 4 {
		t.Errorf("the favorites are %v, want four", got)
	}
}
