package sqlstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"offhook/internal/rc"
	"offhook/internal/store"
)

const contactColumns = "id, account_id, extension_id, deleted, record, numbers, created_at, change"

func scanContact(r scanner) (c store.Contact, err error) {
	var deleted, created int64
	var record, numbers string
	if err := r.Scan(&c.ID, &c.AccountID, &c.ExtensionID, &deleted, &record, &numbers, &created, &c.Change); err != nil {
		return c, err
	}
	c.Deleted, c.CreatedAt = deleted != 0, fromMillis(created)
	if numbers = strings.TrimSpace(numbers); numbers != "" {
		c.Numbers = strings.Split(numbers, " ")
	}
	if err := json.Unmarshal([]byte(record), &c.Record); err != nil {
		return c, fmt.Errorf("reading contact %d: %w", c.ID, err)
	}
	return c, nil
}

func (q queries) Contact(ctx context.Context, extensionID, id int64) (store.Contact, error) {
	return one(ctx, q, scanContact, "SELECT "+contactColumns+" FROM contacts WHERE id = $1 AND extension_id = $2 AND deleted = 0", id, extensionID)
}

func (q queries) Contacts(ctx context.Context, extensionID int64, cq store.ContactQuery, offset, limit int) ([]store.Contact, error) {
	where, args := selectContacts(extensionID, cq)
	order := ""
	for _, by := range cq.SortBy {
		switch by {
		case "FirstName":
			order += "first_key, "
		case "LastName":
			order += "last_key, "
		case "Company":
			order += "company_key, "
		}
	}
	query := fmt.Sprintf("SELECT %s FROM contacts WHERE %s ORDER BY %sid LIMIT $%d OFFSET $%d", contactColumns, where, order, len(args)+1, len(args)+2)
	return many(ctx, q, scanContact, query, append(args, limit, offset)...)
}

func (q queries) CountContacts(ctx context.Context, extensionID int64, cq store.ContactQuery) (int, error) {
	where, args := selectContacts(extensionID, cq)
	return one(ctx, q, scanInt, "SELECT COUNT(*) FROM contacts WHERE "+where, args...)
}

// likely escapes what LIKE would read as a pattern.
var likely = strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`)

// selectContacts writes the condition of a query, and its arguments.
func selectContacts(extensionID int64, cq store.ContactQuery) (where string, args []any) {
	where, args = "extension_id = $1 AND deleted = 0", []any{extensionID}
	if cq.StartsWith != "" {
		args = append(args, likely.Replace(sortKey(cq.StartsWith))+"%")
		where += fmt.Sprintf(` AND (first_key LIKE $%d ESCAPE '\' OR last_key LIKE $%d ESCAPE '\')`, len(args), len(args))
	}
	var some []string
	for _, n := range cq.Numbers {
		args = append(args, "% "+likely.Replace(n)+" %")
		some = append(some, fmt.Sprintf(`numbers LIKE $%d ESCAPE '\'`, len(args)))
	}
	if len(some) > 0 {
		where += " AND (" + strings.Join(some, " OR ") + ")"
	}
	return where, args
}

// sortKey is how names are compared.
func sortKey(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

func (q queries) ContactChange(ctx context.Context, extensionID int64) (int64, error) {
	n, err := one(ctx, q, scanInt64, "SELECT last FROM contact_changes WHERE extension_id = $1", extensionID)
	if errors.Is(err, store.ErrNotFound) {
		return 0, nil
	}
	return n, err
}

func (q queries) ChangedContacts(ctx context.Context, extensionID, after int64, tombstones bool, limit int) ([]store.Contact, error) {
	return many(ctx, q, scanContact, "SELECT "+contactColumns+" FROM contacts WHERE extension_id = $1 AND change > $2 AND deleted <= $3 ORDER BY change, id LIMIT $4",
		extensionID, after, flag(tombstones), limit)
}

func (q queries) NextContactChange(ctx context.Context, extensionID int64) (int64, error) {
	return one(ctx, q, scanInt64, `INSERT INTO contact_changes (extension_id, last) VALUES ($1, 1)
		ON CONFLICT (extension_id) DO UPDATE SET last = contact_changes.last + 1 RETURNING last`, extensionID)
}

func (q queries) PutContact(ctx context.Context, c store.Contact) error {
	if c.Deleted {
		c.Record, c.Numbers = rc.PersonalContact{}, nil
		if err := q.exec(ctx, "DELETE FROM favorites WHERE extension_id = $1 AND contact_id = $2", c.ExtensionID, c.ID); err != nil {
			return err
		}
	}
	record, err := json.Marshal(c.Record)
	if err != nil {
		return fmt.Errorf("encoding contact %d: %w", c.ID, err)
	}
	return q.exec(ctx, "INSERT INTO contacts ("+contactColumns+`, first_key, last_key, company_key) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		ON CONFLICT (id) DO UPDATE SET deleted = $4, record = $5, numbers = $6, change = $8, first_key = $9, last_key = $10, company_key = $11`,
		c.ID, c.AccountID, c.ExtensionID, flag(c.Deleted), string(record), " "+strings.Join(append(c.Numbers, ""), " "), millis(c.CreatedAt), c.Change,
		sortKey(c.Record.FirstName), sortKey(c.Record.LastName), sortKey(c.Record.Company))
}

func scanFavorite(r scanner) (f store.Favorite, err error) {
	err = r.Scan(&f.ExtensionID, &f.ContactID)
	return f, err
}

func (q queries) Favorites(ctx context.Context, extensionID int64) ([]store.Favorite, error) {
	return many(ctx, q, scanFavorite, "SELECT colleague_id, contact_id FROM favorites WHERE extension_id = $1 ORDER BY position", extensionID)
}

func (q queries) FavoriteOf(ctx context.Context, colleagueID int64) ([]int64, error) {
	return many(ctx, q, scanInt64, "SELECT extension_id FROM favorites WHERE colleague_id = $1 ORDER BY extension_id", colleagueID)
}

func (q queries) PutFavorites(ctx context.Context, extensionID int64, all []store.Favorite) error {
	if err := q.exec(ctx, "DELETE FROM favorites WHERE extension_id = $1", extensionID); err != nil {
		return err
	}
	for i, f := range all {
		if err := q.exec(ctx, "INSERT INTO favorites (extension_id, position, colleague_id, contact_id) VALUES ($1, $2, $3, $4)", extensionID, i, f.ExtensionID, f.ContactID); err != nil {
			return err
		}
	}
	return nil
}
