package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
)

// A Config says who this server is, to browsers, the platform and the phone.
type Config struct {
	URL          string // how browsers reach it, without a trailing slash
	WidgetURL    string // the phone's public address
	PlatformURL  string // the platform's origin
	ClientID     string // the app that both this server and the phone are
	ClientSecret string
	EmbedKey     string // with which it asks the phone's server for tickets
}

// demoFile is what it needs of demo.json.
type demoFile struct {
	Widget, Platform struct{ URL string }
	CRM              struct{ URL, ClientID, EmbedKey string }
	Apps             []struct{ ClientID, ClientSecret string }
}

func (c *Config) readDemo(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("reading what the demo says of itself: %w; is “offhook demo” running?", err)
	}
	var d demoFile
	if err := json.Unmarshal(text, &d); err != nil {
		return fmt.Errorf("%s is not what the demo writes: %w", path, err)
	}
	i := slices.IndexFunc(d.Apps, func(a struct{ ClientID, ClientSecret string }) bool { return a.ClientID == d.CRM.ClientID })
	if i < 0 {
		return fmt.Errorf("%s names no app for a server like this one", path)
	}
	*c = Config{d.CRM.URL, d.Widget.URL, d.Platform.URL, d.CRM.ClientID, d.Apps[i].ClientSecret, d.CRM.EmbedKey}
	return nil
}

func (c *Config) check() error {
	for name, text := range map[string]*string{"url": &c.URL, "widget": &c.WidgetURL, "platform": &c.PlatformURL} {
		*text = strings.TrimSuffix(*text, "/")
		if u, err := url.Parse(*text); err != nil || u.Host == "" || u.Path != "" {
			return fmt.Errorf("--%s is %q: write it as https://host.example, or give --demo", name, *text)
		}
	}
	if c.ClientID == "" || c.ClientSecret == "" || c.EmbedKey == "" {
		return fmt.Errorf("the client id, CRM_CLIENT_SECRET or CRM_EMBED_KEY is missing; “offhook app add --confidential” and “offhook embed add --key” make them")
	}
	return nil
}
