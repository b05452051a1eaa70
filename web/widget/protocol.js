// Generated from internal/widget/protocol (go test ./internal/widget/protocol -update).
// What a host page may post: its capability, its fields, whether it may be large, and who takes it.
// @ts-check

/** @typedef {{needs?: string, fields: Record<string, string>, large?: boolean, service?: boolean}} Known */

/** @type {Record<string, Known>} */
export const messages = {
  "rc-adapter-login": { needs: "signin", fields: {} },
  "rc-adapter-logout": { needs: "signin", fields: {} },
  "rc-adapter-sign-in": { needs: "signin", fields: { ticket: "s!200" } },
  "rc-adapter-new-call": { needs: "prefill", fields: { phoneNumber: "s!64", toCall: "b" } },
  "rc-adapter-new-sms": { needs: "prefill", fields: { phoneNumber: "t640", text: "s10000", conversation: "f64", attachments: "a", recipient: "o" } },
  "rc-adapter-auto-populate-conversation": { needs: "prefill", fields: { text: "s!10000", attachments: "a" } },
  "rc-adapter-control-call": { needs: "dial", fields: { callAction: "s!40", callId: "*", options: "o" } },
  "rc-calling-settings-update": { needs: "settings", fields: { callWith: "s20", myLocation: "s64", ringoutPrompt: "b", fromNumber: "s64" } },
  "rc-sms-settings-update": { needs: "settings", fields: { senderNumber: "s!64" } },
  "rc-adapter-message-request": { fields: { requestId: "s!100", path: "s!200", body: "o" } },
  "rc-adapter-navigate-to": { needs: "navigate", fields: { path: "s!" } },
  "rc-adapter-set-presence": { needs: "settings", fields: { userStatus: "s20", dndStatus: "s40" } },
  "rc-adapter-webphone-sessions-sync": { needs: "calls", fields: {} },
  "rc-adapter-update-ringtone": { needs: "settings", fields: { name: "s200", uri: "s1048576", volume: "n" }, large: true },
  "rc-adapter-update-sms-typing-time-tracking": { needs: "service", fields: { enabled: "b!" } },
  "rc-adapter-update-auto-log-settings": { needs: "service", fields: { call: "b", message: "b" } },
  "rc-adapter-update-features-flags": { needs: "settings", fields: { text: "b", contacts: "b", chat: "b", fax: "b", voicemail: "b", meetings: "b", recordings: "b" } },
  "rc-adapter-set-environment": { needs: "settings", fields: { appServer: "s300" } },
  "rc-adapter-syncClosed": { needs: "status", fields: { closed: "b!" } },
  "rc-adapter-syncMinimized": { needs: "status", fields: { minimized: "b!" } },
  "rc-adapter-syncSize": { needs: "status", fields: { size: "o!" } },
  "rc-adapter-syncPosition": { needs: "status", fields: { position: "o!" } },
  "rc-adapter-navigateToCurrentCall": { needs: "navigate", fields: {} },
  "rc-adapter-navigateToViewCalls": { needs: "navigate", fields: {} },
  "rc-adapter-register-third-party-service": { needs: "service", fields: { service: "o!" }, large: true, service: true },
  "rc-adapter-update-authorization-status": { needs: "service", fields: { authorized: "b", authorizedAccount: "s" }, service: true },
  "rc-adapter-refresh-license-status": { needs: "service", fields: { licenseStatus: "s", licenseStatusColor: "s", licenseDescription: "s" }, service: true },
  "rc-adapter-sync-third-party-contacts": { needs: "service", fields: {}, service: true },
  "rc-adapter-trigger-call-logger-match": { needs: "service", fields: { sessionIds: "a!" } },
  "rc-adapter-trigger-contact-match": { needs: "service", fields: { phoneNumbers: "a!" }, service: true },
  "rc-adapter-update-third-party-settings": { needs: "service", fields: { settings: "a" }, large: true, service: true },
  "rc-adapter-update-call-log-page": { needs: "service", fields: { page: "o!" }, large: true, service: true },
  "rc-adapter-update-messages-log-page": { needs: "service", fields: { page: "o!" }, large: true, service: true },
  "rc-adapter-register-customized-page": { needs: "service", fields: { page: "o!" }, large: true, service: true },
  "rc-adapter-register-widget-app": { needs: "service", fields: { app: "o!" }, large: true, service: true },
  "rc-adapter-unregister-widget-app": { needs: "service", fields: { appId: "s!" }, service: true },
  "rc-adapter-update-customized-banner": { needs: "service", fields: { banner: "O" }, service: true },
  "rc-post-message-response": { needs: "service", fields: { responseId: "s!100", response: "*" }, large: true, service: true },
};

/** The requests that are answered. @type {Record<string, Record<string, string>>} */
export const requests = {
  "/custom-alert-message": { message: "s!", level: "s20", ttl: "n", details: "a20" },
  "/dismiss-alert-message": { id: "s100" },
  "/check-popup-window": { alert: "b" },
  "/create-sms-template": { displayName: "s!100", text: "s!1000" },
  "/unlogged-calls": { perPage: "n", page: "n" },
  "/get-call-log": { sessionId: "s100", telephonySessionId: "s100" },
};

/** The capability of those that need another one than settings. @type {Record<string, string>} */
export const needs = {
  "/unlogged-calls": "calls",
  "/get-call-log": "calls",
};

/** What does nothing here, and why. @type {Record<string, string>} */
export const unsupported = {
  "rc-adapter-update-ai-assistant-settings": "This phone takes no notes of calls.",
  "rc-adapter-set-side-drawer-extended": "The phone fills the width that its page gives it.",
  "rc-adapter-set-call-contact-matches-select": "Whom a call is logged for is chosen where it is logged.",
  "rc-adapter-presenceItemClicked": "The bar above this phone has no menu of presence; rc-adapter-set-presence sets it.",
  "rc-adapter-popOut": "A frame cannot open that window; `RCAdapter.popupWindow` does.",
  "rc-adapter-goto-presence": "Nothing handles it in the contract either.",
};

/** How a sentence names a kind. @type {Record<string, string>} */
export const words = {
  "*": "anything",
  "O": "an object or null",
  "a": "a list",
  "b": "true or false",
  "f": "a text or true",
  "n": "a number",
  "o": "an object",
  "s": "a text",
  "t": "a text or a list of texts",
};
