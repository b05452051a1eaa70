package desk

import (
	"testing"
)

func TestAWatchResumesOrSaysThatItCannot(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := open(t, h.pool(t))
	ready(t, d)
	at := d.Position()
	h.receive(bob, "x")
	until(t, d, "the text", func() bool { return d.Unread() == 1 })
	w := d.Watch(at)
	if e := <-w.C; !w.Resumed || e.Type == EventResync || e.Position.Seq != at.Seq+1 {
		t.Errorf("resumed with %+v", e)
	}
	w.Close()
	for name, p := range map[string]Position{"from nowhere": {}, "from another run": {"old", 3}, "from the future": {at.Epoch, 1 << 40}} {
		w := d.Watch(p)
		if e := <-w.C; w.Resumed || e.Type != EventResync {
			t.Errorf("%s: %+v, want a resync", name, e)
		}
		w.Close()
	}
	text, err := at.MarshalText()
	var back Position
	if err != nil || back.UnmarshalText(text) != nil || back != at {
		t.Errorf("%s became %+v", text, back)
	}
}

// A page that was connected to the server before it was started anew must
// hear of the texts that came in meanwhile, or its host page never will.
func TestAWatcherOfAnEarlierRunHearsWhatThisRunHasTold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := open(t, h.pool(t))
	ready(t, d)
	h.receive(bob, "while you were away")
	until(t, d, "the text", func() bool { return d.Unread() == 1 })
	w := d.Watch(Position{"an earlier run", 17})
	defer w.Close()
	if e := <-w.C; w.Resumed || e.Type != EventResync {
		t.Errorf("%+v, want a resync first", e)
	}
	for e := range w.C {
		if e.Type == EventMessage && e.New && e.Message.Subject == "while you were away" {
			return
		}
	}
	t.Error("the text was not told again")
}
