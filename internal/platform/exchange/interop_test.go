//go:build linux

package exchange_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"offhook/internal/media/mediatest"
	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/exchange/trunk"
	"offhook/internal/rc"
	"offhook/internal/rigtest"
)

// The other side of these trunks is not ours: sipp, and Kamailio in front of
// it. OFFHOOK_TEST_SIP says that both are installed, as scripts/test sees to.

func interop(t *testing.T) bool {
	t.Helper()
	if os.Getenv("OFFHOOK_TEST_SIP") == "" {
		t.Log("OFFHOOK_TEST_SIP is not set: nothing to test")
		return false
	}
	return true
}

// A program is a process of ours, with what it said.
type program struct {
	*exec.Cmd
	out  *bytes.Buffer
	done chan struct{}
}

// run starts a program, which ends with the test.
func run(t *testing.T, name string, args ...string) *program {
	t.Helper()
	p := &program{Cmd: exec.Command(name, args...), out: new(bytes.Buffer), done: make(chan struct{})}
	p.Dir, p.Stdout, p.Stderr = t.TempDir(), p.out, p.out
	p.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	p.WaitDelay = time.Second
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { _ = p.Wait(); close(p.done) }()
	t.Cleanup(func() {
		_ = syscall.Kill(-p.Process.Pid, syscall.SIGKILL) // its own group alone
		<-p.done
		if t.Failed() {
			t.Logf("%s said:\n%s", name, p.out)
		}
	})
	return p
}

// succeeds waits until a program has ended well.
func (p *program) succeeds(t *testing.T) {
	t.Helper()
	mediatest.Wait(t, p.Path+" to end", p.done)
	if code := p.ProcessState.ExitCode(); code != 0 {
		t.Errorf("%s ended with %d", p.Path, code)
	}
}

// scenario is what sipp does, by a path that is right anywhere.
func scenario(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// sippAnswers is sipp as a phone that answers once, and says what it hears.
func sippAnswers(t *testing.T, port int, more ...string) *program {
	t.Helper()
	return sippActs(t, "answers.xml", port, more...)
}

// sippActs is sipp as somebody who is called, and says what it hears.
func sippActs(t *testing.T, name string, port int, more ...string) *program {
	t.Helper()
	return run(t, "sipp", append([]string{"-sf", scenario(t, name), "-i", "127.0.0.1", "-p", fmt.Sprint(port), "-mi", "127.0.0.1", "-mp", fmt.Sprint(rigtest.Ports(t, 3)),
		"-rtp_echo", "-nostdin", "-timeout", "120"}, more...)...)
}

// sippCalls is sipp as somebody who calls Ada once, by a proxy.
func sippCalls(t *testing.T, name string, port, proxy int) *program {
	t.Helper()
	return run(t, "sipp", "-sf", scenario(t, name), "-i", "127.0.0.1", "-p", fmt.Sprint(port), "-mi", "127.0.0.1", "-mp", fmt.Sprint(rigtest.Ports(t, 3)),
		"-s", apitest.AdaPhone, "-m", "1", "-nostdin", "-timeout", "120", fmt.Sprint("127.0.0.1:", proxy))
}

func TestKamailioAndSippAreCalledAndCall(t *testing.T) {
	t.Parallel()
	if !interop(t) {
		return
	}
	port, secure, far := rigtest.Port(t), rigtest.Port(t), rigtest.Port(t)
	roots := kamailio(t, port, secure, far)
	for _, transport := range []string{trunk.UDP, trunk.TCP, trunk.TLS} {
		t.Run(transport, func(t *testing.T) {
			w, _ := trunked(t, trunk.UDP, func(cfg *trunk.Config) {
				cfg.Transport, cfg.Address, cfg.Listen = transport, fmt.Sprint("127.0.0.1:", port), ""
				cfg.Username, cfg.Password, cfg.Register, cfg.Retry = "line", "s3cret", true, 50*time.Millisecond
				cfg.Peers = nil
				if transport == trunk.TLS {
					cfg.Address, cfg.Client = fmt.Sprint("127.0.0.1:", secure), &tls.Config{RootCAs: roots}
				}
			})
			ada := w.handset(t, apitest.Ada, 400)
			w.ready(t)

			phone := sippAnswers(t, far, "-m", "1")
			out := ada.call("+12125551234")
			out.ear.Hears(t, 400) // sipp's echo
			out.hangup()
			phone.succeeds(t)
			w.idle(t)

			caller := sippCalls(t, "calls.xml", far, port)
			ada.answer(ada.rings())
			ada.ended()
			caller.succeeds(t)
			w.idle(t)
		})
	}
	t.Run("wrong password", func(t *testing.T) {
		w, _ := trunked(t, trunk.UDP, func(cfg *trunk.Config) {
			cfg.Address, cfg.Username, cfg.Password, cfg.Register = fmt.Sprint("127.0.0.1:", port), "line", "wrong", true
		})
		for {
			s, changed := w.x.Trunk.State()
			if strings.Contains(s.Trouble, "password") {
				break
			}
			mediatest.Wait(t, "the trunk to say what is wrong", changed)
		}
		if text := w.log.String(); strings.Contains(text, "wrong") {
			t.Errorf("the log holds the password:\n%s", text)
		}
		ada := w.handset(t, apitest.Ada, 400)
		ada.call("+12125551234")
		ada.ended()
		w.idle(t)
		rows := w.rows(t, apitest.Ada)
		if got := rows[len(rows)-1].Record.Result; got != "Call Failed" {
			t.Errorf("a call without a registration: %s", got)
		}
	})
}

func TestCallsThatAreSentOnGoByKamailioToSipp(t *testing.T) {
	t.Parallel()
	if !interop(t) {
		return
	}
	port, secure, switchAt := rigtest.Port(t), rigtest.Port(t), rigtest.Port(t)
	kamailio(t, port, secure, switchAt)
	w, _ := trunked(t, trunk.UDP, func(cfg *trunk.Config) {
		cfg.Address, cfg.Listen, cfg.Peers = fmt.Sprint("127.0.0.1:", port), "", nil
		cfg.Username, cfg.Password, cfg.Register, cfg.Retry = "line", "s3cret", true, 50*time.Millisecond
		cfg.Gate.PerUser = 60
	})
	w.let(t, apitest.Bob, true)
	ada, cy := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Cy, cyHz)
	w.ready(t)
	phone := sippAnswers(t, switchAt, "-m", "1")
	w.rule(t, apitest.Bob, rc.BusinessHoursRule, alwaysTo(far)) // whom nobody pays for but him
	in := cy.call("102")
	in.ear.Hears(t, cyHz) // sipp's echo
	in.hangup()
	phone.succeeds(t)
	w.idle(t)

	phone = sippAnswers(t, switchAt, "-m", "1")
	_, err := w.x.RingOut(t.Context(), apitest.Acme, apitest.Ada, rc.RingOutOrder{From: apitest.AdaPhone, To: rc.CallTarget{PhoneNumber: far}})
	done(t, err)
	out := ada.answer(ada.rings())
	out.ear.Hears(t, adaHz)
	out.hangup()
	phone.succeeds(t)
	w.idle(t)

	phone = sippAnswers(t, switchAt, "-m", "1")
	w.alsoAt(t, apitest.Ada, "2", far)
	first := ada.call("103")
	customer := cy.answer(cy.rings())
	customer.ear.Hears(t, adaHz)
	if code, _ := first.flip("2"); code != 0 {
		t.Fatalf("a flip: %d", code)
	}
	ada.ended()
	customer.ear.Hears(t, cyHz)
	customer.hangup()
	phone.succeeds(t)
	w.idle(t)
}

func TestSippIsCalledWithoutARegistration(t *testing.T) {
	t.Parallel()
	if !interop(t) {
		return
	}
	for _, transport := range []string{trunk.UDP, trunk.TCP} {
		t.Run(transport, func(t *testing.T) {
			far := rigtest.Port(t)
			mode := map[string]string{trunk.UDP: "u1", trunk.TCP: "t1"}[transport]
			phone := sippAnswers(t, far, "-t", mode, "-m", "2") // the question whether it is there, and the call
			w, _ := trunked(t, trunk.UDP, func(cfg *trunk.Config) {
				cfg.Transport, cfg.Address, cfg.Retry = transport, fmt.Sprint("127.0.0.1:", far), 50*time.Millisecond
			})
			ada := w.handset(t, apitest.Ada, 400)
			w.ready(t)
			out := ada.call("+12125551234")
			out.ear.Hears(t, 400)
			out.hangup()
			phone.succeeds(t)
			w.idle(t)
		})
	}
}

func TestSippInsistsOnPracksAndSignsOfLife(t *testing.T) {
	t.Parallel()
	if !interop(t) {
		return
	}
	t.Run("called", func(t *testing.T) {
		far := rigtest.Port(t)
		phone := sippActs(t, "insists.xml", far, "-m", "2") // the question whether it is there, and the call
		w, _ := trunked(t, trunk.UDP, func(cfg *trunk.Config) {
			cfg.Address, cfg.Retry = fmt.Sprint("127.0.0.1:", far), 50*time.Millisecond
		})
		ada := w.handset(t, apitest.Ada, adaHz)
		w.ready(t)
		out := ada.call("+12125551234")
		out.ear.Hears(t, adaHz) // sipp's echo, by what its 183 has described
		ada.ended()
		phone.succeeds(t)
		w.idle(t)
	})
	t.Run("calling by Kamailio", func(t *testing.T) {
		port, secure, far := rigtest.Port(t), rigtest.Port(t), rigtest.Port(t)
		kamailio(t, port, secure, far)
		w, _ := trunked(t, trunk.UDP, func(cfg *trunk.Config) {
			cfg.Address, cfg.Listen, cfg.Peers, cfg.LeastExpiry = fmt.Sprint("127.0.0.1:", port), "", nil, time.Second
			cfg.Username, cfg.Password, cfg.Register, cfg.Retry = "line", "s3cret", true, 50*time.Millisecond
		})
		ada := w.handset(t, apitest.Ada, adaHz)
		w.ready(t)
		caller := sippCalls(t, "proves.xml", far, port)
		ada.answer(ada.rings())
		ada.ended()
		caller.succeeds(t)
		w.idle(t)
	})
}

// kamailio starts one, and returns who has signed its certificate.
func kamailio(t *testing.T, port, secure, far int) *x509.CertPool {
	t.Helper()
	folder := t.TempDir()
	c := &carrier{t: t}
	c.certify()
	key, err := x509.MarshalPKCS8PrivateKey(c.cert.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("testdata/kamailio.cfg")
	if err != nil {
		t.Fatal(err)
	}
	config := strings.NewReplacer("FOLDER", folder, "PORT", fmt.Sprint(port), "SECURE", fmt.Sprint(secure), "SWITCH", fmt.Sprint(far)).Replace(string(text))
	for name, content := range map[string][]byte{
		"kamailio.cfg": []byte(config), "key.pem": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}),
		"cert.pem": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.cert.Certificate[0]}),
	} {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run(t, "kamailio", "-f", filepath.Join(folder, "kamailio.cfg"), "-DD", "-E", "-m", "32", "-M", "4", "-Y", folder, "-w", folder)
	return c.roots
}
