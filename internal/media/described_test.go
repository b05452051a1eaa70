package media

import "testing"

func FuzzReadDescribed(f *testing.F) {
	f.Add("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/SAVP 109 0 101\r\na=rtpmap:109 OPUS/16000\r\na=rtpmap:101 telephone-event/8000\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd|2^20\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		d, err := readDescribed(text)
		if err != nil {
			return
		}
		if d.key != nil && len(d.key) != keyLength || len(d.formats) == 0 || !d.at.IsValid() {
			t.Errorf("read %+v", d)
		}
		if again, err := readDescribed(d.write(d.at)); err != nil || again.at != d.at || len(again.formats) != len(d.formats) {
			t.Errorf("wrote %q, which reads as %+v, %v", d.write(d.at), again, err)
		}
	})
}
