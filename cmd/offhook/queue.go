package main

import (
	"context"
	"strings"

	"offhook/internal/app"
	"offhook/internal/platform/console"
	"offhook/internal/rc"
)

func queueCommand(ctx context.Context, args []string) error {
	return verbs(ctx, "queue", args, map[string]command{"add": queueAdd, "change": queueChange, "list": queueList, "remove": queueRemove})
}

func queueAdd(ctx context.Context, args []string) error {
	var spec console.QueueSpec
	f := newFlags("queue add", "Adds a call queue to the local platform: a number whose texts several people share.")
	f.StringVar(&spec.Name, "name", "", "what it is called (required)")
	f.StringVar(&spec.Number, "extension", "", "extension number (default: the first free one)")
	f.StringVar(&spec.PhoneNumber, "phone", "", "its number in E.164 (default: the first free one)")
	f.Var((*list)(&spec.Members), "member", "the username of somebody who answers; may be given several times")
	asJSON := f.Bool("json", false, "print the queue as JSON")
	return onData(ctx, f, args, func(d *app.Data) error {
		q, err := d.AddQueue(ctx, spec)
		if err != nil {
			return err
		}
		return report(*asJSON, q, "%s has the extension %s and the number %s; %d answer.", q.Name, q.ExtensionNumber, q.PhoneNumber, len(q.Members))
	})
}

func queueChange(ctx context.Context, args []string) error {
	var add, remove []string
	f := newFlags("queue change", "Changes who answers for a call queue.")
	number := f.String("extension", "", "its extension number (required)")
	f.Var((*list)(&add), "add", "the username of somebody who answers from now on; may be given several times")
	f.Var((*list)(&remove), "remove", "the username of somebody who does not any more; may be given several times")
	asJSON := f.Bool("json", false, "print what was done as JSON")
	return onData(ctx, f, args, func(d *app.Data) error {
		if len(add)+len(remove) == 0 {
			return rc.Errorf(rc.Invalid, "Say with --add and --remove whose membership changes.")
		}
		if err := d.ChangeQueue(ctx, *number, add, remove); err != nil {
			return err
		}
		return report(*asJSON, done{"changed": *number}, "The members of queue %s are changed.", *number)
	})
}

func queueList(ctx context.Context, args []string) error {
	f := newFlags("queue list", "Lists the call queues of the local platform.")
	asJSON := f.Bool("json", false, "print them as JSON")
	return onData(ctx, f, args, func(d *app.Data) error {
		all, err := d.Queues(ctx)
		if err != nil {
			return err
		}
		return table(*asJSON, all, []string{"NAME", "EXTENSION", "NUMBER", "MEMBERS"}, func(q app.Queue) []string {
			return []string{q.Name, q.ExtensionNumber, q.PhoneNumber, strings.Join(q.Members, ", ")}
		})
	})
}

func queueRemove(ctx context.Context, args []string) error {
	f := newFlags("queue remove", "Removes a call queue with its number and its threads.")
	number := f.String("extension", "", "its extension number (required)")
	asJSON := f.Bool("json", false, "print what was done as JSON")
	return onData(ctx, f, args, func(d *app.Data) error {
		name, err := d.RemoveQueue(ctx, *number)
		if err != nil {
			return err
		}
		return report(*asJSON, done{"removed": *number}, "%s is removed.", name)
	})
}
