// Command crm is a small web server of the kind that embeds the phone for
// people whom it knows already. It signs them in with the platform's code
// flow on golang.org/x/oauth2, keeps their tokens to itself, asks the
// platform's API for the page that they see, and shows the phone in three
// ways: by the browser's session with the platform, by a ticket, and with a
// sign-in window of its own.
//
// Beside a running demo:
//
//	go run ./examples/crm --demo DIR/demo.json
//
// It knows nothing of the phone but its public contract; docs/sign-in.md
// describes what it does here.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	f := flag.NewFlagSet("crm", flag.ContinueOnError)
	demo := f.String("demo", "", "the demo.json of a running “offhook demo”; it answers all other questions")
	addr := f.String("addr", "", "where to listen (default: as in the URL)")
	var c Config
	f.StringVar(&c.URL, "url", "", "how browsers reach this server, such as https://crm.example.com")
	f.StringVar(&c.WidgetURL, "widget", "", "the phone's public address")
	f.StringVar(&c.PlatformURL, "platform", "", "the platform's origin")
	f.StringVar(&c.ClientID, "client-id", "", "this server's app; the phone uses the same. Its secret is CRM_CLIENT_SECRET, the embed key CRM_EMBED_KEY")
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil
		}
		return err
	}
	c.ClientSecret, c.EmbedKey = os.Getenv("CRM_CLIENT_SECRET"), os.Getenv("CRM_EMBED_KEY")
	if *demo != "" {
		if err := c.readDemo(*demo); err != nil {
			return err
		}
	}
	if err := c.check(); err != nil {
		return err
	}
	if *addr == "" {
		u, _ := url.Parse(c.URL)
		*addr = u.Host
	}
	ln, err := net.Listen("tcp", *addr)
	if err != nil {
		return fmt.Errorf("listening on %s: %w; choose another address with --addr", *addr, err)
	}
	fmt.Printf("Tideway CRM is at %s. Ctrl-C ends it.\n", c.URL)
	return serve(ctx, ln, NewServer(c))
}

func serve(ctx context.Context, ln net.Listener, h http.Handler) error {
	s := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = s.Close() })
	defer stop()
	if err := s.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
