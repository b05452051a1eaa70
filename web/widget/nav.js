// Owns which panel is shown: routes, the way back, and focus after a move.
// Panels are HTML from the server; what a panel needs a script for starts
// when it hears `oh:panel`.
// @ts-check
import { ask, send } from "./ask.js";
import { t } from "./lang.js";

/** @typedef {{phoneNumber?: string, text?: string, conversation?: string, recipient?: {name?: string}, attachments?: {name: string, content: string}[]}} Prefill */

/** How long the server may think about a panel. */
const PATIENCE = 20_000;

/** @type {string[]} */
const trail = [];
/** @type {string | null} */
let afterSignIn = null;
/** @type {Prefill | null} */
let prefill = null;
/** @type {AbortController | null} */
let loading = null;
/** Counts what has changed, to notice what changes while a panel is on its way. */
let changes = 0;

const body = document.body;
const wide = matchMedia("(min-width: 47.5rem)");
/** @returns {boolean} */
export const signedIn = () => body.dataset.signedIn === "true";

/** The route that is shown, such as `/messages`. @returns {string} */
export const currentPath = () => trail[trail.length - 1] || body.dataset.route || "/";

/**
 * Shows a route. Where the phone has no such page yet, the messages are shown.
 * `goBack` goes back.
 * @param {string} path
 * @param {{focus?: boolean, replace?: boolean}} [how]
 */
export async function navigate(path, how = {}) {
  if (path === "goBack") return goBack();
  let to = known(path);
  if (!signedIn()) {
    if (to !== "/") afterSignIn = to;
    to = "/";
  } else if (to === "/") {
    to = afterSignIn || "/messages";
    afterSignIn = null;
  }
  to = still(to);
  document.dispatchEvent(new CustomEvent("oh:leave", { detail: { path: currentPath() } }));
  remember(to, how.replace);
  mark(to);
  document.dispatchEvent(new CustomEvent("oh:route", { detail: { path: to } }));
  await (shown = show(to, how));
}

/**
 * Shows a route that somebody has pressed a key or a tab for. What has been
 * typed in the dialer since the first press of a double click stays.
 * @param {string} path
 * @param {{focus?: boolean}} [how]
 */
export async function visit(path, how) {
  const dialer = path === "/dialer" && currentPath() === path && document.querySelector("#panel:has([data-panel=dialer])");
  if (dialer instanceof HTMLElement) focus(dialer);
  else await navigate(path, how);
}

/** @type {Promise<void>} */
let shown = Promise.resolve();

/** Waits for the panel that is on its way, if one is. */
export const settled = () => shown.catch(() => undefined);

/** The parts of the phone that the page around it has taken away. */
const gone = () => (body.dataset.hide ?? "").split(" ");
/** Whether it has taken this one. @param {string} part */
export const isGone = (part) => gone().includes(part);

/** Where to go instead when the page around the phone has taken a place away. @param {string} to */
function still(to) {
  if (isGone("calls")) {
    if (/^\/(dialer|calls)(\/|$)/.test(to)) to = "/messages";
    if (/^\/settings\/(calling|ringtone|audio)$/.test(to)) to = "/settings";
  }
  if (isGone("contacts") && /^\/contacts/.test(to)) to = "/messages";
  if (gone().some((name) => to.startsWith(`/messages/${name || "-"}`))) to = "/messages";
  if (to.startsWith("/history")) {
    if (isGone("history")) to = "/messages";
    if (isGone("recordings") && to === "/history/recordings") to = "/history";
  }
  return isGone("text") && /^\/(messages|conversations|composeText|templates)/.test(to) ? "/settings" : to;
}

/** @type {Promise<unknown>} */
let held = Promise.resolve();

/**
 * Keeps panels back until their modules are there; before, a panel would be
 * drawn that nothing brings to life. The page around us may ask at any time.
 * @param {Promise<unknown>} modules
 */
export function hold(modules) {
  held = modules.catch(() => undefined); // the importer reports it
}

/** Goes to where the reader came from, or to the messages. */
export function goBack() {
  trail.pop();
  return navigate(trail.pop() || "/messages");
}

/** Has no way back lead to a place that is gone. @param {string} path */
export function forget(path) {
  for (let i = trail.length - 2; i >= 0; i--) if (trail[i] === path) trail.splice(i, 1);
}

/**
 * Opens the page to write a text, or the conversation that it belongs to.
 * @param {Prefill} [what]
 */
export function compose(what = {}) {
  prefill = what;
  const path = what.conversation ? `/conversations/${encodeURIComponent(what.conversation)}` : "/composeText";
  return navigate(path, { focus: true });
}

/** Opens the page of one number. @param {string} phoneNumber */
export const showNumber = (phoneNumber) => navigate(`/number/${encodeURIComponent(phoneNumber)}`, { focus: true });

/** What the dialer is to begin with. */
let dialled = "";

/** Opens the dialer with a number filled in; the user calls. @param {string} phoneNumber */
export function dial(phoneNumber) {
  dialled = phoneNumber;
  return navigate("/dialer", { focus: true });
}

/** What dial() was asked to fill in; answers once. @returns {string} */
export function takeDialled() {
  const number = dialled;
  dialled = "";
  return number;
}

/** What compose() was asked to fill in; answers once. @returns {Prefill | null} */
export function takePrefill() {
  const what = prefill;
  prefill = null;
  return what;
}

/**
 * Says a sentence at the top of the phone, with the way to the page that finds
 * out what stands in the way, where something did.
 * @param {string} sentence @param {boolean} [failed]
 */
export function alert(sentence, failed = true) {
  const box = /** @type {HTMLElement} */ (document.getElementById("alert"));
  /** @type {HTMLElement} */ (box.querySelector("[data-text]")).textContent = sentence;
  const why = /** @type {HTMLElement | null} */ (box.querySelector("[data-why]"));
  if (why) why.hidden = !failed;
  box.hidden = !sentence;
}

/** Says something to screen readers only. @param {string} sentence */
export function announce(sentence) {
  const live = document.getElementById("live");
  if (live) live.textContent = sentence;
}

/** The route that a path means; what is no route means the messages. @param {string} path */
export function known(path) {
  const clean = path.split(/[?#]/)[0].replace(/\/+$/, "") || "/";
  if (/^\/(|dialer|calls\/active|messages|messages\/voicemail|messages\/fax|messages\/fax\/new|composeText|contacts|settings|history|history\/recordings)$/.test(clean)) return clean;
  if (/^\/settings\/(calling|text|notifications|ringtone|audio|theme|language|region|keyboard|why|about)$/.test(clean)) return clean;
  if (/^\/settings\/(?!thirdParty\/)/.test(clean)) return "/settings";
  // Host pages name routes too: nothing may climb out of the panels.
  const [, place, page] = /^\/(customized|customizedTabs)\/(.+)$/.exec(clean) || [];
  if (page && !/(^|\/)\.{1,2}(\/|$)/.test(decoded(page))) return `/${place}/${encodeURIComponent(decoded(page))}`;
  const [, whose, number] = /^\/contacts\/personal\/(new|\d+)\/edit(?:\/([^/]+))?$/.exec(clean) || [];
  if (whose) return `/contacts/personal/${whose}/edit${number && !/^\.{1,2}$/.test(decoded(number)) ? `/${encodeURIComponent(decoded(number))}` : ""}`;
  const [, type, one] = /^\/contacts\/([^/]+)\/([^/]+)$/.exec(clean) || [];
  if (one && ![type, one].some((part) => /^\.{1,2}$/.test(decoded(part)))) return `/contacts/${encodeURIComponent(decoded(type))}/${encodeURIComponent(decoded(one))}`;
  if (clean.startsWith("/conferenceCall/")) return clean.startsWith("/conferenceCall/dialer") ? "/dialer" : "/calls/active";
  const [, call] = /^\/(?:calls|calls\/active|flip|transfer)\/([^/]+)(?:(?<=^\/transfer\/[^/]+)\/[^/]+)?$/.exec(clean) || [];
  if (call && !/^(\.{1,2}|now)$/.test(decoded(call))) return `/calls/active/${encodeURIComponent(decoded(call))}`;
  const [, id] = /^\/(?:conversations|number|history\/call|messages\/voicemail|messages\/fax|settings\/thirdParty|log\/messages|log\/call)\/([\w+~:=%.()!'*-]+)$/.exec(clean.replace(/^(\/conversations\/[^/]+)\/people$/, "$1")) || [];
  return id && !/^(\.|%2e){1,2}$/i.test(id) ? clean : "/messages";
}

/** An id as it was before it became part of an address. @param {string} part */
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** @param {string} path @param {boolean} [replace] */
function remember(path, replace) {
  if (path === "/") trail.length = 0;
  const before = trail.lastIndexOf(path);
  if (["/dialer", "/messages", "/history", "/contacts", "/settings"].includes(path) || path.startsWith("/customizedTabs/")) trail.length = 0;
  else if (before >= 0) trail.length = before;
  else if (replace) trail.pop();
  trail.push(path);
  body.dataset.route = path;
}

/** Tells the bottom bar and the list which place is open. @param {string} path */
function mark(path) {
  const own = ["/settings", "/contacts", "/history", "/dialer"].find((place) => path.startsWith(place)) ?? (path.startsWith("/calls/") ? "/dialer" : "/messages");
  const tab = path.startsWith("/customizedTabs/") ? path : path.startsWith("/log/call/") ? "/history" : own;
  for (const a of document.querySelectorAll("[data-tab]")) {
    if (a.getAttribute("data-tab") === tab) a.setAttribute("aria-current", "page");
    else a.removeAttribute("aria-current");
  }
}

/** @param {string} path @param {{focus?: boolean}} how */
async function show(path, how) {
  const panel = /** @type {HTMLElement} */ (document.getElementById("panel"));
  loading?.abort();
  const mine = (loading = new AbortController());
  if (signedIn()) await held;
  const seen = changes;
  if (path.startsWith("/customized")) await import("./page.js").then((page) => page.arrived(), () => undefined); // drawn, if not alive
  if (path.startsWith("/log/")) await import("./logform.js").catch(() => undefined);
  if (path.startsWith("/contacts/")) await import("./contact.js").catch(() => undefined); // its tabs take keys as soon as they are seen
  await showSide();
  // Whoever went on meanwhile has a newer panel on its way.
  if (mine.signal.aborted) return;
  const slow = setTimeout(() => put(panel, template("skeleton")), 180);
  panel.setAttribute("aria-busy", "true");
  try {
    const r = await ask(address(path), { signal: AbortSignal.any([mine.signal, AbortSignal.timeout(PATIENCE)]) });
    const text = await r.text();
    if (mine.signal.aborted) return; // as a refusal has it done, which goes to the sign-in panel
    clearTimeout(slow);
    await put(panel, r.ok ? text : failure(text));
  } catch (e) {
    if (mine.signal.aborted) return;
    clearTimeout(slow);
    await put(panel, failure(t("The phone cannot be reached right now. It will try again by itself.")));
  } finally {
    clearTimeout(slow);
  }
  panel.removeAttribute("aria-busy");
  alert("");
  document.dispatchEvent(new CustomEvent("oh:panel", { detail: { path, panel } }));
  if (seen !== changes) document.dispatchEvent(new CustomEvent("oh:resync"));
  if (how.focus || document.hasFocus()) focus(panel);
}

/** Where the server draws a route. @param {string} path */
function address(path) {
  if (path === "/") return "/panel/signin";
  if (path.startsWith("/settings/thirdParty/")) return path.replace("/settings/thirdParty/", "/service/settings/");
  if (path.startsWith("/calls/active/")) return path.replace("/calls/active/", "/panel/calls/");
  if (path.startsWith("/messages/")) return path.replace("/messages/", "/panel/");
  return path === "/messages" && wide.matches ? "/panel/nothing" : `/panel${path}`;
}

/** Where there is room, the list stands beside what is open. */
async function showSide() {
  const side = /** @type {HTMLElement} */ (document.getElementById("side"));
  const wanted = wide.matches && signedIn();
  if (wanted === Boolean(side.firstElementChild)) return;
  if (!wanted) return side.replaceChildren();
  // The list has one place at a time: its ids are unique.
  document.getElementById("panel")?.querySelector("[data-panel=messages]")?.remove();
  const r = await ask("/panel/messages", { signal: AbortSignal.timeout(PATIENCE) }).catch(() => null);
  if (r?.ok) await put(side, await r.text());
}

/** @param {HTMLElement} panel */
function focus(panel) {
  // Where there is a keyboard, a conversation is for writing; on a touch
  // screen the focus would cover half of it with keys.
  const first = matchMedia("(pointer: fine)").matches ? "[data-focus], [data-focus-fine]" : "[data-focus]";
  const at = /** @type {HTMLElement | null} */ (panel.querySelector(first) || panel.querySelector("h1"));
  at?.focus({ preventScroll: true });
}

/**
 * Draws the server's HTML in a place. For whoever is signed in, what brings it
 * to life is waited for; before that, nothing on a page asks the server by itself.
 * @param {Element} target @param {string} text
 */
export async function put(target, text) {
  if (signedIn()) await held;
  if (window.htmx) await htmx.swap({ text, target, swap: "innerHTML", sourceElement: target });
  else target.innerHTML = text;
}

/** @param {string} id */
const template = (id) => /** @type {HTMLTemplateElement} */ (document.getElementById(`${id}-template`)).innerHTML;

/** The error page with its sentence. @param {string} sentence */
function failure(sentence) {
  const template = /** @type {HTMLTemplateElement} */ (document.getElementById("failure-template"));
  const box = document.createElement("div");
  box.append(template.content.cloneNode(true));
  const at = box.querySelector("[data-text]");
  if (at) at.textContent = sentence.trim() || t("Something went wrong here. Please try again.");
  return box.innerHTML;
}

// A panel that did not open opens by itself once the server is back.
document.addEventListener("oh:online", (e) => /** @type {CustomEvent} */ (e).detail?.online && retry());
document.addEventListener("oh:resync", retry);
// Whatever an event changes, a panel that was drawn before it and arrives after
// it does not know.
for (const type of ["oh:conversation", "oh:draft", "oh:status", "oh:own", "oh:presence", "oh:service", "oh:resync"]) document.addEventListener(type, () => changes++);

function retry() {
  if (document.querySelector("#panel [data-panel=failure]")) void navigate(currentPath(), { replace: true });
}

// What is written in an open panel must outlive a change of the width: only
// the list moves, and what stands in for it where nothing is open.
wide.addEventListener("change", () => {
  if (signedIn()) void (currentPath() === "/messages" ? show("/messages", {}) : showSide());
});

document.addEventListener("click", (e) => {
  const at = e.target instanceof Element ? e.target.closest("[data-go], [data-again], [data-dismiss]") : null;
  if (!at) return;
  if (at.hasAttribute("data-dismiss")) return alert("");
  e.preventDefault();
  if (at.hasAttribute("data-again")) return void navigate(currentPath(), { replace: true });
  const to = at.getAttribute("data-go") || (at.getAttribute("href") || "").replace(/^#/, "");
  void visit(to);
});

document.addEventListener("keydown", (e) => {
  if (e.key !== "Escape" || e.defaultPrevented || document.querySelector("dialog[open], [data-row-menu][open]")) return; // it closes them
  const back = document.querySelector("#panel :is([data-go=goBack], [data-back])");
  if (back instanceof HTMLElement) back.click();
});

// What htmx asks for goes through the same door.
document.addEventListener("htmx:config:request", (e) => {
  /** @type {CustomEvent} */ (e).detail.ctx.fetch = send;
});
document.addEventListener("htmx:response:error", (e) => {
  const { ctx } = /** @type {CustomEvent} */ (e).detail;
  if (signedIn()) alert(ctx.text.trim());
});
