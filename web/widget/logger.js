// Brings logging to life in this frame: connects the tab's part (log.js) with
// the server, the page and the socket, and gives the switches and buttons of
// logging something to do. Loaded where something is logged.
// @ts-check
import { ask } from "./ask.js";
import { tab } from "./events.js";
import { host } from "./host.js";
import { t } from "./lang.js";
import { Logger } from "./log.js";
import { alert, announce, currentPath, navigate, signedIn } from "./nav.js";
import { request } from "./service.js";
import "./typing.js";

/** Whether the phone's address has a switch; any value but an empty one counts. @param {string} name */
const set = (name) => Boolean(new URLSearchParams(location.search).get(name) || new URLSearchParams(location.hash.slice(1)).get(name));

/** @param {string} path @param {object} body */
const post = (path, body) => ask(path, { method: "POST", body: JSON.stringify(body) }).catch(() => null);

/** The session of the call that is open, as loggers have it. */
function session() {
  const form = /^\/log\/call\/(.+)/.exec(currentPath())?.[1];
  const page = document.querySelector("#panel [data-panel=call]");
  return form ? decodeURIComponent(form) : ((page instanceof HTMLElement && page.dataset.session) || "");
}

/** The conversation, or the call, that is open. */
function shownThing() {
  return { message: decodeURIComponent(/^\/conversations\/([^/]+)/.exec(currentPath())?.[1] ?? ""), call: session() };
}

const logger = new Logger({
  tab,
  defaults: { message: set("defaultAutoLogMessageEnabled"), call: set("defaultAutoLogCallEnabled") },
  open: shownThing,
  post,
  request,
  tell: (message) => host.tell(message),
});

/** Sends what a log form holds. @param {string} kind @param {string} id @param {Record<string, any>} FormData */
export const saveForm = (kind, id, FormData) => logger.press(kind, id, { FormData });

/** Logs chosen texts of a conversation. @param {string} conversation @param {number[]} Messages */
export const logChosen = (conversation, Messages) => logger.press("message", conversation, { Messages });

/** The page wants to be asked about these calls again. @param {string[]} SessionIDs */
export async function rematch(SessionIDs) {
  if (!signedIn()) return;
  const answer = await post("/log/matches/again", { SessionIDs });
  if (answer?.ok) return logger.next();
  if (answer) console.warn(`rc-adapter-trigger-call-logger-match: ${(await answer.text()).trim()}`);
}

/** Says what became of a log. @param {import("./log.js").End} end @param {boolean} [view] the page was only to show it */
export function tell({ logged, why }, view = false) {
  if (why) alert(why);
  else if (!view) announce(logged ? t("Logged.") : t("The log is on its way."));
}

/** What rc-adapter-update-auto-log-settings asks for; before sign-in it waits. @type {{message?: boolean, call?: boolean} | null} */
let wish = null;

/** @param {{message?: boolean, call?: boolean}} to */
export async function setAuto({ message, call }) {
  wish = { ...wish, ...(message !== undefined && { message }), ...(call !== undefined && { call }) };
  return grant();
}

/** @returns {Promise<string | void>} why not all of it was done */
async function grant() {
  if (!wish || !signedIn()) return;
  const asked = wish;
  wish = null;
  const why = await logger.choose(asked, true);
  if (why) console.warn(`rc-adapter-update-auto-log-settings: ${why}`);
  await logger.next();
  if (why) return why;
}

const next = () => signedIn() && void logger.next();
document.addEventListener("oh:service", (e) => {
  const { what } = /** @type {CustomEvent} */ (e).detail ?? {};
  if (what === "log") next();
  if (what === "log" || what === "logged") document.dispatchEvent(new CustomEvent("oh:logged"));
});
for (const type of ["oh:resync", "oh:service-known", "oh:panel", "oh:message", "oh:calls"]) document.addEventListener(type, next);
document.addEventListener("oh:session", () => void grant());
document.addEventListener("oh:online", (e) => /** @type {CustomEvent} */ (e).detail?.online && next());

document.addEventListener("click", (e) => {
  const at = e.target instanceof Element ? e.target.closest("[data-log], [data-logs-retry], [data-logs-discard]") : null;
  if (!(at instanceof HTMLButtonElement)) return;
  if (at.dataset.logForm) return void navigate(at.dataset.logForm, { focus: true });
  if (at.dataset.log !== undefined) return void log(at, at.dataset.log);
  void wait(at, at.hasAttribute("data-logs-retry") ? "/log/retry" : "/log/discard");
});

/** @param {HTMLButtonElement} at @param {string} id */
async function log(at, id) {
  if (at.getAttribute("aria-busy") === "true") return;
  at.setAttribute("aria-busy", "true");
  const { logKind = "message", logView } = at.dataset;
  tell(await logger.press(logKind, id, logView === undefined ? {} : { View: true }), logView !== undefined);
  at.removeAttribute("aria-busy");
}

/** @param {HTMLButtonElement} at @param {string} path */
async function wait(at, path) {
  at.disabled = true;
  const answer = await post(path, {});
  at.disabled = false;
  if (!answer?.ok) say(at, answer ? (await answer.text()).trim() : t("There is no connection right now."));
}

document.addEventListener("change", (e) => {
  const at = e.target;
  if (at instanceof HTMLInputElement && at.dataset.autoLog) void flip(at, at.dataset.autoLog);
});

/** @param {HTMLInputElement} at @param {string} kind */
async function flip(at, kind) {
  say(at, "");
  const why = await logger.choose({ [kind]: at.checked });
  if (why) at.checked = !at.checked;
  say(at, why);
}

/** @param {Element} near @param {string} sentence */
function say(near, sentence) {
  const box = near.closest("#log-card")?.querySelector("[data-logs-error]");
  if (!(box instanceof HTMLElement)) return;
  box.textContent = sentence;
  box.hidden = !sentence;
}

// Whom a conversation or call is with was picked: what is logged by itself is
// logged anew, and its page need not show it.
document.addEventListener("oh:picked", () => {
  const { message, call } = shownThing();
  if (call) void logger.press("call", call, { Chosen: true });
  else if (message) void logger.press("message", message, { Chosen: true });
});

// Where texts are chosen one by one.
const choose = () => document.querySelector("[data-log-chosen]") && void import("./granular.js");
document.addEventListener("oh:panel", choose);
document.addEventListener("htmx:after:swap", choose);
choose();

next();
