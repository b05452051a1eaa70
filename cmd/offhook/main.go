// Command offhook serves an embeddable business phone and a local telephone
// platform to develop it against.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
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
  offhook queue      the call queues of the local platform, whose texts people share
  offhook call       calls of the past, for the call logs of the local platform
  offhook voicemail  voicemail for the users of the local platform
  offhook sim        a day on the local platform: people who text, call, fax and leave voicemail
  offhook fax        faxes that come in for the users of the local platform
  offhook app        the OAuth clients of the local platform
  offhook credential JWT credentials, with which apps sign in as a user
  offhook embed      allow an app to be embedded by a host page
  offhook audit      who signed in, was refused or signed out
  offhook logs       what waits to be logged by host pages and webhooks

Each command explains itself with -h.`

var commands = map[string]func(ctx context.Context, args []string) error{
	"demo": demo, "serve": serve, "platform": platform, "user": user, "queue": queueCommand, "call": callCommand, "voicemail": voicemailCommand, "fax": faxCommand, "sim": simulate, "app": oauthApp, "credential": credential, "embed": embedCommand, "audit": auditCommand, "logs": logsCommand,
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run runs the command that args name and returns the exit status.
func run(ctx context.Context, args []string, out, errs io.Writer) int {
	switch {
	case len(args) == 0:
		fmt.Fprintln(errs, usage)
		return 2
	case args[0] == "-h" || args[0] == "-help" || args[0] == "--help" || args[0] == "help":
		fmt.Fprintln(out, usage)
		return 0
	case commands[args[0]] == nil:
		fmt.Fprintf(errs, "There is no command %s. Run offhook -h to see what there is.\n", args[0])
		return 2
	}
	err := commands[args[0]](ctx, args[1:])
	if err == nil {
		return 0
	}
	fmt.Fprintln(errs, err)
	if told := (*rc.Error)(nil); errors.As(err, &told) {
		return 2 // something to put right, not a fault of ours
	}
	return 1
}
