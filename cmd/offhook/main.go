// Command offhook serves an embeddable business phone and a local telephone
// platform to develop it against.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"offhook/internal/rc"
)

const usage = `Offhook is a business phone that any web page can embed.

  offhook demo       platform, widget and a host page, with people to try them as
  offhook serve      the widget alone, against any allowed platform
  offhook platform   the local telephone platform alone
  offhook user       the people of the local platform
  offhook app        the OAuth clients of the local platform
  offhook credential JWT credentials, with which apps sign in as a user
  offhook embed      allow an app to be embedded by a host page
  offhook audit      who signed in, was refused or signed out

Each command explains itself with -h.`

var commands = map[string]func(ctx context.Context, args []string) error{
	"demo": demo, "serve": serve, "platform": platform, "user": user, "app": oauthApp, "credential": credential, "embed": embedCommand, "audit": auditCommand,
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if len(os.Args) < 2 || commands[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, usage)
		os.Exit(2)
	}
	if err := commands[os.Args[1]](ctx, os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		var told *rc.Error
		if errors.As(err, &told) {
			os.Exit(2) // something to put right, not a fault of ours
		}
		os.Exit(1)
	}
}
