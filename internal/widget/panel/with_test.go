package panel

import (
	"strings"
	"testing"
)

func TestTheConversationWithANumberIsTheOneOfTwo(t *testing.T) {
	f := newFixture(t, nil)
	for number, want := range map[string]string{
		marta.Number:    `"conversation":"42"`,
		"+13105550111":  `"conversation":""`,
		"0144":          `"conversation":""`,
		"Marta":         `"conversation":""`,
		"..%2Fmessages": `"conversation":""`,
	} {
		w := f.do("GET", "/with/"+number, nil)
		if w.Code != 200 || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %d %s, want %s", number, w.Code, w.Body, want)
		}
	}
}
