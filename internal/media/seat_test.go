package media

import (
	"testing"
	"time"
)

func TestASeatIsOverOnce(t *testing.T) {
	e, err := NewEngine(Config{LegIP: []byte{127, 0, 0, 1}})
	if err != nil {
		t.Fatal(err)
	}
	var legs [2]*Leg
	for i := range legs {
		if legs[i], err = e.Leg(); err != nil {
			t.Fatal(err)
		}
	}
	s := NewSeat(legs[0])
	legs[0].Close()
	<-s.Done()
	s.Give(legs[1]) // by a phone that came a moment too late
	legs[1].Close()
	if err := e.Close(); err != nil { // which waits for who watches
		t.Error(err)
	}
}

func TestASeatIsConnectedWithWhoTakesItBeforeAnybodyWas(t *testing.T) {
	e, err := NewEngine(Config{LegIP: []byte{127, 0, 0, 1}})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	var legs [3]*Leg
	for i := range legs {
		if legs[i], err = e.Leg(); err != nil {
			t.Fatal(err)
		}
	}
	s := NewSeat(legs[0]) // who leaves before there is sound
	connected := s.Connected()
	s.Give(legs[1])
	legs[0].Close()
	offer, err := legs[1].Offer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	answer, err := legs[2].Answer(t.Context(), offer)
	if err != nil {
		t.Fatal(err)
	}
	if err := legs[1].SetAnswer(answer); err != nil {
		t.Fatal(err)
	}
	select {
	case <-connected:
	case <-time.After(30 * time.Second):
		t.Error("the seat is not connected")
	}
}
