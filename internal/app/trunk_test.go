package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestATrunkThatCannotBeIsRefusedWithASentence(t *testing.T) {
	for _, tt := range []struct{ name, trunk, says string }{
		{"none", "", ""},
		{"a carrier", "{address: sip.carrier.example, transport: tls, username: u, password: p, register: true, countries: [US, DE], peers: [192.0.2.1, 198.51.100.0/24], caller_id: '+16505550100'}", ""},
		{"transport", "{address: a, transport: ws}", "udp, tcp or tls"},
		{"a registration without a password", "{address: a, register: true, username: u}", "username and a password"},
		{"keys in the open", "{address: a, sound: srtp}", "in the open"},
		{"authorities without TLS", "{address: a, ca_file: x}", "needs the transport tls"},
		{"a URL", "{address: 'sip:a@b'}", "the host of the carrier"},
		{"a country's name", "{address: a, countries: [Germany]}", "ISO codes"},
		{"no country", "{address: a, countries: [XX]}", "ISO codes"},
		{"a network", "{address: a, peers: [everybody]}", "networks"},
		{"a caller id", "{address: a, caller_id: '100'}", "+16505550100"},
		{"a number of calls", "{address: a, max_calls: -1}", "not -1"},
		{"where calls come in", "{address: a, listen: '5060'}", "ip:port"},
	} {
		path := filepath.Join(t.TempDir(), "offhook.yaml")
		text := "widget: {public_url: 'https://phone.example.com'}\nplatform:\n  addr: 127.0.0.1:1\n"
		if tt.trunk != "" {
			text += "  trunk: " + tt.trunk + "\n"
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := LoadConfig(path, nil)
		if (err == nil) != (tt.says == "") || err != nil && !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.says)
		}
		if err != nil && strings.Contains(tt.trunk, "password") && strings.Contains(err.Error(), "password: p") {
			t.Errorf("%s: the error tells the password", tt.name)
		}
	}
}

func TestAPasswordOfTheTrunkIsNotForEverybodyToRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "offhook.yaml")
	text := "platform:\n  trunk: {address: a, username: u, password: hush, register: true}\n"
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := LoadConfig(path, nil)
	if err == nil || !strings.Contains(err.Error(), "chmod 600") || strings.Contains(err.Error(), "hush") {
		t.Errorf("a password in a file for everybody: %v", err)
	}
	if _, err := LoadConfig(path, []string{"OFFHOOK_PLATFORM_TRUNK_PASSWORD=hush"}); err != nil {
		t.Errorf("a password from the environment: %v", err)
	}
}

func TestOnlyNumbersThatSomebodyCanHaveHaveACountry(t *testing.T) {
	for number, want := range map[string]string{
		"+12125551234": "US", "+12423221234": "BS", "+4930123456": "DE", "+442071838750": "GB",
		"+19005551234": "", "+447012345678": "", "+448451234567": "", "+491805123456": "", "+1911": "", "+49112": "", "+999123456789": "",
	} {
		got, ok := countryOf(number)
		if got != want && want != "" || ok != (want != "") {
			t.Errorf("%s is of %q, %v; want %q", number, got, ok, want)
		}
	}
}
