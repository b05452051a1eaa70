package panel

// settingStories are the pages of the settings. What the browser adds to them
// is not in them.
func settingStories() (all []story) {
	for _, s := range []struct{ name, title, page string }{
		{"settings-calling", "Settings, calling", "calling"},
		{"settings-text", "Settings, texts", "text"},
		{"settings-notifications", "Settings, notifications and sound", "notifications"},
		{"settings-ringtone", "Settings, ringtone", "ringtone"},
		{"settings-audio", "Settings, microphone and loudspeaker", "audio"},
		{"settings-theme", "Settings, theme", "theme"},
		{"settings-language", "Settings, language", "language"},
		{"settings-region", "Settings, region", "region"},
		{"settings-keyboard", "Settings, keyboard", "keyboard"},
		{"settings-why", "Settings, why can’t I", "why"},
		{"settings-about", "Settings, about", "about"},
	} {
		all = append(all, story{Name: s.name, Title: s.title, Tab: "settings", draw: func(_ *fixtureDesk, p page) (string, any) {
			return settingPages[s.page], newPreferring(p, "0.1.0")
		}})
	}
	all = append(all, story{Name: "settings-calling-forward", Title: "Settings, calling, with numbers to forward to", Tab: "settings", draw: func(d *fixtureDesk, p page) (string, any) {
		d.preferences = Preferences{CallerID: "anonymous", Left: "forward", LeftTo: "+16505550177", LeftAfter: "60", Unseen: "forward", UnseenTo: "104"}
		return "settings-calling", newPreferring(p, "0.1.0")
	}})
	all = append(all, story{Name: "settings-calling-first", Title: "Settings, calling, with a phone that rings first", Tab: "settings", draw: func(d *fixtureDesk, p page) (string, any) {
		d.preferences = Preferences{CallWith: "ringout", MyLocation: "+16505550177", Prompt: "on"}
		return "settings-calling", newPreferring(p, "0.1.0")
	}})
	return append(all, story{Name: "settings-keyboard-off", Title: "Settings, keyboard without single keys", Tab: "settings", draw: func(d *fixtureDesk, p page) (string, any) {
		d.preferences = Preferences{Keys: "off"}
		return "settings-keyboard", newPreferring(p, "0.1.0")
	}})
}
