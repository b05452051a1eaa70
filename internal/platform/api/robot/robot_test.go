package robot_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/png"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/api/messages"
	"offhook/internal/platform/api/plan"
	"offhook/internal/platform/api/robot"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// A world in which Bob and Eve are robots; its time is a bubble's.
type world struct {
	*apitest.World
	office *messages.Office
	t      *testing.T
}

func newWorld(t *testing.T, bob, eve string) *world {
	a := apitest.New(t)
	w := &world{a, messages.NewOffice(a.Store, a.Bus, new(store.IDs), time.Now, a.Log), t}
	err := a.Store.Write(t.Context(), func(tx store.PlatformTx) error {
		if err := tx.PutRobot(t.Context(), store.Robot{ExtensionID: apitest.Eve, Kind: eve}); err != nil {
			return err
		}
		return tx.PutRobot(t.Context(), store.Robot{ExtensionID: apitest.Bob, Kind: bob})
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// run starts office and robots; stop ends both.
func (w *world) run() (stop func()) {
	ctx, cancel := context.WithCancel(w.t.Context())
	robots := &robot.Robots{Store: w.Store, Bus: w.Bus, Send: w.office.Send, Page: w.office.Page, Base: "https://platform.example", Now: time.Now, Log: w.Log}
	var wg sync.WaitGroup
	wg.Go(func() { w.office.Run(ctx) })
	wg.Go(func() { robots.Run(ctx) })
	stop = sync.OnceFunc(func() { cancel(); wg.Wait() })
	w.t.Cleanup(stop)
	return stop
}

func (w *world) text(from int64, t messages.Text) {
	w.t.Helper()
	p, err := plan.Read(w.t.Context(), w.Store, apitest.Acme)
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.office.Send(w.t.Context(), p, from, t); err != nil {
		w.t.Fatal(err)
	}
}

// inbox is what an extension has got, oldest first, as "from: text".
func (w *world) inbox(extension int64) (all []string) {
	w.t.Helper()
	ms, err := w.Store.Messages(w.t.Context(), extension, store.MessageQuery{Directions: []string{rc.Inbound}}, 0, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, m := range slices.Backward(ms) {
		line := m.From.PhoneNumber + m.From.ExtensionNumber + ": " + m.Text
		for _, a := range m.Attachments {
			line += " [" + a.FileName + "]"
		}
		all = append(all, line)
	}
	return all
}

func (w *world) want(extension int64, lines ...string) {
	w.t.Helper()
	if diff := cmp.Diff(lines, w.inbox(extension)); diff != "" {
		w.t.Errorf("the texts of %d (-want +got):\n%s", extension, diff)
	}
}

func TestAnEchoSendsBackWhatItGot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, robot.Echo, robot.Echo)
		w.run()
		w.text(apitest.Ada, messages.Text{From: apitest.AdaPhone, To: []string{apitest.BobPhone}, Body: "Hello"})
		time.Sleep(time.Second)
		gif := messages.File{Name: "dot.gif", ContentType: "image/gif", Body: []byte("GIF89a")}
		w.text(apitest.Ada, messages.Text{From: apitest.AdaPhone, To: []string{apitest.EvePhone}, Files: []messages.File{gif}})
		time.Sleep(time.Second)
		w.want(apitest.Ada, apitest.BobPhone+": Hello", apitest.EvePhone+":  [dot.gif]")
		for _, r := range []int64{apitest.Bob, apitest.Eve} {
			left, err := w.Store.Messages(t.Context(), r, store.MessageQuery{Directions: []string{rc.Inbound}, ReadStatuses: []string{rc.Unread}}, 0, 0)
			if err != nil || len(left) > 0 {
				t.Errorf("unread texts of robot %d: %+v, %v", r, left, err)
			}
		}
	})
}

func TestARobotWaitsAsLongAsItIsTold(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"Hello": 5 * time.Second, "in 20 seconds": 20 * time.Second, "0": 0, "99999999999999999999": 5 * time.Second, "86400": 5 * time.Minute,
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, robot.Later, robot.Echo)
			w.run()
			w.text(apitest.Ada, messages.Text{From: apitest.AdaPhone, To: []string{apitest.BobPhone}, Body: text})
			if want > 0 {
				time.Sleep(want - time.Millisecond)
				w.want(apitest.Ada)
			}
			time.Sleep(100 * time.Millisecond)
			w.want(apitest.Ada, apitest.BobPhone+": "+text)
		})
	}
}

func TestARobotForgetsNothingOverARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, robot.Later, robot.Echo)
		stop := w.run()
		w.text(apitest.Ada, messages.Text{From: apitest.AdaPhone, To: []string{apitest.BobPhone}, Body: "30"})
		time.Sleep(10 * time.Second)
		stop()
		w.text(apitest.Ada, messages.Text{From: apitest.AdaPhone, To: []string{apitest.BobPhone}, Body: "1 while it was away"})
		w.run()
		time.Sleep(2 * time.Second)
		w.want(apitest.Ada, apitest.BobPhone+": 1 while it was away")
		time.Sleep(20 * time.Second)
		w.want(apitest.Ada, apitest.BobPhone+": 1 while it was away", apitest.BobPhone+": 30")
	})
}

func TestARobotKeepsNoFiles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, robot.Echo, robot.Echo)
		w.office.Room = 100
		w.run()
		gif := messages.File{Name: "dot.gif", ContentType: "image/gif", Body: []byte("GIF89a")}
		p, err := plan.Read(t.Context(), w.Store, apitest.Acme)
		if err != nil {
			t.Fatal(err)
		}
		want := []string{}
		for range 20 { // whoever asks purges what came of it, and can ask for ever
			w.text(apitest.Ada, messages.Text{From: apitest.AdaPhone, To: []string{apitest.BobPhone}, Files: []messages.File{gif}})
			time.Sleep(time.Second)
			want = append(want, apitest.BobPhone+":  [dot.gif]")
			w.want(apitest.Ada, want...)
			w.forget(apitest.Ada)
		}
		for _, e := range p.Extensions {
			if n, err := w.Store.AttachmentBytes(t.Context(), e.ID); err != nil || n != 0 {
				t.Errorf("%d bytes of what %d has sent are kept, %v", n, e.ID, err)
			}
		}
		if got := w.inbox(apitest.Bob); got[0] != apitest.AdaPhone+": " {
			t.Errorf("the robot keeps %q", got[0])
		}
	})
}

// forget drops the files of an extension's messages, as purging them does.
func (w *world) forget(extension int64) {
	w.t.Helper()
	ms, err := w.Store.Messages(w.t.Context(), extension, store.MessageQuery{}, 0, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	err = w.Store.Write(w.t.Context(), func(tx store.PlatformTx) (err error) {
		for _, m := range ms {
			err = errors.Join(err, tx.DeleteAttachmentContents(w.t.Context(), extension, m.ID))
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func TestWhatARobotCannotAnswerKeepsNoOtherFromAnswering(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, robot.Echo, robot.Echo)
		err := w.Store.Write(t.Context(), func(tx store.PlatformTx) error { // an internal message of nobody
			n, err1 := tx.NextMessageChange(t.Context(), apitest.Bob)
			_, err2 := tx.PutConversation(t.Context(), apitest.Bob, "nobody", 1)
			return errors.Join(err1, err2, tx.AddMessage(t.Context(), store.Message{
				ID: 1, AccountID: apitest.Acme, ExtensionID: apitest.Bob, ConversationID: 1, Type: rc.TypePager, Direction: rc.Inbound,
				Availability: rc.Alive, ReadStatus: rc.Unread, Status: rc.Received, CreatedAt: time.Now().Add(-time.Hour), ModifiedAt: time.Now(), Change: n,
			}))
		})
		if err != nil {
			t.Fatal(err)
		}
		w.run()
		w.text(apitest.Ada, messages.Text{From: apitest.AdaPhone, To: []string{apitest.BobPhone}, Body: "Bob"})
		time.Sleep(time.Second)
		w.text(apitest.Ada, messages.Text{From: apitest.AdaPhone, To: []string{apitest.EvePhone}, Body: "Eve"})
		time.Sleep(time.Second)
		w.want(apitest.Ada, apitest.BobPhone+": Bob", apitest.EvePhone+": Eve")
	})
}

func TestRobotsDoNotAnswerEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, robot.Group, robot.Echo)
		w.run()
		w.text(apitest.Ada, messages.Text{From: apitest.AdaPhone, To: []string{apitest.BobPhone, apitest.EvePhone}, Body: "All of you"})
		time.Sleep(10 * time.Minute)
		// Both answer at once, so either may be the first.
		answers := slices.Sorted(slices.Values(w.inbox(apitest.Ada)))
		if want := []string{apitest.BobPhone + ": All of you", apitest.EvePhone + ": All of you"}; !slices.Equal(answers, want) {
			t.Errorf("the texts of Ada: %v, want %v", answers, want)
		}
		w.want(apitest.Eve, apitest.AdaPhone+": All of you", apitest.BobPhone+": All of you")
		w.want(apitest.Bob, apitest.AdaPhone+": All of you")
	})
}

func TestRobotsAnswerInternalMessages(t *testing.T) {
	for kind, want := range map[string][]string{
		robot.Echo: {"102: Hello"}, robot.Group: {"102: Hello"}, robot.Picture: {"102: Internal messages carry no pictures. Text my number, and I send you one."},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, kind, robot.Echo)
			w.run()
			p, err := plan.Read(t.Context(), w.Store, apitest.Acme)
			if err != nil {
				t.Fatal(err)
			}
			ada, _ := p.Extension(apitest.Ada)
			if _, err := w.office.Page(t.Context(), p, ada, messages.Page{To: []int64{apitest.Bob, apitest.Cy}, Body: "Hello"}); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
			w.want(apitest.Ada, want...)
			others := []string{"101: Hello"}
			if kind == robot.Group {
				others = append(others, want...)
			}
			w.want(apitest.Cy, others...)
		})
	}
}

func TestAPictureCanBeSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, robot.Picture, robot.Echo)
		w.run()
		w.text(apitest.Ada, messages.Text{From: apitest.AdaPhone, To: []string{apitest.BobPhone}, Body: "Show me"})
		time.Sleep(time.Second)
		got := w.inbox(apitest.Ada)
		if len(got) != 1 || !strings.HasSuffix(got[0], "[harbor.png]") {
			t.Fatalf("got %v", got)
		}
		ms, err := w.Store.Messages(t.Context(), apitest.Ada, store.MessageQuery{Directions: []string{rc.Inbound}}, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		body, err := w.Store.AttachmentContent(t.Context(), apitest.Ada, ms[0].Attachments[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(bytes.NewReader(body))
		if err != nil || fmt.Sprint(img.Bounds().Size()) != "(320,200)" {
			t.Errorf("the picture: %v, %v", img, err)
		}
	})
}

func TestARobotForgetsWhatItHasAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, robot.Echo, robot.Echo)
		w.run()
		for range 3 {
			w.text(apitest.Ada, messages.Text{From: apitest.AdaPhone, To: []string{apitest.BobPhone}, Body: "Hello"})
			time.Sleep(time.Second)
		}
		kept := func(extension int64) int {
			all, err := w.Store.Messages(t.Context(), extension, store.MessageQuery{Availability: []string{rc.Alive, rc.Deleted}}, 0, 0)
			if err != nil {
				t.Fatal(err)
			}
			return len(all)
		}
		time.Sleep(23 * time.Hour)
		if got := kept(apitest.Bob); got != 6 {
			t.Errorf("within a day the robot keeps %d messages, want 3 and its 3 answers", got)
		}
		w.text(apitest.Ada, messages.Text{From: apitest.AdaPhone, To: []string{apitest.BobPhone}, Body: "Still there?"})
		time.Sleep(2 * time.Hour)
		if got := kept(apitest.Bob); got != 2 {
			t.Errorf("after a day the robot keeps %d messages, want the last one and its answer", got)
		}
		all, err := w.Store.Messages(t.Context(), apitest.Bob, store.MessageQuery{}, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range all[2:] {
			if m.Availability != rc.Purged || m.Text != "" || m.From != (rc.Caller{}) || len(m.To) > 0 {
				t.Errorf("of what was purged the robot keeps %+v", m)
			}
		}
		if got := kept(apitest.Ada); got != 8 {
			t.Errorf("whoever wrote to it has %d messages, want all 8", got)
		}
	})
}
