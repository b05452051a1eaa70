package app

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"offhook/internal/bus"
	"offhook/internal/media"
	"offhook/internal/platform/api"
	"offhook/internal/platform/api/messages"
	"offhook/internal/platform/api/region"
	"offhook/internal/platform/event"
	"offhook/internal/platform/exchange"
	"offhook/internal/platform/exchange/session"
	"offhook/internal/platform/exchange/trunk"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// sipDomain is the domain that phones register at. Nobody looks it up: they
// connect to the platform's own address.
const sipDomain = "sip.offhook.test"

// A phoneHouse is the exchange and what it stands on.
type phoneHouse struct {
	*exchange.Exchange
	book   *session.Book
	engine *media.Engine
	door   *sipDoor     // of phones without WebRTC
	trunk  *trunk.Trunk // nil for none
	deaf   func()       // ends hearing of access that was revoked
}

// newPhones opens an exchange that rest tells of. It is mounted with wrap and
// ended by close.
func newPhones(ctx context.Context, deps platformDeps, st store.Platform, b bus.Bus, rest *api.Handler, log *slog.Logger) (*phoneHouse, error) {
	deps.sound.Speaks = true
	engine, err := media.NewEngine(deps.sound)
	if err != nil {
		return nil, err
	}
	book := session.New(st, b, &store.IDs{}, time.Now, log)
	mail := mailroom{rest.Office}
	book.Presence, book.Mailbox, book.Replies = rest.Presence, mail, mail
	if err := book.Start(ctx); err != nil {
		_ = engine.Close() // nothing was sent
		return nil, fmt.Errorf("starting the book of calls: %w", err)
	}
	x := &exchange.Exchange{
		Store: st, Book: book, Engine: engine, Sealer: deps.data.Ring, Domain: sipDomain, Number: publicNumber, Zone: zoneIn(st), Emergency: alarm(st), Mailboxes: mail, Now: time.Now, Log: log,
	}
	x.LongestCall = deps.longest
	if x.CallsPerMinute = deps.calls; !deps.limits {
		x.CallsPerMinute = math.MaxInt
	}
	if x.Trunk, err = openTrunk(deps.trunk, st, log); err != nil {
		book.Close()
		_ = engine.Close() // nothing was sent
		return nil, err
	}
	x.Start()
	deaf, err := event.SubscribeSessionEnds(b, log, func(e event.SessionEnd) { x.SessionEnded(e.ClientID, e.ExtensionID) })
	if err != nil {
		x.Close()
		book.Close()
		_ = engine.Close() // nothing was sent
		return nil, fmt.Errorf("listening for access that is revoked: %w", err)
	}
	if x.Trunk != nil {
		x.Trunk.Start(x)
	}
	rest.Exchange = &api.Exchange{
		Domain: sipDomain, URL: deps.url, TLSURL: deps.tlsURL, StreamAddr: deps.sip.addr(), Sealer: deps.data.Ring, Online: x.Online, Book: book, Commands: x,
	}
	deps.sip.open(x.ServeStream)
	return &phoneHouse{x, book, engine, deps.sip, x.Trunk, deaf}, nil
}

// openTrunk opens the line to the telephone network, if there is one.
func openTrunk(cfg *trunk.Config, st store.Platform, log *slog.Logger) (*trunk.Trunk, error) {
	if cfg == nil {
		return nil, nil
	}
	c := *cfg
	c.Gate.Grants, c.Log = st, log
	return trunk.New(c)
}

// wrap lets phones in that connect to the root.
func (p *phoneHouse) wrap(next http.Handler) http.Handler { return p.AtRoot(next) }

// close ends the calls, then what they are written down in.
func (p *phoneHouse) close() {
	p.door.shut()
	p.deaf()
	p.Close()
	if p.trunk != nil {
		p.trunk.Close()
	}
	p.door.empty()
	p.book.Close()
	_ = p.engine.Close() // only sockets are left
}

// publicNumber reads a number as people in North America dial it, where the
// platform's accounts are.
func publicNumber(dialled string) (string, bool) {
	n, ok := region.Parse(dialled, "US")
	return n.E164, ok
}

// alarm knows the numbers that call for help: those of the country where
// somebody is at home and of the one where help would be sent to, 112 and 911,
// and in North America 933, which reads the registered address back. The
// widget has the same rule.
func alarm(st store.Platform) exchange.Alarm {
	return func(ctx context.Context, accountID, extensionID int64, address *rc.EmergencyAddress, digits string) (bool, error) {
		a, err := st.Account(ctx, accountID)
		if err != nil {
			return false, fmt.Errorf("reading account %d: %w", accountID, err)
		}
		l, err := region.Of(ctx, st, accountID, extensionID)
		if err != nil {
			return false, err
		}
		home := region.Settings("", a.MainNumber, l).HomeCountry
		if address == nil {
			address = &rc.EmergencyAddress{CountryISOCode: home.ISOCode}
		}
		there := region.ByCode("", address.CountryISOCode)
		return forHelp(digits, home, there), nil
	}
}

// isForHelp is the same rule for all of an account that say nothing else.
func isForHelp(digits, mainNumber string) bool {
	return forHelp(digits, region.Settings("", mainNumber, region.Locale{}).HomeCountry)
}

func forHelp(digits string, countries ...rc.Country) bool {
	return slices.ContainsFunc(countries, func(c rc.Country) bool {
		return region.IsEmergency(digits, c.ISOCode) || digits == "933" && c.CallingCode == "1"
	})
}

// zoneIn finds the time zone of people and companies, which their business hours
// go by.
func zoneIn(st store.Platform) func(ctx context.Context, accountID, extensionID int64) (*time.Location, error) {
	return func(ctx context.Context, accountID, extensionID int64) (*time.Location, error) {
		l, err := region.Of(ctx, st, accountID, extensionID)
		if err != nil {
			return nil, err
		}
		zone, err := time.LoadLocation(region.Settings("", "", l).Timezone.Name)
		if err != nil {
			return nil, fmt.Errorf("reading the time zone of extension %d: %w", extensionID, err)
		}
		return zone, nil
	}
}

// A mailroom puts what callers leave into the message store.
type mailroom struct{ office *messages.Office }

func (m mailroom) LeaveVoicemail(ctx context.Context, v session.Voicemail) (int64, error) {
	left, err := m.office.TakeVoicemail(ctx, messages.Voicemail{
		Key: v.Key, From: v.From.Number, Name: v.From.Name, To: v.To.Number, Account: v.AccountID, Caller: callerOf(v), Owner: v.ExtensionID,
		At: v.At, Sound: v.Sound, Length: v.Length,
	})
	return left.ID, err
}

func (m mailroom) Deliver() { m.office.Wake() }

// callerOf is the extension that called, if it is a colleague's: of others,
// only the number is told.
func callerOf(v session.Voicemail) int64 {
	if v.From.AccountID != v.AccountID {
		return 0
	}
	return v.From.ExtensionID
}

// sound says which addresses the sound of the platform's calls uses: those of
// this machine alone where the platform listens on it alone and no others are
// set, as behind a proxy.
func (c PlatformConfig) sound(addr string) media.Config {
	var s media.Config
	s.PortMin, s.PortMax, _ = soundPorts(c.SoundPorts) // read when the configuration was
	for _, ip := range c.SoundIPs {
		s.Announce = append(s.Announce, net.ParseIP(ip))
	}
	if host, _, err := net.SplitHostPort(addr); err == nil && len(s.Announce) == 0 {
		if ip := net.ParseIP(host); ip != nil && !ip.IsUnspecified() {
			s.LegIP = ip
			if ip.IsLoopback() {
				// The only one of its addresses that the interface lists.
				s.LegIP = net.IPv4(127, 0, 0, 1)
			}
		}
	}
	return s
}

// soundPorts reads a range of ports such as 40000-40999; empty is none.
func soundPorts(text string) (first, last uint16, ok bool) {
	if text == "" {
		return 0, 0, true
	}
	a, b, _ := strings.Cut(text, "-")
	from, errA := strconv.ParseUint(strings.TrimSpace(a), 10, 16)
	to, errB := strconv.ParseUint(strings.TrimSpace(b), 10, 16)
	if errA != nil || errB != nil || from == 0 || to < from {
		return 0, 0, false
	}
	return uint16(from), uint16(to), true
}
