package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"offhook/internal/app"
	"offhook/internal/rc"
)

// newFlags returns a command's flag set; about is its first help line.
func newFlags(name, about string) *flag.FlagSet {
	f := flag.NewFlagSet("offhook "+name, flag.ContinueOnError)
	f.Usage = func() {
		fmt.Fprintf(f.Output(), "%s\n\nUsage: offhook %s [flags]\n\n", about, name)
		f.PrintDefaults()
	}
	return f
}

// parse reads the flags and refuses stray arguments. done is true after -h.
func parse(f *flag.FlagSet, args []string) (done bool, err error) {
	help := f.Usage
	f.Usage = func() {} // a mistake is answered by one sentence
	f.SetOutput(io.Discard)
	if err := f.Parse(args); errors.Is(err, flag.ErrHelp) {
		f.SetOutput(os.Stdout)
		help()
		return true, nil
	} else if err != nil {
		return true, rc.Errorf(rc.Invalid, "%s: %v. Run it with -h to see its flags.", f.Name(), err)
	}
	if f.NArg() > 0 {
		return true, rc.Errorf(rc.Invalid, "%s takes flags only, not %q. Run it with -h to see them.", f.Name(), f.Arg(0))
	}
	return false, nil
}

// A list is a flag that may be given several times.
type list []string

func (l *list) String() string     { return strings.Join(*l, ",") }
func (l *list) Set(s string) error { *l = append(*l, s); return nil }

// onData adds --dir to a command that works on a data folder, also while a
// server runs on it, parses, and calls do with the folder open.
func onData(ctx context.Context, f *flag.FlagSet, args []string, do func(*app.Data) error) error {
	dir := f.String("dir", "", "the data folder (default: the user's data folder)")
	database := f.String("database", "", "a postgres:// URL or SQLite file, when it is not in the data folder")
	if done, err := parse(f, args); done {
		return err
	}
	if *dir == "" {
		var err error
		if *dir, err = app.DefaultDir(); err != nil {
			return err
		}
	}
	data, err := app.OpenData(ctx, *dir, *database)
	if err != nil {
		return err
	}
	return errors.Join(do(data), data.Close())
}

// report prints v as JSON, or the sentence when JSON was not asked for.
func report(asJSON bool, v any, format string, args ...any) error {
	if !asJSON {
		_, err := fmt.Printf(format+"\n", args...)
		return err
	}
	enc := json.NewEncoder(os.Stdout)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// done is what a command says as JSON that has nothing else to say.
type done map[string]string

// table prints v as JSON, or as a line of columns for each item.
func table[T any](asJSON bool, v []T, head []string, columns func(T) []string) error {
	if asJSON {
		return report(true, v, "")
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, strings.Join(head, "\t"))
	for _, item := range v {
		fmt.Fprintln(w, strings.Join(columns(item), "\t"))
	}
	return w.Flush()
}

// A command runs with the arguments after its name.
type command = func(ctx context.Context, args []string) error

// verbs runs the command that the word after another names, as in
// `offhook app list`.
func verbs(ctx context.Context, name string, args []string, all map[string]command) error {
	if len(args) > 0 && all[args[0]] != nil {
		return all[args[0]](ctx, args[1:])
	}
	words := slices.Sorted(maps.Keys(all))
	last := len(words) - 1
	return rc.Errorf(rc.Invalid, "Write offhook %s %s or %s, and -h after it to see its flags.", name, strings.Join(words[:last], ", "), words[last])
}
