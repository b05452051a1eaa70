package sqlstore

import (
	"context"
	"errors"
	"strings"

	"offhook/internal/store"
)

const accountColumns = "id, company, main_number, created_at"

func scanAccount(r scanner) (a store.Account, err error) {
	var created int64
	err = r.Scan(&a.ID, &a.Company, &a.MainNumber, &created)
	a.CreatedAt = fromMillis(created)
	return a, err
}

func (q queries) Account(ctx context.Context, id int64) (store.Account, error) {
	return one(ctx, q, scanAccount, "SELECT "+accountColumns+" FROM accounts WHERE id = $1", id)
}

func (q queries) Accounts(ctx context.Context) ([]store.Account, error) {
	return many(ctx, q, scanAccount, "SELECT "+accountColumns+" FROM accounts ORDER BY created_at, id")
}

func (q queries) AddAccount(ctx context.Context, a store.Account) error {
	return q.exec(ctx, "INSERT INTO accounts ("+accountColumns+") VALUES ($1, $2, $3, $4)",
		a.ID, a.Company, a.MainNumber, millis(a.CreatedAt))
}

const extensionColumns = "id, account_id, number, first_name, last_name, email, job_title, department, username, password_hash, admin, created_at"

func scanExtension(r scanner) (e store.Extension, err error) {
	var admin, created int64
	err = r.Scan(&e.ID, &e.AccountID, &e.Number, &e.FirstName, &e.LastName, &e.Email, &e.JobTitle, &e.Department,
		&e.Username, &e.PasswordHash, &admin, &created)
	e.Admin, e.CreatedAt = admin != 0, fromMillis(created)
	return e, err
}

func (q queries) Extension(ctx context.Context, id int64) (store.Extension, error) {
	return one(ctx, q, scanExtension, "SELECT "+extensionColumns+" FROM extensions WHERE id = $1 AND kind = $2", id, kindUser)
}

func (q queries) ExtensionByUsername(ctx context.Context, username string) (store.Extension, error) {
	return one(ctx, q, scanExtension, "SELECT "+extensionColumns+" FROM extensions WHERE username = $1 AND kind = $2", strings.ToLower(username), kindUser)
}

func (q queries) Extensions(ctx context.Context, accountID int64) ([]store.Extension, error) {
	return many(ctx, q, scanExtension, "SELECT "+extensionColumns+" FROM extensions WHERE account_id = $1 AND kind = $2 ORDER BY number", accountID, kindUser)
}

func (q queries) AddExtension(ctx context.Context, e store.Extension) error {
	return q.exec(ctx, "INSERT INTO extensions ("+extensionColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
		e.ID, e.AccountID, e.Number, e.FirstName, e.LastName, e.Email, e.JobTitle, e.Department,
		strings.ToLower(e.Username), e.PasswordHash, flag(e.Admin), millis(e.CreatedAt))
}

func (q queries) SaveExtension(ctx context.Context, e store.Extension) error {
	n, err := q.changed(ctx, "UPDATE extensions SET first_name = $1, last_name = $2, job_title = $3, department = $4 WHERE id = $5 AND kind = $6",
		e.FirstName, e.LastName, e.JobTitle, e.Department, e.ID, kindUser)
	if err == nil && n == 0 {
		return store.ErrNotFound
	}
	return err
}

const phoneNumberColumns = "id, account_id, extension_id, number, usage_type"

func scanPhoneNumber(r scanner) (n store.PhoneNumber, err error) {
	err = r.Scan(&n.ID, &n.AccountID, &n.ExtensionID, &n.Number, &n.UsageType)
	return n, err
}

func (q queries) PhoneNumber(ctx context.Context, e164 string) (store.PhoneNumber, error) {
	return one(ctx, q, scanPhoneNumber, "SELECT "+phoneNumberColumns+" FROM phone_numbers WHERE number = $1", e164)
}

func (q queries) PhoneNumbers(ctx context.Context, accountID int64) ([]store.PhoneNumber, error) {
	return many(ctx, q, scanPhoneNumber, "SELECT "+phoneNumberColumns+" FROM phone_numbers WHERE account_id = $1 ORDER BY number", accountID)
}

func (q queries) RemoveExtension(ctx context.Context, id int64) (bool, error) {
	e, err := q.Extension(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if err := q.unassign(ctx, e.AccountID, "assignee_id = $2", id); err != nil { // first, as NextThreadChange asks
		return false, err
	}
	for _, stmt := range []string{
		"DELETE FROM attachment_contents WHERE extension_id = $1",
		"DELETE FROM messages WHERE extension_id = $1",
		"DELETE FROM conversations WHERE extension_id = $1",
		"DELETE FROM message_changes WHERE extension_id = $1",
		"DELETE FROM phone_numbers WHERE extension_id = $1",
		"DELETE FROM settings WHERE extension_id = $1",
		"DELETE FROM message_templates WHERE extension_id = $1",
		"DELETE FROM favorites WHERE colleague_id = $1",
	} {
		if err := q.exec(ctx, stmt, id); err != nil {
			return false, err
		}
	}
	n, err := q.changed(ctx, "DELETE FROM extensions WHERE id = $1", id)
	return n > 0, err
}

func (q queries) AddPhoneNumber(ctx context.Context, n store.PhoneNumber) error {
	return q.exec(ctx, "INSERT INTO phone_numbers ("+phoneNumberColumns+") VALUES ($1, $2, $3, $4, $5)",
		n.ID, n.AccountID, n.ExtensionID, n.Number, n.UsageType)
}
