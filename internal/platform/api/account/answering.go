package account

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"offhook/internal/listen"
	"offhook/internal/platform/answering"
	"offhook/internal/platform/api/page"
	"offhook/internal/platform/api/plan"
	"offhook/internal/platform/api/target"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// ruleIDs are the rules that everybody has.
var ruleIDs = []string{rc.BusinessHoursRule, rc.AfterHoursRule}

// A ruled is somebody, a queue or a company, whose calls have rules.
type ruled struct {
	kind answering.Kind
	plan *plan.Plan
	id   int64  // of the extension; 0 for the company
	uri  string // without a slash at its end
	mine bool   // the caller may change the rules
}

// mountRules registers what reads and changes answering rules.
func (h *Handler) mountRules(mux *http.ServeMux) {
	for _, owner := range []struct {
		path string
		read func(*http.Request, wire.Caller) (ruled, error)
	}{{extensionPath, h.ruledExtension}, {accountPath, h.ruledCompany}} {
		path := owner.path + "/answering-rule"
		h.Face.Handle(mux, "GET", path, func(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
			return h.rules(w, r, c, owner.read)
		})
		h.Face.Handle(mux, "GET", path+"/{ruleId}", func(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
			return h.rule(w, r, c, owner.read)
		})
		h.Face.Handle(mux, "PUT", path+"/{ruleId}", func(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
			return h.putRule(w, r, c, owner.read)
		})
	}
}

// ruledExtension is the caller's own extension, or a call queue of the account,
// whose rules its members read and administrators change.
func (h *Handler) ruledExtension(r *http.Request, c wire.Caller) (ruled, error) {
	p, err := h.plan(r, c)
	if err != nil {
		return ruled{}, err
	}
	base := listen.BaseURL(r)
	if q, ok, err := h.queue(r, c); ok || err != nil {
		return ruled{kind: answering.Queue, plan: p, id: q.ID, uri: queueURI(base, q), mine: isAdmin(p, c)}, err
	}
	e, err := target.Own(r, c, h.Store)
	return ruled{plan: p, id: e.ID, uri: extensionURI(base, e), mine: true}, err
}

func (h *Handler) ruledCompany(r *http.Request, c wire.Caller) (ruled, error) {
	p, err := h.plan(r, c)
	if err != nil {
		return ruled{}, err
	}
	return ruled{kind: answering.Company, plan: p, uri: accountURI(listen.BaseURL(r), p.Account.ID), mine: isAdmin(p, c)}, nil
}

// errNotAdmin is the answer to who changes more than what is their own.
func errNotAdmin() error {
	return rc.Coded(rc.Denied, "CMN-402", "Administrator permission required; ask an administrator of the account to change how its calls are answered")
}

func isAdmin(p *plan.Plan, c wire.Caller) bool {
	e, ok := p.Extension(c.ExtensionID)
	return ok && e.Admin
}

func (h *Handler) rules(w http.ResponseWriter, r *http.Request, c wire.Caller, owner func(*http.Request, wire.Caller) (ruled, error)) error {
	o, err := owner(r, c)
	if err != nil {
		return err
	}
	var all []rc.AnsweringRule
	for _, id := range ruleIDs {
		rule, err := h.readRule(r.Context(), h.Store, o, id)
		if err != nil {
			return err
		}
		all = append(all, rule)
	}
	return page.Answer(w, r, o.uri+"/answering-rule", all)
}

func (h *Handler) rule(w http.ResponseWriter, r *http.Request, c wire.Caller, owner func(*http.Request, wire.Caller) (ruled, error)) error {
	o, err := owner(r, c)
	if err != nil {
		return err
	}
	id := r.PathValue("ruleId")
	if !slices.Contains(ruleIDs, id) {
		return target.Missing("ruleId")
	}
	rule, err := h.readRule(r.Context(), h.Store, o, id)
	if err != nil {
		return err
	}
	wire.JSON(w, http.StatusOK, rule)
	return nil
}

// readRule is a rule as clients read it.
func (h *Handler) readRule(ctx context.Context, from store.SettingReader, o ruled, id string) (rc.AnsweringRule, error) {
	set, err := answering.RulesOf(ctx, from, o.plan.Account.ID, o.id)
	if err != nil {
		return rc.AnsweringRule{}, err
	}
	numbers, err := answering.Numbers(ctx, from, o.plan.Account.ID, o.id)
	if err != nil {
		return rc.AnsweringRule{}, err
	}
	return o.told(set.Rule(o.kind, id, numbers)), nil
}

// told adds to a rule what its references mean now.
func (o ruled) told(rule rc.AnsweringRule) rc.AnsweringRule {
	rule.URI = o.uri + "/answering-rule/" + rule.ID
	if f := rule.Forwarding; f != nil {
		for _, g := range f.Rules {
			for i := range g.Numbers {
				g.Numbers[i].URI = o.uri + "/forwarding-number/" + g.Numbers[i].ID
			}
		}
	}
	for _, ref := range references(&rule) {
		o.name(ref)
	}
	return rule
}

// references are the extensions that a rule names.
func references(rule *rc.AnsweringRule) (all []*rc.AnsweringRef) {
	if rule.Transfer != nil {
		all = append(all, &rule.Transfer.Extension)
	}
	if rule.Extension != nil {
		all = append(all, rule.Extension)
	}
	if q := rule.Queue; q != nil {
		for i := range q.Transfer {
			all = append(all, &q.Transfer[i].Extension)
		}
		for i := range q.FixedOrderAgents {
			all = append(all, &q.FixedOrderAgents[i].Extension)
		}
	}
	return all
}

// name says who an extension is, of people; false for who is nobody's
// colleague.
func (o ruled) name(ref *rc.AnsweringRef) bool {
	id, _ := strconv.ParseInt(ref.ID, 10, 64) // 0 is nobody
	e, ok := o.plan.Extension(id)
	if ok {
		ref.Name, ref.ExtensionNumber = e.Name(), e.Number
	}
	return ok
}

// putRule changes a rule; what the request leaves out stays.
func (h *Handler) putRule(w http.ResponseWriter, r *http.Request, c wire.Caller, owner func(*http.Request, wire.Caller) (ruled, error)) error {
	o, err := owner(r, c)
	if err != nil {
		return err
	}
	id := r.PathValue("ruleId")
	if !slices.Contains(ruleIDs, id) {
		return target.Missing("ruleId")
	}
	if !o.mine {
		return errNotAdmin()
	}
	var body json.RawMessage
	if err := wire.Body(w, r, &body); err != nil {
		return err
	}
	e := store.Extension{AccountID: o.plan.Account.ID, ID: o.id}
	var now rc.AnsweringRule
	err = change(r.Context(), h, e, answering.RulesSetting, func(tx store.PlatformTx, all answering.Rules) (answering.Rules, error) {
		numbers, err := answering.Numbers(r.Context(), tx, e.AccountID, e.ID)
		if err != nil {
			return nil, err
		}
		rule := all.Rule(o.kind, id, numbers)
		if err := o.apply(&rule, body, numbers); err != nil {
			return nil, err
		}
		if all == nil {
			all = answering.Rules{}
		}
		all[id] = rule
		now = o.told(all.Rule(o.kind, id, numbers))
		return all, nil
	})
	if err != nil {
		return fmt.Errorf("changing the answering rules of extension %d: %w", e.ID, err)
	}
	h.announceRules(r.Context(), o)
	wire.JSON(w, http.StatusOK, now)
	return nil
}

// announceRules tells those whose calls go otherwise now.
func (h *Handler) announceRules(ctx context.Context, o ruled) {
	for _, e := range o.plan.Extensions {
		if e.ID == o.id || o.kind == answering.Company {
			h.announce(ctx, e, false, "AnsweringRules")
		}
	}
}
