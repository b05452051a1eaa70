// Owns voicemail and faxes: playing from the list, noting what was heard and
// looked at, marking, deleting and having back, copying what was said, and
// saving documents.
// @ts-check
import { ask } from "./ask.js";
import { after } from "./focus.js";
import { n, t } from "./lang.js";
import { save } from "./media.js";
import { alert, announce, currentPath, goBack, navigate } from "./nav.js";
import { offer, UNDO } from "./undoline.js";

/** What is said of several that were deleted. @type {Record<string, (count: number) => string>} */
const MANY = {
  voicemail: (count) => n(count, "{0} voicemail was deleted.", "{0} voicemails were deleted."),
  fax: (count) => n(count, "{0} fax was deleted.", "{0} faxes were deleted."),
};
/** What is said when older ones were asked for. @type {Record<string, (count: number) => string>} */
const SHOWN = {
  voicemail: (count) => n(count, "{0} voicemail is shown.", "{0} voicemails are shown."),
  fax: (count) => n(count, "{0} fax is shown.", "{0} faxes are shown."),
};
const NONE_OLDER = t("Nothing older was found.");
/** What tells that nobody has heard or looked at what is open. */
const FRESH = ["data-unheard", "data-unseen"];
const OFFLINE = t("There is no connection right now. Try again in a moment.");

/** @param {string} id @param {string} what @param {Record<string, string>} [fields] */
async function post(id, what, fields = {}) {
  const r = await ask(`/panel/mail/${encodeURIComponent(id)}/${what}`, { method: "POST", body: new URLSearchParams(fields) }).catch(() => null);
  if (r?.ok) return true;
  alert(r ? (await r.text()).trim() : OFFLINE);
  return false;
}

/** @param {HTMLElement} at */
async function mark(at) {
  const { mailMark: as = "", of = "" } = at.dataset;
  for (const name of FRESH) document.querySelector(`[${name}]`)?.removeAttribute(name);
  if ((await post(of, "mark", { as })) && at.hasAttribute("data-leave")) await goBack();
}

/** @param {HTMLElement} at */
async function remove(at) {
  const { mailDelete: id = "", of: kind = "" } = at.dataset;
  if (at.getAttribute("aria-busy") === "true") return;
  at.setAttribute("aria-busy", "true");
  const here = currentPath();
  const row = at.closest(".mail-row");
  const name = (row?.querySelector(".row__name") ?? at.closest(".view")?.querySelector("h1"))?.textContent ?? "";
  const said = (at.dataset.said ?? "").replace("{name}", () => `\u2068${name}\u2069`); // whichever way it is written
  const follow = after(row ? [row] : []);
  const gone = await post(id, "delete");
  at.removeAttribute("aria-busy");
  if (!gone) return;
  if (at.hasAttribute("data-leave") && currentPath() === here) await goBack();
  else if (row) follow();
  offer(
    [said],
    async () => {
      const back = await post(id, "delete/undone");
      if (back) announce(t("It is back."));
      return back;
    },
    { ms: UNDO, kind, many: MANY[kind] },
  );
  announce(t("{0} Undo is at the top of the phone.", said));
}

/** Opens a message of the list and plays it. @param {string} href */
async function play(href) {
  await navigate(href.replace(/^#/, ""), { focus: true });
  const { current } = await import("./player.js");
  await current()?.play();
}

/** What is heard, or looked at, is no news any more. @param {Event} e */
function heard(e) {
  const panel = e.target instanceof Element ? e.target.closest("[data-unheard], [data-unseen]") : null;
  if (!(panel instanceof HTMLElement)) return;
  for (const name of FRESH) panel.removeAttribute(name);
  void post(panel.dataset.mail ?? "", "mark", { as: "read" });
}

/** @param {Element} at */
async function copy(at) {
  const text = at.closest("#spoken")?.querySelector("[data-spoken]")?.textContent ?? "";
  try {
    await navigator.clipboard.writeText(text);
    announce(t("The transcription was copied."));
    at.setAttribute("data-copied", "");
  } catch {
    alert(t("This page may not use the clipboard. Select the words and copy them."));
  }
}

const rows = () => document.querySelectorAll(".mail-row").length;
/** How many were there when older ones were asked for; below zero when nobody asked. */
let before = -1;

/** Whoever asked for older ones learns how it went; htmx draws them. */
function grown() {
  if (before < 0) return;
  const older = /** @type {HTMLElement | null} */ (document.querySelector("[data-older-mail]"));
  older?.removeAttribute("aria-busy");
  const kind = document.getElementById("faxes") ? "fax" : "voicemail";
  announce(rows() > before ? SHOWN[kind](rows()) : NONE_OLDER);
  if (document.activeElement === document.body) (older ?? /** @type {HTMLElement | null} */ (document.querySelector("#panel h1")))?.focus();
  before = -1;
}

document.addEventListener("htmx:after:swap", grown);
document.addEventListener("htmx:response:error", () => {
  document.querySelector("[data-older-mail]")?.removeAttribute("aria-busy");
  before = -1;
});
document.addEventListener("oh:played", heard);
document.addEventListener("oh:looked", heard);
document.addEventListener("click", (e) => {
  const older = e.target instanceof Element ? e.target.closest("[data-older-mail]") : null;
  if (older) {
    before = rows();
    return older.setAttribute("aria-busy", "true");
  }
  const at = e.target instanceof Element ? e.target.closest("[data-mail-mark], [data-mail-delete], [data-mail-play], [data-spoken-copy], [data-paper-save]") : null;
  if (!(at instanceof HTMLElement)) return;
  if (at instanceof HTMLAnchorElement && at.hasAttribute("data-paper-save")) {
    e.preventDefault();
    return void save(at).catch((err) => alert(err.message || OFFLINE));
  }
  if (at.dataset.mailMark) void mark(at);
  else if (at.dataset.mailDelete) void remove(at);
  else if (at.dataset.mailPlay) void play(at.dataset.mailPlay);
  else void copy(at);
});

/** Arrows go from message to message; whoever types in the list searches. @param {KeyboardEvent} e */
function key(e) {
  const root = document.querySelector("#panel :is([data-panel=voicemails], [data-panel=faxes])");
  const at = document.activeElement;
  if (!root?.contains(at) || e.isComposing || e.altKey || e.ctrlKey || e.metaKey || !at || at.closest("[data-row-menu]")) return;
  const field = /** @type {HTMLElement} */ (root.querySelector(".search__field"));
  const rows = /** @type {HTMLElement[]} */ ([...root.querySelectorAll(".mail-row__open")]);
  const i = rows.indexOf(/** @type {HTMLElement} */ (at));
  if (i < 0 && at !== field) return;
  const to = { ArrowDown: rows[i + 1], ArrowUp: i > 0 ? rows[i - 1] : field }[e.key];
  if (!to) return;
  e.preventDefault();
  to.focus();
}
document.addEventListener("keydown", key);
