// What the phone needs once someone is signed in: the modules of its panels,
// the unread badge, the marks in the list, and the small acts of a page.
// @ts-check
import "./compose.js";
import "./conversation.js";
import "./leave.js"; // at hand also when the server is not
import "./memory.js";
import "./preferences.js";
import "./press.js";
import "./reach.js";
import "./times.js";
import { bring } from "./early.js";
import { n, t } from "./lang.js";
import { alert, announce, compose, currentPath } from "./nav.js";

const title = document.title;

/** Shows a number on its badges. @param {string} selector @param {number} of @param {(of: number) => string} say what they are */
function count(selector, of, say) {
  for (const badge of document.querySelectorAll(selector)) {
    if (!(badge instanceof HTMLElement)) continue;
    badge.hidden = !of;
    badge.textContent = of > 99 ? "99+" : String(of);
    badge.setAttribute("aria-label", say(of));
  }
}

/** @param {number} of */
const unreadWords = (of) => n(of, "{0} unread", "{0} unread");
/** @param {number} of */
const missedWords = (of) => n(of, "{0} missed", "{0} missed");

/** What is unread: the tab counts all of it, each kind its own. */
const unread = { texts: 0, voicemail: 0, fax: 0 };
function tally() {
  const all = unread.texts + unread.voicemail + unread.fax;
  count("[data-unread-badge]", all, unreadWords);
  count("[data-mail-badge=voicemail]", unread.voicemail, unreadWords);
  count("[data-mail-badge=fax]", unread.fax, unreadWords);
  document.title = all ? `(${all}) ${title}` : title;
}
document.addEventListener("oh:unread", (e) => {
  unread.texts = Number(/** @type {CustomEvent} */ (e).detail?.count) || 0;
  tally();
});
document.addEventListener("oh:mail", (e) => {
  const { voicemail = 0, fax = 0 } = /** @type {CustomEvent} */ (e).detail ?? {};
  Object.assign(unread, { voicemail, fax });
  tally();
});

// Who may not read their calls has no history; who has called in vain is counted.
document.addEventListener("oh:missed", (e) => {
  const { readable, missed } = /** @type {CustomEvent} */ (e).detail ?? {};
  for (const tab of document.querySelectorAll("[data-tab='/history']")) {
    if (tab instanceof HTMLElement && tab.hidden === readable) {
      tab.hidden = !readable;
      document.dispatchEvent(new CustomEvent("oh:tabs"));
    }
  }
  count("[data-missed-badge]", missed ?? 0, missedWords);
});
const recall = () => document.querySelector("[data-panel=history], [data-panel=call]") && bring(import("./history.js"));
document.addEventListener("oh:panel", recall);

// Who can call has a place to call from; the pages of calls have modules of their own.
document.addEventListener("oh:line", (e) => {
  const tab = document.querySelector("[data-tab='/dialer']");
  const { state } = /** @type {CustomEvent} */ (e).detail ?? {};
  if (!(tab instanceof HTMLElement) || tab.hidden === (state === "none")) return;
  tab.hidden = state === "none";
  document.dispatchEvent(new CustomEvent("oh:tabs"));
});
document.addEventListener("oh:panel", () => {
  if (document.querySelector("#panel [data-panel=dialer]")) void bring(import("./dialer.js"));
  if (document.querySelector("#panel [data-panel=active-call]")) void bring(import("./callpage.js"));
});
document.addEventListener("oh:calls-drawn", () => document.querySelector("#calls-now > [data-ring]") && void bring(import("./incoming.js")));

// What can be listened to, and voicemail and faxes, have modules of their own.
function attend() {
  if (document.querySelector("#panel [data-player]")) void bring(import("./player.js"));
  if (document.querySelector("#panel [data-mail]")) void bring(import("./mail.js"));
  if (document.querySelector("#panel [data-panel=fax]")) void bring(import("./pages.js"));
  if (document.querySelector("#panel :is([data-panel=faxes], [data-panel=fax], [data-panel=fax-form])")) void bring(import("./faxform.js"));
}
document.addEventListener("oh:panel", attend);
// The pages of the settings, and what may be pressed or arrive at any time.
const settle = () => document.querySelector("[data-settings]") && bring(import("./settings.js"));
document.addEventListener("oh:panel", settle);
document.addEventListener("htmx:after:swap", settle);
void import("./arrivals.js");
void import("./keys.js");
if (matchMedia("(any-pointer: coarse)").matches) void import("./swipe.js");

// What a page has registered is brought to life when it is seen.
const enliven = () => document.querySelector("[data-service]") && bring(import("./service.js"));
document.addEventListener("oh:panel", enliven);
document.addEventListener("htmx:after:swap", enliven);
document.addEventListener("oh:service", () => bring(import("./service.js")), { once: true }); // registered in another tab

// The list, and what is done with conversations and messages.
function tidy() {
  if (document.querySelector("[data-row-menu]")) void bring(import("./menus.js"));
  if (document.querySelector("#conversations")) void bring(import("./list.js"));
  if (document.querySelector("[data-row-menu]")) void bring(import("./tidy.js"));
}
document.addEventListener("oh:panel", tidy);
document.addEventListener("htmx:after:swap", tidy);

// People have modules of their own.
function meet() {
  if (document.querySelector("[data-panel=contacts]")) void bring(import("./contacts.js"));
  if (document.querySelector("[data-panel=contact], .holders, [data-view-contact]")) void bring(import("./contact.js"));
  if (document.querySelector("[data-panel=contact-form]")) void bring(import("./contactform.js"));
}
document.addEventListener("oh:panel", meet);
document.addEventListener("htmx:after:swap", meet);
// Whose a number is may have changed: names follow where they are shown.
document.addEventListener("oh:status", (e) => {
  const known = "online" in (/** @type {CustomEvent} */ (e).detail ?? {});
  if (!known && document.querySelector("#panel :is([data-panel=conversation], [data-panel=number], [data-panel=contact], [data-panel=call])")) void import("./names.js").then((m) => m.redraw());
});
document.addEventListener("oh:service", (e) => {
  const { what, id } = /** @type {CustomEvent} */ (e).detail ?? {};
  if ((what === "matches" && id === "names") || (what === "contacts" && id === "list") || what === "service") void import("./names.js").then((m) => m.redraw());
});
document.addEventListener("oh:service-known", (e) => {
  const { contactsPath, contactMatchPath, contactSearchPath } = /** @type {CustomEvent} */ (e).detail?.paths ?? {};
  if (contactsPath || contactMatchPath) void import("./contactsync.js");
  if (contactSearchPath) void import("./contactsearch.js");
});

// Where texts are logged, the page around us may have to be told at any time.
const log = () => document.querySelector("[data-logs]") && bring(import("./logger.js"));
document.addEventListener("oh:panel", log);
document.addEventListener("htmx:after:swap", log);
document.addEventListener("oh:service-known", (e) => {
  const { messageLoggerPath, callLoggerPath } = /** @type {CustomEvent} */ (e).detail?.paths ?? {};
  if (messageLoggerPath || callLoggerPath) void bring(import("./logger.js"));
});

// Whoever can call has calls, which the server tells in full each time. What
// comes while the module is on its way is taken in the order in which it came:
// browsers may keep the promises of one import in another.
/** @type {any[]} */
const told = [];
document.addEventListener("oh:phone", (e) => {
  const now = /** @type {CustomEvent} */ (e).detail;
  if (now.line.state === "none" && !document.body.dataset.line) return;
  told.push(now);
  void import("./calls.js").then((m) => {
    while (told.length) m.take(told.shift());
  });
});

/** Marks the row of the open conversation where the list stands beside it. */
function markRows() {
  const here = `#${currentPath()}`;
  for (const row of document.querySelectorAll(".row")) {
    if (row.getAttribute("href") === here) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
  const kind = /^#\/messages\/(\w+)/.exec(here)?.[1] ?? "texts";
  for (const link of document.querySelectorAll("[data-kind]")) {
    if (link.getAttribute("data-kind") === kind) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}
document.addEventListener("oh:panel", markRows);
document.addEventListener("oh:route", markRows);
document.addEventListener("htmx:after:swap", markRows);

// That the connection is lost is said by its strip; that it is back has no place to be seen.
let lost = false;
document.addEventListener("oh:online", (e) => {
  const { online } = /** @type {CustomEvent} */ (e).detail ?? {};
  if (online && lost) announce(t("The phone is connected again."));
  lost = !online;
});

document.addEventListener("click", (e) => {
  const at = e.target instanceof Element ? e.target.closest("[data-text-to], [data-copy]") : null;
  if (!(at instanceof HTMLElement)) return;
  if (at.dataset.textTo) {
    const { textTo, name } = at.dataset;
    return void compose({ phoneNumber: textTo, ...(name && { recipient: { name } }) });
  }
  void copy(at);
});

/** @param {HTMLElement} at */
async function copy(at) {
  const label = /** @type {HTMLElement} */ (at.querySelector("[data-text]"));
  try {
    await navigator.clipboard.writeText(at.dataset.copy || "");
  } catch {
    return alert(t("This page may not use the clipboard. Select the number and copy it."));
  }
  label.textContent = t("Copied");
  at.setAttribute("data-copied", "");
  announce(t("Number copied"));
  setTimeout(() => {
    label.textContent = t("Copy");
    at.removeAttribute("data-copied");
  }, 2000);
}
