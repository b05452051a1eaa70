package form

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

// icons are the contract's icon names (service.md 10.6) and ours for them. A
// name that is not here means info.
var icons = map[string]string{
	"edit": "pencil", "delete": "trash-2", "view": "eye", "copy": "copy", "share": "share-2", "download": "download",
	"phone": "phone", "sms": "message-square", "people": "users", "refresh": "rotate-cw", "newAction": "circle-plus", "new": "circle-plus",
	"info": "info", "insertLink": "link", "connect": "plug", "viewLog": "file-text", "read": "mail-open", "unread": "mail",
	"settings": "settings", "warning": "triangle-alert", "check": "check",
}

// Icon is our icon for a name of the contract.
func Icon(name string) string {
	if own, ok := icons[name]; ok {
		return own
	}
	return "info"
}

// tones are the looks that a colour of a page may take: each is legible in
// light and dark, which a colour that a stranger chose is not. The keys are
// the groups of the design system's palette (contract/service.md 1).
var tones = map[string]string{
	"danger": "alarm", "error": "alarm", "warning": "notice", "success": "accent", "primary": "accent", "action": "accent",
	"interactive": "accent", "label": "info", "info": "info", "neutral": "soft", "highlight": "notice",
	"red": "alarm", "tomato": "alarm", "crimson": "alarm", "orange": "notice", "gold": "notice", "yellow": "notice", "green": "accent",
	"teal": "accent", "lime": "accent", "blue": "info", "navy": "info", "purple": "plum", "violet": "plum", "pink": "plum", "magenta": "plum",
	"black": "soft", "white": "soft", "gray": "soft", "grey": "soft", "brown": "notice", "cyan": "info",
	"lake": "info", "persimmon": "notice", "brass": "notice", "sky": "info", "frog": "accent", "forest": "accent", "oasis": "accent",
	"ash": "soft", "blueberry": "plum", "ruby": "alarm",
}

var rgb = regexp.MustCompile(`^rgba?\(\s*(\d{1,3})\s*[, ]\s*(\d{1,3})\s*[, ]\s*(\d{1,3})`)

// Tone is the look for a colour of a page: a name of the palette such as
// danger.b04, or a CSS colour. It is one of our own words, or "".
func Tone(colour string) string {
	colour = strings.ToLower(strings.TrimSpace(colour))
	group, shade, _ := strings.Cut(colour, ".")
	if group == "avatar" {
		return tones[shade]
	}
	if tone, ok := tones[group]; ok {
		return tone
	}
	if m := rgb.FindStringSubmatch(colour); m != nil {
		return hueTone(atoi(m[1]), atoi(m[2]), atoi(m[3]))
	}
	hex, ok := strings.CutPrefix(colour, "#")
	if len(hex) == 3 || len(hex) == 4 {
		hex = strings.Join([]string{hex[:1], hex[:1], hex[1:2], hex[1:2], hex[2:3], hex[2:3]}, "")
	}
	if !ok || len(hex) < 6 {
		return ""
	}
	n, err := strconv.ParseUint(hex[:6], 16, 32)
	if err != nil {
		return ""
	}
	return hueTone(float64(n>>16&255), float64(n>>8&255), float64(n&255))
}

func atoi(s string) float64 { n, _ := strconv.Atoi(s); return float64(n) }

// hueTone is the tone that is nearest by hue.
func hueTone(r, g, b float64) string {
	high, low := max(r, g, b), min(r, g, b)
	spread := high - low
	if spread < 12 {
		return "soft"
	}
	var hue float64
	switch high {
	case r:
		hue = math.Mod((g-b)/spread+6, 6)
	case g:
		hue = (b-r)/spread + 2
	default:
		hue = (r-g)/spread + 4
	}
	switch hue *= 60; {
	case hue < 20, hue >= 340:
		return "alarm"
	case hue < 70:
		return "notice"
	case hue < 180:
		return "accent"
	case hue < 250:
		return "info"
	}
	return "plum"
}

// styles are the properties of ui:style that have an equal among our classes;
// the policy allows no styles inside a page.
var styles = map[string]map[string]string{
	"textAlign":  {"left": "left", "start": "left", "center": "center", "right": "right", "end": "right"},
	"fontWeight": {"bold": "bold", "600": "bold", "700": "bold"},
	"display":    {"none": "gone"},
	"overflow":   {"auto": "", "hidden": "", "visible": ""},
	"width":      {"100%": "", "auto": "narrow", "50%": "half", "fit-content": "narrow"},
}

var pixels = regexp.MustCompile(`^(\d{1,3})(px)?$`)

// styled turns ui:style into our classes and names what it had to leave out.
func styled(style *object) (class string, left []string) {
	var classes []string
	for _, name := range style.names() {
		value := strings.TrimSpace(plain(style.get(name)))
		if own, ok := styles[name][value]; ok {
			if own != "" {
				classes = append(classes, "is-"+own)
			}
			continue
		}
		side, known := map[string]string{"marginTop": "above", "paddingTop": "above", "marginBottom": "below", "paddingBottom": "below"}[name]
		m := pixels.FindStringSubmatch(value)
		if !known || m == nil {
			left = append(left, name)
			continue
		}
		classes = append(classes, "is-"+side+"-"+strconv.Itoa(min(int(atoi(m[1])+3)/4, 8)))
	}
	return strings.Join(classes, " "), left
}

// plain is a simple value as people read it.
func plain(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return number(v)
	case bool:
		if v {
			return "Yes"
		}
		return "No"
	}
	return ""
}

// variant is a look that the contract names, or its default.
func variant(v any, fallback string, known ...string) string {
	s, _ := v.(string)
	for _, k := range known {
		if s == k {
			return k
		}
	}
	return fallback
}
