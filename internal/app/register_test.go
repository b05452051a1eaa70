package app

import (
	"testing"

	"offhook/internal/sqlstore"
)

// Two makers of ids would now and then make the same one in one millisecond.
func TestOneConsoleRegistersAll(t *testing.T) {
	d := &Data{DB: sqlstore.OpenTest(t)}
	first := d.console()
	if d.console() != first {
		t.Error("each registration has a console of its own")
	}
}
