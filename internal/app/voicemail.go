package app

import (
	"context"
	"os"
	"time"

	"offhook/internal/platform/api/messages"
	"offhook/internal/platform/api/talk"
	"offhook/internal/rc"
)

// A VoicemailSpec is voicemail for `offhook voicemail add`. Its numbers may
// be written as people write them.
type VoicemailSpec struct {
	From, To string // From may be empty: the caller withheld it
	Name     string
	Text     string        // what was said
	File     string        // a WAV file with the sound; empty for a voice that hums
	Length   time.Duration // so long, where there is no file
	Ago      time.Duration
	Read     bool
}

// maxVoicemail is the largest sound that may be left: it is kept whole.
const maxVoicemail = 32 << 20

// AddVoicemail leaves voicemail for whoever answers for a number. A platform
// that serves the same data tells them within seconds.
func (d *Data) AddVoicemail(ctx context.Context, spec VoicemailSpec) (int64, error) {
	v := messages.Voicemail{Name: spec.Name, Text: spec.Text, At: time.Now().Add(-spec.Ago), Length: spec.Length, Read: spec.Read}
	if spec.From != "" {
		if err := readNumber("--from", &spec.From); err != nil {
			return 0, err
		}
	}
	if err := readNumber("--to", &spec.To); err != nil {
		return 0, err
	}
	v.From, v.To = spec.From, spec.To
	if spec.File == "" && (v.Length < time.Second || v.Length > maxCall) {
		return 0, rc.Errorf(rc.Invalid, "--length must be between 1s and %s.", maxCall)
	}
	if spec.File != "" {
		var err error
		if v.Sound, err = readSound(spec.File); err != nil {
			return 0, err
		}
	}
	m, err := messages.LeaveVoicemail(ctx, d.DB.Platform(), v)
	return m.ID, err
}

func readSound(path string) ([]byte, error) {
	about, err := os.Stat(path)
	if err != nil {
		return nil, rc.Errorf(rc.Invalid, "The file %s cannot be read. Name a WAV file with --file.", path)
	}
	if about.Size() > maxVoicemail {
		return nil, rc.Errorf(rc.TooLarge, "The file %s is larger than %d MB.", path, maxVoicemail>>20)
	}
	sound, err := os.ReadFile(path)
	if err != nil {
		return nil, rc.Errorf(rc.Invalid, "The file %s cannot be read. Name a WAV file with --file.", path)
	}
	if _, ok := talk.WAVLength(sound); !ok {
		return nil, rc.Errorf(rc.Invalid, "The file %s is not a WAV file with sound in it.", path)
	}
	return sound, nil
}

// demoVoicemail is what waits for the demo's people, newest last; minutes
// count back from the first start.
var demoVoicemail = []struct {
	from, to, name, text string
	minutes, seconds     int
	read                 bool
}{
	{"+14155550177", "+16505550100", "DANA WHITFIELD", "Hi, this is Dana Whitfield. I am calling about the two bedroom on Alder Court. Is it still available, and would Saturday work for a visit? You can text me at this number. Thank you!", 5*1440 + 59, 34, true},
	{"+16505550103", "+16505550101", "", "It's Mei. The keys for Larkspur are in the lockbox, the code is the one we always use. I'm in the office until five.", 2*1440 - 44, 12, true},
	{"+442071838750", "+16505550101", "", "", 1440 - 19, 9, true},
	{"+14155550147", "+16505550101", "HENDERSON P", "Good morning, it's Paul Henderson. The inspector found a small leak under the kitchen sink. Could you ask the sellers whether they'd fix it before closing? Call me back when you have a minute.", 142, 21, false},
	{"+16505550101", "+16505550102", "", "Sam, the photographer asked whether the gate will be open on Thursday. Can you let her know?", 61, 8, false},
}

// seedVoicemail writes it, and what came in by fax.
func seedVoicemail(ctx context.Context, d *Data) error {
	for _, v := range demoVoicemail {
		err := messages.SeedVoicemail(ctx, d.DB.Platform(), messages.Voicemail{
			From: v.from, To: v.to, Name: v.name, Text: v.text, Read: v.read,
			At: time.Now().Add(-time.Duration(v.minutes) * time.Minute), Length: time.Duration(v.seconds) * time.Second,
		})
		if err != nil {
			return err
		}
	}
	return seedFaxes(ctx, d)
}
