// The front page: what is chosen becomes a snippet, a sentence for what is
// wrong with it, and a phone beside it. What was chosen stands in this page's
// own fragment, so that it can be kept and passed on; secrets never do.
// @ts-check
import { advise } from "./advice.js";
import { command, originOf, query, read, snippet } from "./snippet.js";

/** @typedef {import("./snippet.js").Form} Form */
/** @typedef {import("./advice.js").Advice} Advice */

const url = document.body.dataset.url ?? location.origin;
/** How long somebody must have stopped typing before the phone is drawn anew. */
const PAUSE = 400;

/** @template {Element} [T=HTMLElement] @param {string} selector @returns {T} */
const one = (selector) => /** @type {any} */ (document.querySelector(selector));
/** @param {string} selector @returns {HTMLElement[]} */
const all = (selector) => [...document.querySelectorAll(selector)].map((e) => /** @type {HTMLElement} */ (e));

const fields = all("[data-parameter]").map((box) => ({
  name: box.dataset.parameter ?? "",
  old: box.dataset.old ?? "",
  label: box.dataset.label ?? "",
  entry: box.dataset.entry ?? "",
  script: "script" in box.dataset,
  needs: box.dataset.needs ?? "",
  clashes: (JSON.parse(box.dataset.clashes || "null") ?? []).map((/** @type {any} */ c) => ({ with: c.With, sentence: c.Sentence })),
  box,
  input: /** @type {HTMLInputElement | HTMLSelectElement} */ (box.querySelector("[data-value]")),
}));
const page = /** @type {HTMLInputElement} */ (one("[data-page]"));

/** What is said of parameters that were brought along and cannot be chosen. @type {Advice[]} */
let brought = [];
/** What the server says of the app and the page. @type {Advice[]} */
let verdict = [];

/** @param {(typeof fields)[number]} field */
function valueOf({ input }) {
  if (input instanceof HTMLInputElement && input.type === "checkbox") return input.checked ? "1" : "";
  return input.value.trim();
}

/** @returns {Map<string, string>} what is chosen, by name */
const chosen = () => new Map(fields.map((f) => /** @type {[string, string]} */ ([f.name, valueOf(f)])).filter(([, value]) => value));

/** @returns {Form} */
const form = () => /** @type {any} */ (one("[data-forms] input:checked")).value;

/** @type {Record<Form, string>} */
const ABOUT = {
  script: "One line, anywhere in the page: a phone in the corner, with RCAdapter to drive it.",
  frame: "For a page that has a place for the phone. No corner, no badge, no RCAdapter; messages work alike.",
  module: "For applications with modules: what the phone can do has types, and every call a promise.",
};

function draw() {
  const values = chosen();
  one("[data-snippet]").textContent = snippet(url, fields, values, form());
  one("[data-form-about]").textContent = ABOUT[form()];
  const platform = /** @type {HTMLOptionElement | null} */ (document.querySelector("#p-appServer option:nth-child(2)"))?.value ?? "";
  one("[data-command]").textContent = command(values, originOf(page.value), platform);
  one("[data-stage-page]").textContent = page.value.trim() || "your page";
  drawAdvice([...brought, ...verdict, ...pageAdvice(), ...advise(fields, values, form())]);
  for (const group of all("[data-group]")) {
    const n = fields.filter((f) => group.contains(f.box) && valueOf(f)).length;
    const count = /** @type {HTMLElement} */ (group.querySelector("[data-count]"));
    count.hidden = n === 0;
    count.textContent = `${n} chosen`;
  }
}

/** @returns {Advice[]} */
function pageAdvice() {
  const text = page.value.trim();
  return text && !originOf(text) ? [{ name: "page", wrong: true, sentence: "Your page’s address must begin with https:// (or http:// on your own machine)." }] : [];
}

let said = "";
/** @param {Advice[]} advice */
function drawAdvice(advice) {
  const text = JSON.stringify(advice);
  if (text === said) return; // it is read aloud when it changes
  said = text;
  one("[data-advice]").replaceChildren(...advice.map(({ wrong, sentence }) => {
    const item = document.createElement("li");
    item.className = wrong ? "advice__item advice__item--wrong" : "advice__item";
    item.textContent = sentence;
    return item;
  }));
  const wrong = new Set(advice.filter((a) => a.wrong).map((a) => a.name));
  for (const { name, input } of fields) input.setAttribute("aria-invalid", String(wrong.has(name)));
}

/** What the phone's address says; parameters that decide whether there is one. */
const DECIDES = ["clientId", "appServer", "prefix", "redirectUri"];

/** @type {AbortController | undefined} */
let checking;
async function check() {
  checking?.abort();
  const mine = (checking = new AbortController());
  const values = chosen();
  if (!values.get("clientId")) return judge({ here: "", there: "" });
  const q = new URLSearchParams(DECIDES.flatMap((name) => (values.get(name) ? [[name, values.get(name) ?? ""]] : [])));
  if (originOf(page.value)) q.set("page", originOf(page.value));
  const said = await verdictOf(q, mine.signal).catch(() => ({ here: "The server does not answer right now, so nobody knows whether it has this app.", there: "" }));
  if (!mine.signal.aborted) judge(said);
}

/** @param {URLSearchParams} q @param {AbortSignal} signal @returns {Promise<{here: string, there: string}>} */
async function verdictOf(q, signal) {
  const answer = await fetch(`/configurator/check?${q}`, { signal });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

/** @param {{here: string, there: string}} said */
function judge({ here, there }) {
  verdict = [...new Set([here, there])].filter(Boolean).map((sentence) => ({ name: "clientId", wrong: true, sentence }));
  draw();
  preview(here);
}

let shown = "";
/** Draws the phone anew when something of it has changed. @param {string} refused why there is none */
function preview(refused) {
  const frame = /** @type {HTMLIFrameElement} */ (one("[data-stage]"));
  const none = one("[data-stage-none]");
  const values = chosen();
  frame.hidden = !values.get("clientId") || refused !== "";
  none.hidden = !frame.hidden;
  one("[data-stage-none] [data-text]").textContent = refused || "Enter the client id of your app to see the phone.";
  const q = query(fields, values, form());
  q.set("as", form() === "frame" ? "frame" : "script");
  const to = frame.hidden ? "about:blank" : `/configurator/stage?${q}`;
  if (to === shown) return;
  shown = to;
  frame.contentWindow?.location.replace(to); // leaves no trace in the history
}

/** Keeps in the fragment what is chosen. */
function keep() {
  const q = query(fields, chosen(), "script");
  if (form() !== "script") q.set("as", form());
  if (originOf(page.value)) q.set("page", originOf(page.value));
  history.replaceState(null, "", q.size ? `#${q}` : location.pathname);
}

/**
 * Takes parameters that somebody brings; what cannot be chosen is said why.
 * @param {Map<string, string>} values
 * @returns {number} how many were taken
 */
function take(values) {
  brought = [];
  let n = 0;
  for (const [name, value] of values) {
    const field = fields.find((f) => f.name === name || f.old === name);
    if (field && put(field, value)) n++;
    else brought.push(refusal(name, Boolean(field)));
  }
  for (const group of /** @type {HTMLDetailsElement[]} */ (all("[data-group]"))) {
    group.open ||= fields.some((f) => group.contains(f.box) && valueOf(f));
  }
  return n;
}

/** @param {(typeof fields)[number]} field @param {string} value */
function put({ input }, value) {
  if (input instanceof HTMLInputElement && input.type === "checkbox") return (input.checked = true);
  input.value = value;
  return input.value === value;
}

/** @param {string} name @param {boolean} known @returns {Advice} */
function refusal(name, known) {
  const short = name.slice(0, 60);
  if (known) return { name, wrong: true, sentence: `The ${short} of your snippet is none that this server knows. It was left out.` };
  const secret = all("[data-secret]").find((e) => e.dataset.secret === name || e.dataset.old === name);
  if (secret) return { name, wrong: true, sentence: `${short} was left out. ${secret.dataset.why}` };
  const idle = all("[data-idle]").find((e) => e.dataset.idle === name);
  if (idle) return { name, wrong: false, sentence: `${short} was left out. ${(idle.dataset.why ?? "").replaceAll("`", "")}` };
  return { name, wrong: false, sentence: `There is no parameter ${short}. It was left out.` };
}

function clear() {
  for (const { input } of fields) {
    if (input instanceof HTMLInputElement && input.type === "checkbox") input.checked = false;
    else input.value = "";
  }
}

/** @param {Form} to */
function choose(to) {
  const radio = one(`[data-forms] input[value="${to}"]`);
  if (radio instanceof HTMLInputElement) radio.checked = true;
}

/** @param {string} sentence */
const announce = (sentence) => void (one("[data-live]").textContent = sentence);

/** @param {string} button @param {string} from */
function copies(button, from) {
  const at = one(button);
  const label = /** @type {HTMLElement} */ (at.querySelector("[data-text]"));
  const usual = label.textContent;
  at.addEventListener("click", async () => {
    const code = one(from);
    try {
      await navigator.clipboard.writeText(code.textContent ?? "");
    } catch {
      getSelection()?.selectAllChildren(code);
      return announce("Your browser lets no page copy here. The text is selected: copy it with the keyboard.");
    }
    label.textContent = "Copied";
    announce("Copied");
    setTimeout(() => (label.textContent = usual), 2000);
  });
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let pause;
one("[data-choices]").addEventListener("input", (e) => {
  if (e.target instanceof HTMLTextAreaElement) return;
  draw();
  clearTimeout(pause);
  pause = setTimeout(() => (keep(), void check()), PAUSE);
});
one("[data-choices]").addEventListener("submit", (e) => e.preventDefault());
one("[data-forms]").addEventListener("change", () => (keep(), draw(), void check()));

one("[data-read]").addEventListener("click", () => {
  const field = /** @type {HTMLTextAreaElement} */ (one("#paste"));
  const found = read(field.value);
  if (!found) {
    brought = [{ name: "paste", wrong: true, sentence: "There is no address of adapter.js or app.html in what you pasted." }];
    return draw();
  }
  clear();
  const n = take(found.values);
  field.value = ""; // it may hold a secret
  choose(found.form);
  announce(`${n} of ${found.values.size} parameters were taken.`);
  keep();
  draw();
  void check();
});

copies("[data-copy-snippet]", "[data-snippet]");
copies("[data-copy-command]", "[data-command]");

/** What this page was opened with; else what the server begins with. */
function begin() {
  const q = new Map(new URLSearchParams(location.hash.slice(1)));
  const as = q.get("as");
  if (as === "frame" || as === "module") choose(as);
  if (q.has("page")) page.value = q.get("page") ?? "";
  q.delete("as");
  q.delete("page");
  clear();
  const first = /** @type {HTMLInputElement} */ (fields.find((f) => f.name === "clientId")?.input);
  first.value = document.body.dataset.clientId ?? "";
  if (take(q) || brought.length > 0) keep();
  draw();
  void check();
}
begin();
