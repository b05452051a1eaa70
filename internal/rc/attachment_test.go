package rc_test

import (
	"testing"

	"offhook/internal/rc"
)

func TestAttachmentType(t *testing.T) {
	for _, tt := range []struct{ contentType, name, want string }{
		{"image/png", "x", "image/png"},
		{"IMAGE/JPG; q=1", "", "image/jpeg"},
		{"text/x-vcard; charset=utf-8", "bo.vcf", "text/vcard"},
		{"", "Bo.VCF", "text/vcard"},
		{"application/octet-stream", "a.tar.gz", "application/gzip"},
		{"application/octet-stream", "a.exe", ""},
		{"text/html", "a.png", ""},
		{"", "", ""},
	} {
		got := rc.AttachmentType(tt.contentType, tt.name)
		if got != tt.want || got != "" && rc.AttachmentExtension(got) == "" {
			t.Errorf("AttachmentType(%q, %q) = %q, want %q with an extension", tt.contentType, tt.name, got, tt.want)
		}
	}
}
