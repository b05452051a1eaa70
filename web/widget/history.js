// Owns the history of calls: narrowing the list, moving in it by keys, noting
// that missed calls have been looked at, and playing what was recorded.
// @ts-check
import { ask, frameURL, held } from "./ask.js";
import { announce, currentPath } from "./nav.js";

/** Speeds of a player, in turn. */
const SPEEDS = [1, 1.25, 1.5, 2, 0.75];

/** @param {number} seconds as players write it */
export function minutes(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  const rest = String(s % 60).padStart(2, "0");
  return s < 3600 ? `${Math.floor(s / 60)}:${rest}` : `${Math.floor(s / 3600)}:${String(Math.floor(s / 60) % 60).padStart(2, "0")}:${rest}`;
}

/** @returns {HTMLElement | null} */
const list = () => document.querySelector("#panel [data-panel=history]");

/** Missed calls that are on a screen somebody looks at are no news any more. */
function see() {
  const badge = document.querySelector("[data-missed-badge]");
  if (!list() || document.hidden || !(badge instanceof HTMLElement) || badge.hidden) return;
  void ask("/panel/history/seen", { method: "POST" }).catch(() => undefined); // the next look tells again
}

/** @param {HTMLElement} chip */
function narrow(chip) {
  const root = /** @type {HTMLElement} */ (chip.closest("[data-panel=history]"));
  for (const other of root.querySelectorAll("[data-calls]")) other.setAttribute("aria-pressed", String(other === chip));
  /** @type {HTMLInputElement} */ (root.querySelector("#calls-only")).value = chip.dataset.calls ?? "";
  const shown = root.querySelector("#calls-shown");
  if (shown instanceof HTMLInputElement) shown.value = "";
  const calls = /** @type {HTMLElement} */ (root.querySelector("#calls"));
  calls.scrollTop = 0;
  calls.dispatchEvent(new CustomEvent("oh:narrow"));
}

/** Arrows go from call to call; whoever types in the list searches. @param {KeyboardEvent} e */
function key(e) {
  const root = list();
  const at = document.activeElement;
  if (!root?.contains(at) || e.isComposing || e.altKey || e.ctrlKey || e.metaKey || !at) return;
  const field = /** @type {HTMLElement} */ (root.querySelector("#calls-search"));
  const rows = /** @type {HTMLElement[]} */ ([...root.querySelectorAll(".call-row__open")]);
  const i = rows.indexOf(/** @type {HTMLElement} */ (at));
  if (i < 0 && at !== field) return;
  const to = { ArrowDown: rows[i + 1], ArrowUp: i > 0 ? rows[i - 1] : field }[e.key];
  if (to) {
    e.preventDefault();
    return to.focus();
  }
  if (at === field) {
    if (e.key === "Enter") rows[0]?.click();
    return;
  }
  if (e.key === "Home" || e.key === "End") {
    e.preventDefault();
    return rows.at(e.key === "Home" ? 0 : -1)?.focus();
  }
  if (e.key.length === 1 && e.key !== " ") field.focus();
}

/** Plays one recording. */
class Player {
  #audio = new Audio();
  #closing = new AbortController();
  #loaded = false;
  #blob = "";

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.button = /** @type {HTMLButtonElement} */ (root.querySelector("[data-play]"));
    this.slider = /** @type {HTMLInputElement} */ (root.querySelector("[data-at]"));
    this.speed = /** @type {HTMLElement} */ (root.querySelector("[data-speed]"));
    const { signal } = this.#closing;
    this.button.addEventListener("click", () => void this.#toggle(), { signal });
    this.slider.addEventListener("input", () => this.#seek(), { signal });
    this.slider.addEventListener("keydown", (e) => this.#step(e), { signal });
    this.speed.addEventListener("click", () => this.#faster(), { signal });
    for (const type of ["timeupdate", "play", "pause", "ended", "loadedmetadata", "durationchange"]) this.#audio.addEventListener(type, () => this.#draw(), { signal });
    this.#audio.addEventListener("error", () => void this.#fail(), { signal });
    this.#audio.preload = "none";
  }

  close() {
    this.#closing.abort();
    this.#audio.pause();
    this.#audio.removeAttribute("src");
    this.#audio.load(); // lets go of the connection
    if (this.#blob) URL.revokeObjectURL(this.#blob);
  }

  async #toggle() {
    if (!this.#audio.paused) return this.#audio.pause();
    this.#say("");
    this.root.setAttribute("aria-busy", "true");
    try {
      await this.#load();
      await this.#audio.play();
    } catch (e) {
      if (!this.#closing.signal.aborted && !this.#audio.error) this.#say(/** @type {Error} */ (e).message);
    }
    this.root.removeAttribute("aria-busy");
  }

  /** The element cannot show a handle: where one stands for the cookie, the whole is fetched. */
  async #load() {
    if (this.#loaded) return;
    const address = this.root.dataset.player ?? "";
    if (held()) {
      const answer = await ask(address.slice(frameURL("").length), { signal: this.#closing.signal });
      if (!answer.ok) throw new Error((await answer.text()).trim());
      this.#blob = URL.createObjectURL(await answer.blob());
    }
    this.#audio.src = this.#blob || address;
    this.#loaded = true;
    if (Number(this.slider.value) > 0) this.#audio.currentTime = Number(this.slider.value);
  }

  /** The slider's own steps are finer than anybody hears. @param {KeyboardEvent} e */
  #step(e) {
    const by = { ArrowRight: 5, ArrowUp: 5, ArrowLeft: -5, ArrowDown: -5, PageUp: 15, PageDown: -15 }[e.key];
    if (!by) return;
    e.preventDefault();
    this.slider.value = String(Number(this.slider.value) + by);
    this.#seek();
  }

  #seek() {
    if (this.#loaded) this.#audio.currentTime = Number(this.slider.value);
    this.#tell(Number(this.slider.value));
  }

  #faster() {
    const next = SPEEDS[(SPEEDS.indexOf(this.#audio.playbackRate) + 1) % SPEEDS.length];
    this.#audio.playbackRate = this.#audio.defaultPlaybackRate = next;
    /** @type {HTMLElement} */ (this.speed.querySelector("[data-rate]")).textContent = `${next}×`;
  }

  #draw() {
    const { duration, currentTime, paused } = this.#audio;
    this.root.toggleAttribute("data-playing", !paused);
    this.button.setAttribute("aria-label", paused ? "Play" : "Pause");
    if (Number.isFinite(duration) && duration > 0) {
      this.slider.max = String(duration);
      /** @type {HTMLElement} */ (this.root.querySelector("[data-total]")).textContent = minutes(duration);
    }
    this.slider.value = String(currentTime);
    this.#tell(currentTime);
  }

  /** @param {number} seconds */
  #tell(seconds) {
    /** @type {HTMLElement} */ (this.root.querySelector("[data-now]")).textContent = minutes(seconds);
    this.slider.setAttribute("aria-valuetext", `${minutes(seconds)} of ${this.root.querySelector("[data-total]")?.textContent}`);
  }

  /** The element does not say why; the server does. */
  async #fail() {
    if (!this.#loaded) return;
    this.#loaded = false;
    this.root.removeAttribute("aria-busy");
    const address = (this.root.dataset.player ?? "").slice(frameURL("").length);
    const answer = await ask(address, { headers: { Range: "bytes=0-0" }, signal: this.#closing.signal }).catch(() => null);
    if (this.#closing.signal.aborted) return;
    this.#say(answer && !answer.ok ? (await answer.text()).trim() : "This recording cannot be played in this browser.");
  }

  /** @param {string} sentence */
  #say(sentence) {
    const at = /** @type {HTMLElement} */ (this.root.querySelector("[data-failed]"));
    at.textContent = sentence;
    at.hidden = !sentence;
  }
}

/** @type {Player | null} */
let open = null;

function close() {
  open?.close();
  open = null;
}

/** What was narrowed, so that the way back leads there. */
let kept = "";

function look() {
  close();
  const root = document.querySelector("#panel [data-player]");
  if (root instanceof HTMLElement) open = new Player(root);
  const panel = list();
  const chip = panel && currentPath() === "/history" && panel.querySelector(`[data-calls="${CSS.escape(kept)}"]`);
  if (chip instanceof HTMLElement && chip.getAttribute("aria-pressed") !== "true") narrow(chip);
  see();
}

document.addEventListener("oh:panel", look);
document.addEventListener("oh:leave", close);
document.addEventListener("oh:session", () => {
  close();
  kept = "";
});
document.addEventListener("oh:missed", see);
document.addEventListener("visibilitychange", see);
document.addEventListener("keydown", key);
document.addEventListener("click", (e) => {
  const chip = e.target instanceof Element ? e.target.closest("[data-calls]") : null;
  if (!(chip instanceof HTMLElement)) return;
  kept = chip.dataset.calls ?? "";
  narrow(chip);
});
/** How many calls were there when older ones were asked for; below zero when nobody asked. */
let before = -1;
const count = () => list()?.querySelectorAll(".call-row").length ?? 0;
document.addEventListener("click", (e) => {
  const older = e.target instanceof Element ? e.target.closest("[data-older]") : null;
  if (!(older instanceof HTMLElement)) return;
  before = count();
  older.setAttribute("aria-busy", "true");
});
// Whoever asked for older calls learns how it went; htmx draws them.
document.addEventListener("htmx:after:swap", () => {
  const root = list();
  if (!root || before < 0) return;
  const older = root.querySelector("[data-older]");
  older?.removeAttribute("aria-busy");
  announce(count() > before ? `${count()} calls are shown.` : "No older call was found.");
  if (document.activeElement === document.body) /** @type {HTMLElement | null} */ (older ?? root.querySelector("h1"))?.focus();
  before = -1;
});
look();
