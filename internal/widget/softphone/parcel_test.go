package softphone

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"
)

// TestAMessageThatTakesItsTimeOverTheBusIsWhole: NATS may be slow, or far.
func TestAMessageThatTakesItsTimeOverTheBusIsWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p parcels
		var want []byte
		for i := range byte(10) {
			part := bytes.Repeat([]byte{i}, 1000)
			if err := p.add("slow", len(want), part); err != nil {
				t.Fatalf("after %d seconds: %v", 20*i, err)
			}
			want = append(want, part...)
			time.Sleep(20 * time.Second)
		}
		if got := p.take("slow"); !bytes.Equal(got, want) {
			t.Errorf("%d bytes are left of %d", len(got), len(want))
		}
	})
}

func TestAMessageOfWhichAPartIsMissingIsNotLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p parcels
		if err := p.add("holed", 0, make([]byte, 10)); err != nil {
			t.Fatal(err)
		}
		if err := p.add("holed", 20, make([]byte, 10)); err == nil {
			t.Error("a part is taken whose forerunner was lost")
		}
		time.Sleep(answerTime + time.Second)
		if err := p.add("holed", 10, make([]byte, 10)); err == nil {
			t.Error("a part is taken whose forerunners were forgotten")
		}
		if n := len(p.sent); n != 0 {
			t.Errorf("%d are kept", n)
		}
	})
}
