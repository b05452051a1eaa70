package main

import (
	"context"
	"os"

	"offhook/internal/app"
)

func demo(ctx context.Context, args []string) error {
	cfg := app.DemoConfig{Out: os.Stdout}
	f := newFlags("demo", "Starts platform, widget and host page on this machine, with people to try them as.")
	f.StringVar(&cfg.Dir, "dir", "", "the data folder (default: the user's data folder)")
	f.BoolVar(&cfg.Reset, "reset", false, "start over with fresh data")
	f.StringVar(&cfg.WidgetAddr, "widget-addr", "127.0.0.1:8080", "where the widget listens; port 0 is any free one")
	f.StringVar(&cfg.PlatformAddr, "platform-addr", "127.0.0.1:8070", "where the platform listens for http")
	f.StringVar(&cfg.PlatformTLSAddr, "platform-tls-addr", "127.0.0.1:8443", "where the platform listens for https")
	f.StringVar(&cfg.PlatformSIPAddr, "platform-sip-addr", "", "where the platform lets phones without WebRTC in, by TLS (default: nowhere)")
	f.StringVar(&cfg.TrunkAddr, "trunk-addr", "", "a SIP system on this machine, by UDP, in the place of a carrier (default: none)")
	f.StringVar(&cfg.SoundTCPAddr, "sound-tcp-addr", "", "a TCP ip:port for the sound of browsers that get nothing through by UDP (default: none)")
	f.StringVar(&cfg.TurnURL, "turn-url", "", "a relay for the sound of browsers, such as turn:127.0.0.1:3478 (default: none)")
	f.StringVar(&cfg.TurnSecretFile, "turn-secret-file", "", "a file with the secret that this relay shares (coturn's use-auth-secret)")
	f.StringVar(&cfg.HostAddr, "host-addr", "127.0.0.1:8090", "where the host page listens")
	f.StringVar(&cfg.CRMAddr, "crm-addr", "127.0.0.1:8095", "where examples/crm, which is started on its own, will listen")
	f.StringVar(&cfg.LogLevel, "log-level", "warn", "error, warn, info or debug")
	if done, err := parse(f, args); done {
		return err
	}
	return app.RunDemo(ctx, cfg)
}
