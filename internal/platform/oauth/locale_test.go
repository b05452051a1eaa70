package oauth

import (
	"net/http"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"offhook/internal/rc"
)

// TestEveryLanguageSaysEverything: no text is missing, and placeholders are
// where the English text has them.
func TestEveryLanguageSaysEverything(t *testing.T) {
	placeholders := regexp.MustCompile(`%.`)
	want := reflect.ValueOf(english)
	for _, lang := range languages {
		got := reflect.ValueOf(*lang)
		for i := range got.NumField() {
			field := got.Type().Field(i)
			if field.Type.Kind() != reflect.String {
				continue
			}
			text, en := got.Field(i).String(), want.Field(i).String()
			if text == "" || strings.Join(placeholders.FindAllString(text, -1), "") != strings.Join(placeholders.FindAllString(en, -1), "") {
				t.Errorf("%s: %s is %q, in English %q", lang.Lang, field.Name, text, en)
			}
		}
		for _, s := range rc.Scopes {
			if lang.Scopes[s] == "" {
				t.Errorf("%s: the permission %s has no words", lang.Lang, s)
			}
		}
		for _, s := range rc.OpenIDScopes {
			if lang.OpenID[s] == "" {
				t.Errorf("%s: the OpenID scope %s has no words", lang.Lang, s)
			}
		}
		if len(lang.Scopes) != len(rc.Scopes) || len(lang.OpenID) != len(rc.OpenIDScopes) {
			t.Errorf("%s has words for permissions that do not exist", lang.Lang)
		}
		if lang != &english && lang.SignIn == english.SignIn {
			t.Errorf("%s is not translated", lang.Lang)
		}
	}
}

func TestLanguage(t *testing.T) {
	for _, tt := range []struct{ name, uiLocales, localeID, accept, want string }{
		{"nothing said", "", "", "", "en"},
		{"the app's wish", "fr-CA", "de_DE", "es", "fr"},
		{"the first that is here", "xx ja-JP de", "", "", "ja"},
		{"RingCentral's own parameter", "", "de_DE", "fr", "de"},
		{"case does not matter", "PT-br", "", "", "pt-BR"},
		{"another country's", "pt-PT", "", "", "pt-BR"},
		{"the browser's", "", "", "nl-BE,nl;q=0.9,en;q=0.8", "nl"},
		{"not what the browser refuses", "", "", "de;q=0, it", "it"},
		{"written from right to left", "", "he_IL", "", "he"},
		{"Chinese", "zh", "", "", "zh-CN"},
		{"Chinese of a region", "zh-SG", "", "", "zh-CN"},
		{"Chinese, another region's", "", "zh_TW", "", "zh-TW"},
		{"Chinese of a region that writes as Taiwan does", "", "", "zh-HK,zh;q=0.9,en;q=0.8", "zh-TW"},
		{"Chinese by its script", "", "", "zh-Hant", "zh-TW"},
		{"Chinese whose script is not its region's", "zh-Hans-HK", "", "", "zh-CN"},
		{"nonsense", "<script>", "../../etc", ",;=", "en"},
	} {
		r := &http.Request{Header: http.Header{"Accept-Language": {tt.accept}}}
		if got := language(params{"ui_locales": tt.uiLocales, "localeId": tt.localeID}, r); got.Lang != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got.Lang, tt.want)
		}
	}
}

func TestHebrewIsWrittenFromRightToLeft(t *testing.T) {
	for _, lang := range languages {
		if want := map[bool]string{true: "rtl", false: "ltr"}[lang.Lang == "he"]; lang.Dir() != want {
			t.Errorf("%s is written %s, want %s", lang.Lang, lang.Dir(), want)
		}
	}
}

func TestWaitsAreSaidWithoutASingular(t *testing.T) {
	for d, want := range map[time.Duration]string{
		time.Millisecond: "Wait 2 seconds", 15 * time.Second: "Wait 15 seconds", 60*time.Second + 1: "Wait 61 seconds", 91 * time.Second: "Wait 2 minutes", time.Hour: "Wait 60 minutes",
	} {
		if got := english.wait(d); !strings.Contains(got, want) {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}

// TestFaultsHaveWords: what a person is shown is never the developer's text.
func TestFaultsHaveWords(t *testing.T) {
	for _, f := range []*fault{errUnknownApp, errForeign, errNoRedirect, errPushed, errCrossSite, errStale, errForm, {status: 500}} {
		for _, lang := range languages {
			if got := lang.reason(f); got == "" || lang != &english && got == f.sentence {
				t.Errorf("%s says %q for %s", lang.Lang, got, f.code)
			}
		}
	}
}
