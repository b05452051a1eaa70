package account

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"offhook/internal/platform/event"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// callerIDSetting is the name under which an extension's choice of caller id is kept.
const callerIDSetting = "caller-id"

// mountSettings registers what reads and changes settings.
func (h *Handler) mountSettings(mux *http.ServeMux) {
	h.Face.Handle(mux, "PUT", extensionPath, h.putExtension)
	h.Face.Handle(mux, "PUT", extensionPath+"/caller-id", h.putCallerID)
	h.Face.Handle(mux, "GET", extensionPath+"/forwarding-number", h.forwardingNumbers)
	h.Face.Handle(mux, "POST", extensionPath+"/forwarding-number", h.addForwardingNumber)
	h.Face.Handle(mux, "PUT", extensionPath+"/forwarding-number/{forwardingNumberId}", h.putForwardingNumber)
	h.Face.Handle(mux, "DELETE", extensionPath+"/forwarding-number/{forwardingNumberId}", h.deleteForwardingNumber)
	h.Face.Handle(mux, "GET", extensionPath+"/business-hours", h.hours)
	h.Face.Handle(mux, "PUT", extensionPath+"/business-hours", h.putHours)
	h.Face.Handle(mux, "GET", accountPath+"/business-hours", h.companyHours)
	h.Face.Handle(mux, "PUT", accountPath+"/business-hours", h.putCompanyHours)
	h.Face.Handle(mux, "GET", accountPath+"/business-address", h.businessAddress)
	h.Face.Handle(mux, "GET", extensionPath+"/grant", h.grants)
	h.Face.Handle(mux, "GET", extensionPath+"/notification-settings", h.notificationSettings)
	h.Face.Handle(mux, "GET", accountPath+"/templates", h.templates)
	h.Face.Handle(mux, "GET", extensionPath+"/profile-image", h.profileImage)
	h.Face.Handle(mux, "PUT", extensionPath+"/profile-image", h.putProfileImage)
	h.Face.Handle(mux, "POST", extensionPath+"/profile-image", h.putProfileImage)
	h.Face.Handle(mux, "DELETE", extensionPath+"/profile-image", h.deleteProfileImage)
}

// change changes an extension's setting: fn gets it as it is and returns what
// it becomes.
func change[T any](ctx context.Context, h *Handler, e store.Extension, name string, fn func(tx store.PlatformTx, now T) (T, error)) error {
	return h.Store.Write(ctx, func(tx store.PlatformTx) error {
		text, err := tx.ChangeSetting(ctx, e.AccountID, e.ID, name)
		if err != nil {
			return err
		}
		var v T
		if len(text) > 0 {
			if err := json.Unmarshal(text, &v); err != nil {
				return fmt.Errorf("reading the setting %s of extension %d: %w", name, e.ID, err)
			}
		}
		if v, err = fn(tx, v); err != nil {
			return err
		}
		if text, err = json.Marshal(v); err != nil {
			return fmt.Errorf("writing the setting %s of extension %d: %w", name, e.ID, err)
		}
		return tx.SaveSetting(ctx, e.AccountID, e.ID, name, text)
	})
}

// announce tells an extension's own clients, and with others everybody of the
// account, that it has changed. What is stored is stored: a bus that fails is
// logged, and clients see the change when they ask again.
func (h *Handler) announce(ctx context.Context, e store.Extension, others bool, hints ...string) {
	id := strconv.FormatInt(e.ID, 10)
	change := rc.ExtensionChange{ExtensionID: id, EventType: "Update", Hints: hints}
	err := event.Publish(ctx, h.Bus, e.AccountID, e.ID, rc.ExtensionPath(e.AccountID, e.ID), change)
	if others {
		list := map[string]any{"extensions": []rc.ExtensionChange{change}}
		company := fmt.Sprintf("/restapi/v1.0/account/%d", e.AccountID)
		err = errors.Join(err, event.PublishShared(ctx, h.Bus, e.AccountID, e.ID, company+"/extension", list, list))
		contacts := map[string]any{"contacts": []rc.DirectoryChange{{
			EventType: "Update", ID: id, Type: "User", Status: "Enabled", FirstName: e.FirstName, LastName: e.LastName, Name: e.Name(), Email: e.Email,
			ExtensionNumber: e.Number, JobTitle: e.JobTitle, Department: e.Department,
		}}}
		for _, list := range []string{"/directory/entries", "/directory/contacts"} {
			err = errors.Join(err, event.PublishShared(ctx, h.Bus, e.AccountID, e.ID, company+list, contacts, contacts))
		}
	}
	if err != nil {
		h.Log.Error("announcing a change of an extension", "ext", e.ID, "err", err)
	}
}
