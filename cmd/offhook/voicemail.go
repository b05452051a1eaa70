package main

import (
	"context"
	"strconv"
	"time"

	"offhook/internal/app"
)

func voicemailCommand(ctx context.Context, args []string) error {
	return verbs(ctx, "voicemail", args, map[string]command{"add": voicemailAdd})
}

func voicemailAdd(ctx context.Context, args []string) error {
	var spec app.VoicemailSpec
	f := newFlags("voicemail add", "Leaves voicemail for a user of the local platform, whose phone tells of it within seconds.")
	f.StringVar(&spec.From, "from", "", "who called, a phone number; nobody knows who without it")
	f.StringVar(&spec.To, "to", "", "whom they called, a phone number of the platform (required)")
	f.StringVar(&spec.Name, "name", "", "what the network says of a caller who is not on the platform")
	f.StringVar(&spec.Text, "text", "", "what they said, as the transcription has it; none without it")
	f.StringVar(&spec.File, "file", "", "a WAV file with what they said; a voice that hums without it")
	f.DurationVar(&spec.Length, "length", 8*time.Second, "how long the voice hums")
	f.DurationVar(&spec.Ago, "ago", 0, "how long ago that was")
	f.BoolVar(&spec.Read, "heard", false, "it has been listened to")
	asJSON := f.Bool("json", false, "print what was done as JSON")
	return onData(ctx, f, args, func(d *app.Data) error {
		id, err := d.AddVoicemail(ctx, spec)
		if err != nil {
			return err
		}
		return report(*asJSON, done{"id": strconv.FormatInt(id, 10), "to": spec.To}, "The voicemail for %s is there.", spec.To)
	})
}
