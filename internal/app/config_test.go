package app_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"offhook/internal/app"
)

func TestEveryMistakeInTheConfigurationNamesItsPlace(t *testing.T) {
	for _, tt := range []struct {
		name string
		file string
		env  []string
		want string // part of the sentence; empty: no mistake
	}{
		{"empty file", "", nil, ""},
		{"good file", "log_level: debug\nwidget:\n  public_url: https://phone.example.com\n", nil, ""},
		{"unknown setting", "log_level: info\nwidgt:\n  addr: x\n", nil, "line 2: "},
		{"wrong type", "widget:\n  open_clients: perhaps\n", nil, "line 2: "},
		{"not YAML", "widget: [\n", nil, "line "},
		{"bad level", "data_dir: d\n\nlog_level: loud\n", nil, "line 3: log_level must be"},
		{"bad address", "widget:\n  addr: nowhere\n", nil, "line 2: widget.addr must be host:port"},
		{"bad address of sound", "widget:\n  sound_addr: nowhere\n", nil, "line 2: widget.sound_addr must be host:port"},
		{"no relay's address", "widget:\n  turn:\n    urls: [\"https://turn.example.com\"]\n    secret: s\n", nil, "line 3: widget.turn.urls must be addresses such as turn:turn.example.com:3478"},
		{"a relay that knows nobody", "widget:\n  turn:\n    urls: [\"turn:turn.example.com\"]\n", nil, "widget.turn.secret is needed, or username and password"},
		{"a secret of no relay", "", []string{"OFFHOOK_WIDGET_TURN_SECRET=s"}, "widget.turn.urls needs the addresses of the relays"},
		{"two ways to be known to a relay", "widget:\n  turn:\n    urls: [\"turn:turn.example.com\"]\n    secret: s\n    username: u\n    password: p\n", nil, "line 4: widget.turn.secret cannot be combined"},
		{"half of a credential", "widget:\n  turn:\n    urls: [\"turn:turn.example.com\"]\n    username: u\n", nil, "widget.turn.password and username need one another"},
		{"a bus", "database: postgres://db/offhook\nbus:\n  nats: [\"tls://nats.example.com:4222\"]\n  credentials: nats.creds\n", nil, ""},
		{"no address of a bus", "database: d\nbus:\n  nats: [\"https://nats.example.com\"]\n", nil, "line 3: bus.nats must be addresses such as tls://"},
		{"a password in an address", "database: d\nbus:\n  nats: [\"nats://u:word@nats.example.com\"]\n", nil, "line 3: bus.nats must not hold a password"},
		{"a bus of nobody", "bus:\n  username: u\n", nil, "bus.nats needs the addresses"},
		{"two ways to be known to a bus", "database: d\nbus:\n  nats: [\"tls://n:1\"]\n  username: u\n  password: p\n  credentials: c\n", nil, "line 6: bus.credentials cannot be combined"},
		{"half of a bus's credential", "database: d\nbus:\n  nats: [\"tls://n:1\"]\n  username: u\n", nil, "bus.password and username need one another"},
		{"a bus between databases", "bus:\n  nats: [\"tls://n:1\"]\n", nil, "line 2: bus.nats is for servers that share one database"},
		{"bad announced address", "widget:\n  sound_ips: [phone.example.com]\n", nil, "line 2: widget.sound_ips must be IP addresses"},
		{"public URL with a path", "widget:\n  public_url: https://a.example/phone\n", nil, "line 2: widget.public_url"},
		{"public URL without TLS", "widget:\n  public_url: http://phone.example.com\n", nil, "line 2: widget.public_url must begin with https://"},
		{"plain loopback URL", "widget:\n  public_url: http://localhost:8080\n", nil, ""},
		{"platform without a name", "widget:\n  platforms:\n    - name: A\n      origin: https://a.example\n    - origin: https://b.example\n", nil, "line 5: widget.platforms[1] needs a name"},
		{"plain platform", "widget:\n  platforms:\n    - name: A\n      origin: http://a.example\n", nil, "line 3: widget.platforms[0] has an http:// origin"},
		{"unknown variable", "", []string{"OFFHOOK_WIDGT_ADDR=x"}, "OFFHOOK_WIDGT_ADDR is not a setting"},
		{"bad variable", "", []string{"OFFHOOK_WIDGET_OPEN_CLIENTS=maybe"}, "OFFHOOK_WIDGET_OPEN_CLIENTS: write true or false"},
		{"variable over file", "widget:\n  addr: nowhere\n", []string{"OFFHOOK_WIDGET_ADDR=127.0.0.1:1"}, ""},
		{"mistake in a variable", "", []string{"OFFHOOK_WIDGET_ADDR=nowhere"}, "OFFHOOK_WIDGET_ADDR: must be host:port"},
		{"proxies", "trusted_proxies:\n  - 10.0.0.0/8\n  - 2001:db8::1\n", nil, ""},
		{"proxies that are no networks", "data_dir: d\ntrusted_proxies: [proxy.example]\n", nil, "line 2: trusted_proxies must be"},
		{"every address is a proxy", "trusted_proxies: [10.0.0.1, 0.0.0.0/0]\n", nil, "line 1: trusted_proxies holds 0.0.0.0/0"},
		{"half the internet is a proxy", "trusted_proxies: [128.0.0.0/1]\n", nil, "line 1: trusted_proxies holds 128.0.0.0/1"},
		{"every IPv6 address is a proxy", "trusted_proxies: ['::/0']\n", nil, "line 1: trusted_proxies holds ::/0"},
		{"proxies in a variable", "", []string{"OFFHOOK_TRUSTED_PROXIES=10.0.0.1, 10.0.0.2"}, ""},
		{"bad proxies in a variable", "", []string{"OFFHOOK_TRUSTED_PROXIES=10.0.0.1,x"}, "OFFHOOK_TRUSTED_PROXIES: must be"},
		{"anybody's secrets", "widget:\n  open_clients: true\n  allow_url_secrets: true\n", nil, "line 3: widget.allow_url_secrets cannot be on together"},
		{"anybody's secrets from a variable", "widget:\n  open_clients: true\n", []string{"OFFHOOK_WIDGET_ALLOW_URL_SECRETS=true"}, "OFFHOOK_WIDGET_ALLOW_URL_SECRETS: cannot be on"},
		{"every host of a top-level domain", "widget:\n  platforms:\n    - name: A\n      origin: https://a.example\n      hosts: [.example]\n", nil, "line 3: widget.platforms[0] allows every host"},
		{"a password in a private file", "database: postgres://offhook:pw@db/offhook\n", nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "offhook.yaml")
			if err := os.WriteFile(path, []byte(tt.file), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := app.LoadConfig(path, tt.env)
			switch {
			case err == nil && tt.want != "":
				t.Errorf("no error, want one with %q", tt.want)
			case err != nil && (tt.want == "" || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("error %q, want one with %q", err, tt.want)
			}
		})
	}
}

func TestNumbersOfTheEnvironment(t *testing.T) {
	c, err := app.LoadConfig("", []string{"OFFHOOK_PLATFORM_CALLS_PER_MINUTE=12"})
	if err != nil || c.Platform.CallsPerMinute != 12 {
		t.Errorf("%+v, %v", c, err)
	}
	for value, want := range map[string]string{"many": `write a number, not "many"`, "-1": "must be a number of calls, not -1"} {
		if _, err := app.LoadConfig("", []string{"OFFHOOK_PLATFORM_CALLS_PER_MINUTE=" + value}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", value, err, want)
		}
	}
}

func TestTheEnvironmentAloneIsEnough(t *testing.T) {
	c, err := app.LoadConfig("", []string{"PATH=/bin", "OFFHOOK_WIDGET_PUBLIC_URL=https://phone.example.com", "OFFHOOK_WIDGET_OPEN_CLIENTS=true"})
	if err != nil {
		t.Fatal(err)
	}
	if c.Widget.PublicURL != "https://phone.example.com" || !c.Widget.OpenClients {
		t.Errorf("the environment did not reach the configuration: %+v", c.Widget)
	}
	if err := new(app.Config).RequirePublicURL(); err == nil || !strings.Contains(err.Error(), "OFFHOOK_WIDGET_PUBLIC_URL") {
		t.Errorf("a missing public URL: %v, want a sentence that names the variable", err)
	}
}

func TestAPasswordThatEverybodyCanReadIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "offhook.yaml")
	if err := os.WriteFile(path, []byte("log_level: info\ndatabase: postgres://offhook:hunter2@db/offhook\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := app.LoadConfig(path, nil)
	if err == nil || !strings.Contains(err.Error(), "line 2: database holds a password") || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("error %v, want one that names line 2 and not the password", err)
	}
	if _, err := app.LoadConfig(path, []string{"OFFHOOK_DATABASE=postgres://offhook:hunter2@db/offhook"}); err != nil {
		t.Errorf("a password in a variable, which stands over the file: %v", err)
	}
}

func TestServersRefuseAFolderThatOthersReach(t *testing.T) {
	for _, tt := range []struct {
		name, file string
		mode       os.FileMode
		want       string
	}{
		{"others write into the folder", ".", 0o777, "chmod 700"},
		{"others read the keys", "keys.json", 0o644, "chmod 600"},
		{"the group reads the database", "offhook.db", 0o640, "chmod 600"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			data, err := app.OpenData(t.Context(), dir, "")
			if err != nil {
				t.Fatal(err)
			}
			if err := data.Close(); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(filepath.Join(dir, tt.file), tt.mode); err != nil {
				t.Fatal(err)
			}
			c := &app.Config{DataDir: dir, Widget: app.WidgetConfig{PublicURL: "http://localhost:8080", Addr: "127.0.0.1:0"}}
			if err := app.RunServe(t.Context(), c); err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "data_dir") {
				t.Errorf("serving: %v, want a sentence with data_dir and %q", err, tt.want)
			}
		})
	}
}

func TestOriginsAreReadAsBrowsersWriteThem(t *testing.T) {
	path := filepath.Join(t.TempDir(), "offhook.yaml")
	load := func(text string) (*app.Config, error) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return app.LoadConfig(path, nil)
	}
	c, err := load(`widget: {public_url: "https://Phone.Example.com:443/", platforms: [{name: Own, origin: "https://API.example.com:443", hosts: [".example.com", "ws.example.com:8443"]}]}
platform: {public_url: "http://Local.example:80", tls_public_url: "https://[::1]:8443"}
`)
	if err != nil {
		t.Fatal(err)
	}
	got := []string{c.Widget.PublicURL, c.Widget.Platforms[0].Origin, c.Platform.PublicURL, c.Platform.TLSPublicURL}
	want := []string{"https://phone.example.com", "https://api.example.com", "http://local.example", "https://[::1]:8443"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	_, err = load(`widget: {platforms: [{name: Own, origin: "https://api.example.com", hosts: ["https://ws.example.com"]}]}`)
	if err == nil || !strings.Contains(err.Error(), "without a scheme") {
		t.Errorf("hosts with a scheme: %v", err)
	}
}
