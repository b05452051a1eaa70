package account

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"

	"offhook/internal/listen"
	"offhook/internal/platform/answering"
	"offhook/internal/platform/api/target"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
	"offhook/internal/store"
)

var weekdays = []string{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}

// clock is a time of day; a day ends at 24:00.
var clock = regexp.MustCompile(`^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$`)

// maxRanges bounds one day.
const maxRanges = 24

func (h *Handler) hours(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	o, err := h.ruledExtension(r, c)
	if err != nil {
		return err
	}
	s, err := answering.Hours(r.Context(), h.Store, o.plan.Account.ID, o.id)
	if err != nil {
		return err
	}
	answerHours(w, o.uri, s)
	return nil
}

func (h *Handler) companyHours(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	p, err := h.plan(r, c)
	if err != nil {
		return err
	}
	s, err := answering.Hours(r.Context(), h.Store, p.Account.ID, 0)
	if err != nil {
		return err
	}
	answerHours(w, accountURI(listen.BaseURL(r), p.Account.ID), s)
	return nil
}

// putCompanyHours replaces the company's hours, which administrators may.
func (h *Handler) putCompanyHours(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	p, err := h.plan(r, c)
	if err != nil {
		return err
	}
	e, ok := p.Extension(c.ExtensionID)
	if !ok || !e.Admin {
		return rc.Coded(rc.Denied, "CMN-402", "Administrator permission required; ask an administrator of the account to change its business hours")
	}
	s, err := readSchedule(w, r)
	if err != nil {
		return err
	}
	err = change(r.Context(), h, store.Extension{AccountID: p.Account.ID}, answering.HoursSetting, func(store.PlatformTx, rc.Schedule) (rc.Schedule, error) { return s, nil })
	if err != nil {
		return fmt.Errorf("changing the business hours of account %d: %w", p.Account.ID, err)
	}
	for _, colleague := range p.Extensions {
		h.announce(r.Context(), colleague, false, "AccountSettings")
	}
	answerHours(w, accountURI(listen.BaseURL(r), p.Account.ID), s)
	return nil
}

func answerHours(w http.ResponseWriter, owner string, s rc.Schedule) {
	wire.JSON(w, http.StatusOK, rc.BusinessHours{URI: owner + "/business-hours", Schedule: &s})
}

// putHours replaces the hours of a user or a queue; a schedule without ranges
// is around the clock.
func (h *Handler) putHours(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	o, err := h.ruledExtension(r, c)
	if err != nil {
		return err
	}
	if !o.mine {
		return errNotAdmin()
	}
	s, err := readSchedule(w, r)
	if err != nil {
		return err
	}
	e := store.Extension{AccountID: o.plan.Account.ID, ID: o.id}
	err = change(r.Context(), h, e, answering.HoursSetting, func(store.PlatformTx, rc.Schedule) (rc.Schedule, error) { return s, nil })
	if err != nil {
		return fmt.Errorf("changing the business hours of extension %d: %w", e.ID, err)
	}
	h.announceRules(r.Context(), o)
	answerHours(w, o.uri, s)
	return nil
}

// readSchedule reads and checks the schedule of a request.
func readSchedule(w http.ResponseWriter, r *http.Request) (rc.Schedule, error) {
	var req rc.BusinessHours
	if err := wire.Body(w, r, &req); err != nil {
		return rc.Schedule{}, err
	}
	if req.Schedule == nil {
		return rc.Schedule{}, target.Invalid("schedule", "Send schedule.weeklyRanges; an empty schedule is around the clock.")
	}
	return *req.Schedule, checkSchedule(*req.Schedule)
}

func checkSchedule(s rc.Schedule) error {
	for day, ranges := range s.WeeklyRanges {
		name := "schedule.weeklyRanges." + day
		if !slices.Contains(weekdays, day) || len(ranges) > maxRanges {
			return target.Invalid("schedule.weeklyRanges", fmt.Sprintf("Send up to %d ranges for monday to sunday.", maxRanges))
		}
		for i, t := range ranges {
			if !clock.MatchString(t.From) || !clock.MatchString(t.To) || t.From >= t.To {
				return target.Invalid(name, "Send each range as from and to, such as 09:00 and 18:00; to is the later.")
			}
			for _, other := range ranges[:i] {
				if t.From < other.To && other.From < t.To {
					return target.Invalid(name, "Two ranges overlap.")
				}
			}
		}
	}
	return nil
}
