package audit

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"offhook/internal/store"
)

// A Format is how entries are written.
type Format string

// The formats.
const (
	Text Format = "text" // a line for each entry, for people
	JSON Format = "json" // an object in a line for each entry
	CSV  Format = "csv"  // RFC 4180, with a header
)

// page is how many entries are read at a time.
const page = 1000

// Export writes the chosen entries, oldest first.
func Export(ctx context.Context, from store.AuditReader, f store.AuditFilter, format Format, w io.Writer) error {
	write, flush, err := writer(format, w)
	if err != nil {
		return err
	}
	f.Limit = page
	for {
		entries, err := from.AuditEntries(ctx, f)
		if err != nil {
			return fmt.Errorf("reading the audit trail: %w", err)
		}
		for _, e := range entries {
			if err := write(e); err != nil {
				return fmt.Errorf("writing the audit trail: %w", err)
			}
			f.After = e.ID
		}
		if len(entries) < page {
			return flush()
		}
	}
}

// A record is an entry as it is exported.
type record struct {
	At       string `json:"at"`
	Kind     string `json:"kind"`
	Way      string `json:"way"`
	User     string `json:"user"`
	App      string `json:"app"`
	Platform string `json:"platform"`
	Origin   string `json:"origin"`
	Address  string `json:"address"`
	Detail   string `json:"detail"`
	Grant    string `json:"grant"`
}

func recordOf(e store.AuditEntry) record {
	return record{e.At.Format(time.RFC3339Nano), string(e.Kind), e.Way, e.OwnerID, e.ClientID, e.Platform, e.Origin, e.Address, e.Detail, e.GrantID}
}

var header = []string{"at", "kind", "way", "user", "app", "platform", "origin", "address", "detail", "grant"}

func (r record) fields() []string {
	return []string{r.At, r.Kind, r.Way, r.User, r.App, r.Platform, r.Origin, r.Address, r.Detail, r.Grant}
}

func writer(format Format, w io.Writer) (write func(store.AuditEntry) error, flush func() error, err error) {
	nothing := func() error { return nil }
	switch format {
	case JSON:
		enc := json.NewEncoder(w)
		return func(e store.AuditEntry) error { return enc.Encode(recordOf(e)) }, nothing, nil
	case CSV:
		c := csv.NewWriter(w)
		flush := func() error { c.Flush(); return c.Error() }
		return func(e store.AuditEntry) error { return c.Write(cells(recordOf(e))) }, flush, c.Write(header)
	}
	return func(e store.AuditEntry) error { return sentence(w, recordOf(e)) }, nothing, nil
}

// cells keeps spreadsheets from taking a text for a formula: a client id is
// what a page says it is.
func cells(r record) []string {
	fields := r.fields()
	for i, f := range fields {
		if f != "" && strings.ContainsRune("=+-@\t\r", rune(f[0])) {
			fields[i] = "'" + f
		}
	}
	return fields
}

func sentence(w io.Writer, r record) error {
	line := r.At + "  " + r.Kind
	for _, part := range []struct{ name, value string }{
		{"way", r.Way}, {"user", r.User}, {"app", r.App}, {"platform", r.Platform}, {"origin", r.Origin}, {"address", r.Address}, {"grant", r.Grant}, {"detail", r.Detail},
	} {
		if part.value != "" {
			line += fmt.Sprintf("  %s=%s", part.name, quoted(part.value))
		}
	}
	_, err := fmt.Fprintln(w, line)
	return err
}

func quoted(text string) string {
	if strings.ContainsAny(text, " \"=") {
		return fmt.Sprintf("%q", text)
	}
	return text
}
