package sip_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"offhook/internal/sip"
)

// A callee rings reliably and accepts behind that.
type callee struct {
	tx     *sip.Tx
	asked  []string // methods of what reached it
	body   string   // of the 183
	taken  func(prack *sip.Tx)
	accept time.Duration // after the 183
}

func (c *callee) ServeSIP(tx *sip.Tx) {
	c.asked = append(c.asked, string(tx.Request().Method))
	if !tx.Request().IsInvite() {
		_ = tx.Respond(200, "OK")
		return
	}
	c.tx = tx
	var opts []sip.Option
	if c.body != "" {
		opts = append(opts, sip.WithBody(sip.SDP, []byte(c.body)))
	}
	_ = tx.RespondReliably(183, "Session Progress", c.taken, opts...)
	time.AfterFunc(c.accept, func() { _ = tx.Respond(200, "OK") })
}

// calls places a call that acknowledges reliable responses while acks says so.
func calls(t *testing.T, f *sip.Flow, body string, acks func(n int) bool) (*sip.Response, *sip.Dialog, []int) {
	t.Helper()
	req := request(sip.INVITE, 1)
	var p sip.Progress
	var pracked []int
	n := 0
	res, err := f.Do(t.Context(), req, func(res *sip.Response) {
		n++
		if !acks(n) {
			return
		}
		d, prack, _ := p.Take(f, req, res)
		if prack == nil {
			return
		}
		sip.SetBody(prack, sip.SDP, []byte(body))
		go func() {
			res, err := d.Do(t.Context(), prack, nil)
			if err == nil {
				pracked = append(pracked, res.StatusCode)
			}
		}()
	})
	if err != nil {
		t.Fatal(err)
	}
	d := p.Dialog(f, req, res)
	if res.StatusCode == 200 {
		if err := d.Ack(nil, ""); err != nil {
			t.Fatal(err)
		}
	}
	synctest.Wait()
	return res, d, pracked
}

func always(int) bool { return true }

func TestAReliableResponseIsRepeatedUntilItIsAcknowledged(t *testing.T) {
	c := &callee{accept: 10 * time.Second}
	twoEnds(t, c, func(t *testing.T, f *sip.Flow, near, far *wire) {
		res, d, pracked := calls(t, f, "", func(n int) bool { return n == 3 })
		if res.StatusCode != 200 || len(pracked) != 1 || pracked[0] != 200 {
			t.Errorf("answered %d, the PRACK %v", res.StatusCode, pracked)
		}
		if got, want := far.told(), "183@0s 183@500ms 183@1.5s 200@1.5s 200@10s"; got != want {
			t.Errorf("sent %s\nwant %s", got, want)
		}
		if got, want := near.told(), "INVITE@0s PRACK@1.5s ACK@10s"; got != want {
			t.Errorf("sent %s\nwant %s", got, want)
		}
		if bye := d.Request(sip.BYE, nil, ""); bye.CSeq().SeqNo != 3 {
			t.Errorf("the request behind INVITE 1 and PRACK 2 is number %d", bye.CSeq().SeqNo)
		}
		if got := strings.Join(c.asked, " "); got != "INVITE ACK" {
			t.Errorf("the callee was told %s, want not of the PRACK", got)
		}
	})
}

func TestAPrackThatIsLostIsSentAgain(t *testing.T) {
	c := &callee{accept: 10 * time.Second}
	twoEnds(t, c, func(t *testing.T, f *sip.Flow, near, far *wire) {
		near.losing(func(n int, word string) bool { return word == "PRACK" && n == 2 })
		res, _, pracked := calls(t, f, "", always)
		if res.StatusCode != 200 || len(pracked) != 1 || pracked[0] != 200 {
			t.Errorf("answered %d, the PRACK %v", res.StatusCode, pracked)
		}
		if got, want := near.told(), "INVITE@0s PRACK@0s PRACK@500ms ACK@10s"; got != want {
			t.Errorf("sent %s\nwant %s", got, want)
		}
	})
}

func TestNobodyAcknowledgesAReliableResponse(t *testing.T) {
	c := &callee{accept: time.Minute}
	twoEnds(t, c, func(t *testing.T, f *sip.Flow, _, far *wire) {
		res, _, _ := calls(t, f, "", func(int) bool { return false })
		if res.StatusCode != 504 || !strings.HasSuffix(far.told(), "183@31.5s 504@32s") {
			t.Errorf("answered %d, sent %s", res.StatusCode, far.told())
		}
		<-c.tx.Lost()
	})
}

func TestAnAcceptanceWaitsForTheDescriptionBeforeIt(t *testing.T) {
	for _, tt := range []struct {
		name, body, want string
	}{
		{"with a description", "v=0\r\n", "183@0s 183@500ms 200@500ms 200@500ms"},
		{"without", "", "183@0s 200@10ms"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := &callee{body: tt.body, accept: 10 * time.Millisecond}
			twoEnds(t, c, func(t *testing.T, f *sip.Flow, _, far *wire) {
				res, _, _ := calls(t, f, "", func(n int) bool { return n == 2 })
				if got := far.told(); res.StatusCode != 200 || got != tt.want {
					t.Errorf("sent %s\nwant %s", got, tt.want)
				}
			})
		})
	}
}

func TestAnAcceptanceThatWaitsInVainIsTakenBack(t *testing.T) {
	c := &callee{body: "v=0\r\n"}
	twoEnds(t, c, func(t *testing.T, f *sip.Flow, _, far *wire) {
		res, _, _ := calls(t, f, "", func(int) bool { return false })
		if res.StatusCode != 504 {
			t.Errorf("answered %d after no PRACK", res.StatusCode)
		}
		<-c.tx.Lost()
	})
}

func TestWhoGivesUpBeforeAnAcceptanceWasSentIsNotAccepted(t *testing.T) {
	c := &callee{body: "v=0\r\n"}
	twoEnds(t, c, func(t *testing.T, f *sip.Flow, _, far *wire) {
		ctx, stop := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer stop()
		if _, err := f.Do(ctx, request(sip.INVITE, 1), nil); err == nil {
			t.Error("the call was accepted")
		}
		<-c.tx.Cancelled()
		<-c.tx.Lost() // for who took it for accepted
		time.Sleep(time.Minute)
		if got, want := far.told(), "183@0s 200@100ms 487@100ms"; got != want {
			t.Errorf("sent %s\nwant %s", got, want)
		}
	})
}

func TestADescriptionInAPrack(t *testing.T) {
	t.Run("that nobody has asked for is refused", func(t *testing.T) {
		twoEnds(t, &callee{}, func(t *testing.T, f *sip.Flow, _, _ *wire) {
			if res, _, pracked := calls(t, f, "v=0\r\n", always); res.StatusCode != 200 || len(pracked) != 1 || pracked[0] != 488 {
				t.Errorf("answered %d, the PRACK %v", res.StatusCode, pracked)
			}
		})
	})
	t.Run("that answers an offer is taken", func(t *testing.T) {
		answer := ""
		c := &callee{body: "v=0\r\n", taken: func(prack *sip.Tx) { answer = string(prack.Request().Body()); _ = prack.Respond(200, "OK") }}
		twoEnds(t, c, func(t *testing.T, f *sip.Flow, _, _ *wire) {
			if res, _, pracked := calls(t, f, "v=1\r\n", always); res.StatusCode != 200 || len(pracked) != 1 || pracked[0] != 200 || answer != "v=1\r\n" {
				t.Errorf("answered %d, the PRACK %v, with %q", res.StatusCode, pracked, answer)
			}
		})
	})
}

func TestAPrackThatAcknowledgesNothingIsRefused(t *testing.T) {
	c := &callee{accept: time.Minute}
	twoEnds(t, c, func(t *testing.T, f *sip.Flow, _, _ *wire) {
		req := request(sip.INVITE, 1)
		var p sip.Progress
		go func() {
			_, _ = f.Do(t.Context(), req, func(res *sip.Response) {
				d, prack, _ := p.Take(f, req, res)
				if prack == nil {
					return
				}
				for _, rack := range []string{"", "x", "1 1 INVITE", sip.HeaderValue(res, "RSeq") + " 2 INVITE", sip.HeaderValue(res, "RSeq") + " 1 BYE"} {
					wrong := d.Request(sip.PRACK, nil, "")
					sip.SetHeader(wrong, "RAck", rack)
					if res, err := d.Do(t.Context(), wrong, nil); err != nil || res.StatusCode != 481 {
						t.Errorf("RAck %q: %v, %v", rack, res, err)
					}
				}
				for _, want := range []int{200, 481} { // the second acknowledges what is acknowledged
					right := d.Request(sip.PRACK, nil, "")
					sip.SetHeader(right, "RAck", sip.HeaderValue(prack, "RAck"))
					if res, err := d.Do(t.Context(), right, nil); err != nil || res.StatusCode != want {
						t.Errorf("%v, %v, want %d", res, err, want)
					}
				}
			})
		}()
		time.Sleep(2 * time.Minute)
	})
}

func TestReliableResponsesAreTakenInOrder(t *testing.T) {
	twoEnds(t, sip.HandlerFunc(accepting), func(t *testing.T, f *sip.Flow, _, _ *wire) {
		req := request(sip.INVITE, 1)
		res, err := f.Do(t.Context(), req, nil)
		if err != nil {
			t.Fatal(err)
		}
		res.StatusCode = 183
		sip.With("Require", "timer, 100REL")(res)
		sip.With("RSeq", "7")(res)
		var p sip.Progress
		at := func(number string) (rack string, passOver bool) {
			res.ReplaceHeader(sip.NewHeader("RSeq", number))
			_, prack, over := p.Take(f, req, res)
			if prack != nil {
				rack = sip.HeaderValue(prack, "RAck")
			}
			return rack, over
		}
		for _, tt := range []struct {
			number, rack string
			over         bool
		}{{"7", "7 1 INVITE", false}, {"7", "", true}, {"9", "", true}, {"8", "8 1 INVITE", false}, {"x", "", false}} {
			if rack, over := at(tt.number); rack != tt.rack || over != tt.over {
				t.Errorf("RSeq %s: RAck %q, passed over %v; want %q, %v", tt.number, rack, over, tt.rack, tt.over)
			}
		}
		answered := 0
		for i := range 99 { // phones that one answer after another tells of
			res.To().Params.Add("tag", fmt.Sprint("fork", i))
			if rack, _ := at("1"); rack != "" {
				answered++
			}
		}
		if answered != 31 {
			t.Errorf("%d phones beside the first were listened to, want 31", answered)
		}
	})
}
