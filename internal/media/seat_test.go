package media

import "testing"

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
