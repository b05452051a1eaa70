package app_test

import (
	"os"
	"path/filepath"
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
		{"public URL with a path", "widget:\n  public_url: https://a.example/phone\n", nil, "line 2: widget.public_url"},
		{"public URL without TLS", "widget:\n  public_url: http://phone.example.com\n", nil, "line 2: widget.public_url must begin with https://"},
		{"plain loopback URL", "widget:\n  public_url: http://localhost:8080\n", nil, ""},
		{"platform without a name", "widget:\n  platforms:\n    - name: A\n      origin: https://a.example\n    - origin: https://b.example\n", nil, "line 5: widget.platforms[1] needs a name"},
		{"plain platform", "widget:\n  platforms:\n    - name: A\n      origin: http://a.example\n", nil, "line 3: widget.platforms[0] has an http:// origin"},
		{"unknown variable", "", []string{"OFFHOOK_WIDGT_ADDR=x"}, "OFFHOOK_WIDGT_ADDR is not a setting"},
		{"bad variable", "", []string{"OFFHOOK_WIDGET_OPEN_CLIENTS=maybe"}, "OFFHOOK_WIDGET_OPEN_CLIENTS: write true or false"},
		{"variable over file", "widget:\n  addr: nowhere\n", []string{"OFFHOOK_WIDGET_ADDR=127.0.0.1:1"}, ""},
		{"mistake in a variable", "", []string{"OFFHOOK_WIDGET_ADDR=nowhere"}, "OFFHOOK_WIDGET_ADDR: must be host:port"},
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
