package password

import (
	"context"
	"strings"
	"testing"
)

func TestVerify(t *testing.T) {
	hash := Hash("correct horse")
	for _, tt := range []struct {
		name, hash, password string
		want                 bool
	}{
		{"the password", hash, "correct horse", true},
		{"another password", hash, "correct horse ", false},
		{"no password", hash, "", false},
		{"an unknown user", "", "correct horse", false},
		{"an unknown user without a password", "", "", false},
		{"a password longer than the limit", Hash(strings.Repeat("x", MaxLen+1)), strings.Repeat("x", MaxLen+1), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, err := Verify(t.Context(), tt.hash, tt.password); err != nil || got != tt.want {
				t.Errorf("Verify: %v, %v; want %v", got, err, tt.want)
			}
		})
	}
	if again := Hash("correct horse"); again == hash {
		t.Error("two hashes of one password are equal: the salt is not random")
	}
}

func TestVerifyDamagedHash(t *testing.T) {
	for _, hash := range []string{
		"plain", "$argon2i$v=19$m=1,t=1,p=1$AAAA$AAAA", "$argon2id$v=1$m=1,t=1,p=1$AAAA$AAAA", "$argon2id$v=19$m=1,t=0,p=1$AAAA$AAAA",
		"$argon2id$v=19$m=1,t=1,p=1$!$AAAA", "$argon2id$v=19$m=1,t=1,p=1$AAAA$",
	} {
		if ok, err := Verify(t.Context(), hash, "x"); ok || err == nil {
			t.Errorf("Verify with hash %q: %v, %v; want an error", hash, ok, err)
		}
	}
}

func TestVerifyWaitsForItsTurn(t *testing.T) {
	for range cap(slots) {
		slots <- struct{}{}
	}
	defer func() {
		for range cap(slots) {
			<-slots
		}
	}()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Verify(ctx, "", "x"); err == nil {
		t.Error("Verify ran although every slot was taken")
	}
}
