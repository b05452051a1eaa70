package sip_test

import (
	"testing"
	"time"

	"offhook/internal/sip"
)

func TestWhatACallAgreesOnAboutSignsOfLife(t *testing.T) {
	ours := sip.Expiry{After: 1800 * time.Second, Ours: true, Both: true}
	for _, tt := range []struct {
		name, expires, supported, require string
		earlier                           sip.Expiry
		told, required                    string
		refused                           bool
	}{
		{name: "nothing is asked for"},
		{name: "who asks gives them", expires: "1800", supported: "timer", told: "1800;refresher=uac", required: "timer"},
		{name: "we are to give them", expires: " 1800 ; refresher=UAS", require: "timer", told: "1800;refresher=uas", required: "timer"},
		{name: "they give them", expires: "90;refresher=uac", supported: "replaces, timer", told: "90;refresher=uac", required: "timer"},
		{name: "a proxy asks for somebody who knows nothing of it", expires: "1800", told: "1800;refresher=uas"},
		{name: "too short", expires: "89", supported: "timer", refused: true},
		{name: "too short, and nobody to say so to", expires: "5"},
		{name: "no number", expires: "soon", supported: "timer"},
		{name: "what was agreed on goes on", supported: "timer", earlier: ours, told: "1800;refresher=uas", required: "timer"},
		{name: "it ends with one who knows nothing of it", earlier: ours},
	} {
		t.Run(tt.name, func(t *testing.T) {
			req := request(sip.INVITE, 1)
			for name, value := range map[string]string{"Session-Expires": tt.expires, "Supported": tt.supported, "Require": tt.require} {
				if value != "" {
					sip.SetHeader(req, name, value)
				}
			}
			e, ok := sip.AskedExpiry(req, sip.LeastExpiry, tt.earlier)
			if ok == tt.refused {
				t.Fatalf("agreed: %v", ok)
			}
			res := &sip.Response{}
			e.Told(res)
			if got := sip.HeaderValue(res, "Session-Expires"); got != tt.told {
				t.Errorf("told %q, want %q", got, tt.told)
			}
			if got := sip.HeaderValue(res, "Require"); got != tt.required {
				t.Errorf("requires %q, want %q", got, tt.required)
			}
		})
	}
}

func TestWhatTheAnswerSaysAboutSignsOfLife(t *testing.T) {
	for value, want := range map[string]sip.Expiry{
		"":                   {},
		"0":                  {},
		"1800":               {After: 30 * time.Minute, Ours: true, Both: true}, // who gives them is not said
		"1800;refresher=uac": {After: 30 * time.Minute, Ours: true, Both: true},
		"1800;refresher=uas": {After: 30 * time.Minute, Both: true},
	} {
		res := &sip.Response{}
		if value != "" {
			sip.With("x", value)(res) // the short name
		}
		if got := sip.AnsweredExpiry(res); got != want {
			t.Errorf("%q is %+v, want %+v", value, got, want)
		}
	}
}

func TestWhenSomethingIsDueAboutSignsOfLife(t *testing.T) {
	for _, tt := range []struct {
		e    sip.Expiry
		want time.Duration
	}{
		{sip.Expiry{After: 1800 * time.Second, Ours: true}, 900 * time.Second},
		{sip.Expiry{After: 1800 * time.Second}, 1768 * time.Second},
		{sip.Expiry{After: 90 * time.Second}, 60 * time.Second},
		{sip.Expiry{After: time.Second, Ours: true}, time.Second}, // no flood of them
	} {
		if got := tt.e.Due(); got != tt.want {
			t.Errorf("%+v is due in %v, want %v", tt.e, got, tt.want)
		}
	}
}
