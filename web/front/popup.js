// Before adapter.js: this window is the phone's own.
// @ts-check
window.__ON_RC_POPUP_WINDOW = 1;
