package storetest

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/rc"
	"offhook/internal/store"
)

func testContacts(t *testing.T, p store.Platform) {
	ctx := t.Context()
	company(ctx, t, p)
	person := func(id, ext int64, first, last, firm string, numbers ...string) store.Contact {
		return store.Contact{
			ID: id, AccountID: 1, ExtensionID: ext, Record: rc.PersonalContact{FirstName: first, LastName: last, Company: firm, HomeAddress: &rc.ContactAddress{City: "Oslo"}},
			Numbers: numbers, CreatedAt: at,
		}
	}
	put := func(c store.Contact) store.Contact {
		t.Helper()
		err := p.Write(ctx, func(tx store.PlatformTx) (err error) {
			if c.Change, err = tx.NextContactChange(ctx, c.ExtensionID); err != nil {
				return err
			}
			return tx.PutContact(ctx, c)
		})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	mia := put(person(3, 11, "Mia", "Young", "Acme", "+14155550101", "+14155550102"))
	bo := put(person(2, 11, "bo", "Mills", "Zeta", "+14155550103"))
	odd := put(person(4, 11, "100%", "_", ""))
	put(person(5, 12, "Mia", "His", ""))

	if got, err := p.Contact(ctx, 11, 3); err != nil || !cmp.Equal(got, mia) {
		t.Errorf("Contact: %v\n%s", err, cmp.Diff(mia, got))
	}
	if _, err := p.Contact(ctx, 12, 3); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("another extension's contact: %v, want ErrNotFound", err)
	}
	for _, tt := range []struct {
		name string
		q    store.ContactQuery
		want []store.Contact
	}{
		{"all, as they were made", store.ContactQuery{}, []store.Contact{bo, mia, odd}},
		{"by first name, without case", store.ContactQuery{SortBy: []string{"FirstName"}}, []store.Contact{odd, bo, mia}},
		{"by company, then last name", store.ContactQuery{SortBy: []string{"Company", "LastName"}}, []store.Contact{odd, mia, bo}},
		{"the beginning of either name", store.ContactQuery{StartsWith: "MI"}, []store.Contact{bo, mia}},
		{"signs are not patterns", store.ContactQuery{StartsWith: "_"}, []store.Contact{odd}},
		{"a number", store.ContactQuery{Numbers: []string{"+14155550102"}}, []store.Contact{mia}},
		{"any of several", store.ContactQuery{Numbers: []string{"+14155550103", "+14155550101"}}, []store.Contact{bo, mia}},
		{"part of a number is none", store.ContactQuery{Numbers: []string{"+1415555010"}}, nil},
	} {
		got, err := p.Contacts(ctx, 11, tt.q, 0, 10)
		n, err2 := p.CountContacts(ctx, 11, tt.q)
		if diff := cmp.Diff(tt.want, got); err != nil || err2 != nil || diff != "" || n != len(tt.want) {
			t.Errorf("%s: %d, %v %v (-want +got):\n%s", tt.name, n, err, err2, diff)
		}
	}
	if got, err := p.Contacts(ctx, 11, store.ContactQuery{}, 1, 1); err != nil || !cmp.Equal(got, []store.Contact{mia}) {
		t.Errorf("a page: %+v, %v", got, err)
	}

	favorites := []store.Favorite{{ContactID: 3}, {ExtensionID: 12}}
	if err := p.Write(ctx, func(tx store.PlatformTx) error { return tx.PutFavorites(ctx, 11, favorites) }); err != nil {
		t.Fatal(err)
	}
	if got, err := p.Favorites(ctx, 11); err != nil || !cmp.Equal(got, favorites) {
		t.Errorf("Favorites: %+v, %v", got, err)
	}
	if got, err := p.FavoriteOf(ctx, 12); err != nil || !cmp.Equal(got, []int64{11}) {
		t.Errorf("FavoriteOf: %v, %v", got, err)
	}

	gone := mia
	gone.Deleted = true
	gone = put(gone)
	gone.Record, gone.Numbers = rc.PersonalContact{}, nil
	if _, err := p.Contact(ctx, 11, 3); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a deleted contact: %v, want ErrNotFound", err)
	}
	if got, err := p.ChangedContacts(ctx, 11, 1, true, 10); err != nil || !cmp.Equal(got, []store.Contact{bo, odd, gone}) {
		t.Errorf("ChangedContacts: %v\n%s", err, cmp.Diff([]store.Contact{bo, odd, gone}, got))
	}
	if got, err := p.ChangedContacts(ctx, 11, 0, false, 1); err != nil || !cmp.Equal(got, []store.Contact{bo}) {
		t.Errorf("the first that is not deleted: %+v, %v", got, err)
	}
	if n, err := p.ContactChange(ctx, 11); err != nil || n != 4 {
		t.Errorf("ContactChange: %d, %v; want 4", n, err)
	}
	if got, err := p.Favorites(ctx, 11); err != nil || !cmp.Equal(got, favorites[1:]) {
		t.Errorf("favorites without the deleted contact: %+v, %v", got, err)
	}
	if err := p.Write(ctx, func(tx store.PlatformTx) error { _, err := tx.RemoveExtension(ctx, 12); return err }); err != nil {
		t.Fatal(err)
	}
	if got, err := p.Favorites(ctx, 11); err != nil || len(got) > 0 {
		t.Errorf("favorites without the removed colleague: %+v, %v", got, err)
	}
}
