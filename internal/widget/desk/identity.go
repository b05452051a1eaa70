package desk

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"

	"offhook/internal/rc"
	"offhook/internal/widget/contact"
)

// How often what seldom changes is asked for again; sooner when the server
// was away for a moment and may have missed the event that tells of a change.
const (
	refresh     = time.Hour
	afterReturn = 5 * time.Minute
)

// An identity is what the platform says of the user.
type identity struct {
	At        time.Time        `json:"at"` // when it was asked for
	Account   rc.Account       `json:"account"`
	Extension rc.Extension     `json:"extension"`
	Features  []rc.Feature     `json:"features"`
	Numbers   []rc.PhoneNumber `json:"numbers"`
}

// identifier asks who the user is, at the beginning, when the platform says
// that it changed, and now and then.
func (d *Desk) identifier() {
	var b backoff
	d.mu.Lock()
	var known time.Time
	if d.identity != nil {
		known = d.identity.At
	}
	d.mu.Unlock()
	if !d.rest(known, d.wantIdentity) {
		return
	}
	for {
		err := d.identify(d.ctx)
		wait := refresh
		switch {
		case err == nil:
			b = backoff{}
		case errors.Is(err, errEnded) || d.ctx.Err() != nil:
			return
		default:
			wait = b.next()
			if b.failures == 1 {
				d.log.Warn("asking who the user is", "err", err)
			}
			if _, refused := errors.AsType[*refusal](err); refused {
				wait = maxWait // nothing will change by itself soon
			}
		}
		timer := time.NewTimer(wait)
		d.mu.Lock()
		poked := d.poked
		d.mu.Unlock()
		if err == nil {
			poked = nil
		}
		select {
		case <-d.ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		case <-poked:
		case <-d.wantIdentity:
			if !d.sleep(d.budget.pace(rc.Light)) {
				return
			}
		}
		timer.Stop()
	}
}

// rest waits while what was kept from the last run is fresh, or until a
// change is told; false means that the desk closes.
func (d *Desk) rest(known time.Time, changed <-chan struct{}) bool {
	timer := time.NewTimer(known.Add(afterReturn).Sub(d.pool.Now()))
	defer timer.Stop()
	select {
	case <-d.ctx.Done():
		return false
	case <-timer.C:
	case <-changed:
	}
	return true
}

func (d *Desk) identify(ctx context.Context) error {
	d.mu.Lock()
	p := background
	if d.identity == nil {
		p = acting // somebody looks at an empty page
	}
	d.mu.Unlock()
	id := identity{At: d.pool.Now()}
	var errs [4]error
	var wg sync.WaitGroup
	wg.Go(func() { id.Account, errs[0] = get[rc.Account](ctx, d, rc.Light, p, accountPath, nil) })
	wg.Go(func() { id.Extension, errs[1] = get[rc.Extension](ctx, d, rc.Light, p, extensionPath, nil) })
	wg.Go(func() {
		var list rc.List[rc.Feature]
		list, errs[2] = get[rc.List[rc.Feature]](ctx, d, rc.Medium, p, extensionPath+"/features", nil)
		id.Features = list.Records
	})
	wg.Go(func() {
		id.Numbers, errs[3] = all[rc.PhoneNumber](ctx, d, rc.Light, p, extensionPath+"/phone-number", nil)
		if _, refused := errors.AsType[*refusal](errs[3]); refused {
			errs[3] = nil // no numbers: nothing can be sent, all else works
		}
	})
	wg.Wait()
	err := errors.Join(errs[:]...)
	d.mu.Lock()
	defer d.mu.Unlock()
	if err != nil {
		_, refused := errors.AsType[*refusal](err)
		d.refused = refused
		d.review()
		return err
	}
	d.refused = false
	c := newChange()
	c.rows[rowKey{rowMe, ""}] = true
	before := d.me
	d.settle(id, c)
	c.names = c.names || !slices.Equal(before.Numbers, d.me.Numbers) || before.Name != d.me.Name
	d.commit(c)
	d.review()
	for _, want := range []chan struct{}{d.wantSync, d.wantPresence, d.wantColleagues, d.wantContacts, d.wantFavorites, d.overseeing.want, d.wantCalls, d.wantMail} {
		wake(want) // under mu, so that who sees the identity has been woken: see waitUntil
	}
	return nil
}

// settle takes over an identity. The caller holds mu, or is still alone.
func (d *Desk) settle(id identity, c *change) {
	first := d.identity == nil
	d.identity = &id
	country := d.homeCountry(&id)
	moved := d.ledger.people.country != country
	if moved {
		d.ledger.people = d.ledger.people.succeed(country, d.ledger.people.entries)
	}
	d.ledger.people.area = ""
	if HasAreaCodes(country) {
		d.ledger.people.area = d.preferences.AreaCode
	}
	own := make(map[string]bool)
	for _, n := range id.Numbers {
		// The company's main number is shared, but texts to it that are in the
		// user's own store are the user's.
		own[n.PhoneNumber] = true
	}
	if n := id.Extension.ExtensionNumber; n != "" {
		own[internalPrefix+n] = true
	}
	if first || moved || !maps.Equal(own, d.ledger.own) {
		d.ledger.resettle(own, c)
	}
	d.introduce()
}

// homeCountry is the user's choice, or the account's country. The caller holds
// mu, or is still alone.
func (d *Desk) homeCountry(id *identity) string {
	return cmp.Or(d.preferences.Country, homeCountry(id))
}

func homeCountry(id *identity) string {
	return cmp.Or(id.Extension.RegionalSettings.HomeCountry.ISOCode, id.Account.RegionalSettings.HomeCountry.ISOCode,
		id.Account.ServiceInfo.Brand.HomeCountry.ISOCode, "US")
}

// introduce makes Me from the identity and the directory. The caller holds mu.
func (d *Desk) introduce() {
	id := d.identity
	if id == nil {
		return
	}
	x := id.Extension
	if contact.FamilyFirst(x.Contact.FirstName, "", x.Contact.LastName) {
		x.Name = contact.FullName(x.Contact.FirstName, "", x.Contact.LastName)
	}
	me := Me{
		AccountID: strconv.FormatInt(id.Account.ID, 10), ExtensionID: strconv.FormatInt(x.ID, 10), Name: x.Name,
		FirstName: x.Contact.FirstName, LastName: x.Contact.LastName, Initials: initials(x.Name), Email: x.Contact.Email,
		Company: x.Contact.Company, JobTitle: x.Contact.JobTitle, ExtensionNumber: x.ExtensionNumber,
		MainNumber: id.Account.MainNumber, Country: d.homeCountry(id), HomeCountry: homeCountry(id),
		Contracted: cmp.Or(id.Account.ServiceInfo.ContractedCountry.ISOCode, homeCountry(id)),
		Features:   make(map[string]bool, len(id.Features)), Admin: x.Permissions.Admin.Enabled,
	}
	for _, f := range id.Features {
		me.Features[f.ID] = f.Available
	}
	for _, n := range id.Numbers {
		// What goes out from a call queue's number belongs to the queue's threads,
		// which are not among the conversations.
		if n.Extension != nil && n.Extension.ID != x.ID {
			continue
		}
		me.Numbers = append(me.Numbers, OwnNumber{
			Number: n.PhoneNumber, Display: d.ledger.people.display(n.PhoneNumber), UsageType: n.UsageType,
			SMS: slices.Contains(n.Features, "SmsSender"), MMS: slices.Contains(n.Features, "MmsSender"), Primary: n.Primary,
		})
	}
	slices.SortStableFunc(me.Numbers, func(a, b OwnNumber) int {
		return cmp.Or(rank(b.SMS)-rank(a.SMS), rank(b.SMS && b.Number == d.preferences.Sender)-rank(a.SMS && a.Number == d.preferences.Sender),
			rank(b.UsageType == "DirectNumber")-rank(a.UsageType == "DirectNumber"))
	})
	for i := range d.ledger.people.entries {
		if e := &d.ledger.people.entries[i]; e.ID == me.ExtensionID {
			if e.Account != nil {
				me.Company = cmp.Or(me.Company, e.Account.CompanyName)
			}
			me.JobTitle = cmp.Or(me.JobTitle, e.JobTitle)
		}
	}
	d.me = me
	d.ledger.people.pages = me.Features[pagesFeature]
}

func rank(b bool) int {
	if b {
		return 1
	}
	return 0
}

// librarian reads the directory, at the beginning, when it changed, and now
// and then. A platform that refuses it leaves numbers without names.
func (d *Desk) librarian() {
	var b backoff
	d.mu.Lock()
	known := d.directoryAt
	d.mu.Unlock()
	if !d.rest(known, d.wantDirectory) {
		return
	}
	for {
		entries, err := all[rc.DirectoryEntry](d.ctx, d, rc.Medium, background, accountPath+"/directory/entries", url.Values{"type": {"User"}})
		wait := refresh
		_, refused := errors.AsType[*refusal](err)
		switch {
		case err == nil:
			b = backoff{}
			d.mu.Lock()
			c := newChange()
			c.names = true
			c.rows[rowKey{rowDirectory, ""}] = true
			d.meet(directory{d.pool.Now(), entries})
			d.commit(c)
			d.mu.Unlock()
		case errors.Is(err, errEnded) || d.ctx.Err() != nil:
			return
		case !refused:
			wait = b.next()
		default:
			d.log.Warn("reading the directory", "err", err)
		}
		// A changed directory is often changed again.
		asked, open := d.await(wait, d.wantDirectory)
		if !open || asked && !d.sleep(time.Second+d.budget.pace(rc.Medium)) {
			return
		}
	}
}

// A directory is what the platform says of the user's colleagues.
type directory struct {
	At      time.Time           `json:"at"` // when it was asked for
	Entries []rc.DirectoryEntry `json:"entries"`
}

// meet takes over the directory. The caller holds mu, or is still alone.
func (d *Desk) meet(dir directory) {
	d.directoryAt = dir.At
	d.ledger.people = d.ledger.people.succeed(d.ledger.people.country, dir.Entries)
	d.introduce()
}

// Me is who the user is; zero until that is known.
func (d *Desk) Me() Me {
	d.mu.Lock()
	defer d.mu.Unlock()
	me := d.me
	me.Numbers = slices.Clone(me.Numbers)
	return me // Features is replaced, never changed
}
