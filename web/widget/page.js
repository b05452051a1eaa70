// Owns the pages and tabs that a host page has described: brings an open one
// to life as a form, tells the host page what is done there, and keeps what
// was filled in while somebody looks elsewhere. Loaded with the first such page.
// @ts-check
import "./combo.js";
import { ask } from "./ask.js";
import { json } from "./fields.js";
import { Form } from "./form.js";
import { alert, currentPath, navigate } from "./nav.js";
import { ready, request, settled } from "./service.js";

/** What was filled in, by page, until somebody else signs in. @type {Map<string, {values: any, turn: number, told: Map<string, any[]>}>} */
const kept = new Map();
/** @type {Form | null} */
let open = null;

/** Host pages register a page and go there in one breath: it is drawn once the server has it. */
export const arrived = settled;

/** The page that was asked for and has come while it was on its way. */
let heard = "";

/** What the address bar would say, if the phone had one. */
const wanted = () => /^\/customized(?:Tabs)?\/(.+)$/.exec(currentPath())?.[1];

/** A page that was not there when it was asked for opens once it is. */
function again() {
  if (heard !== wanted() || !document.querySelector("#panel [data-panel=failure]")) return;
  heard = "";
  void navigate(currentPath(), { replace: true });
}

/** @param {HTMLElement} root */
function bring(root) {
  const id = root.dataset.page ?? "";
  const route = currentPath();
  const page = (/** @type {any} */ formData) => ({ id, ...json(root.dataset.stored), formData });
  open = new Form(root, {
    draw: (filled) => draw(route, filled),
    input: async (formData, keys) => {
      keep(id);
      await ready;
      await request("customizedPageInputChangedEventPath", { page: page(formData), formData, keys });
    },
    press: (button, formData) => press({ id: button, type: "button", formData }),
    submit: (formData) => press({ id, type: "submit", formData }),
    tabAction: (button) => press({ id: button, type: "customizedTabAction", tabId: id }),
    say: alert,
  }, kept.get(id));
}

/** @param {object} button */
async function press(button) {
  await ready;
  await request("buttonEventPath", { button });
}

/** @param {string} id */
function keep(id) {
  if (open) kept.set(id, { values: open.values, turn: open.turn, told: open.told });
}

/** @param {string} route @param {object} filled @returns {Promise<string | null>} */
async function draw(route, filled) {
  const answer = await ask(`/panel${route}`, { method: "POST", body: JSON.stringify(filled) }).catch(() => null);
  if (answer?.ok) return answer.text();
  if (answer && answer.status < 500 && answer.status !== 401) alert((await answer.text()).trim());
  return null; // the next change, or the connection's return, asks again
}

function close() {
  if (open) keep(open.root.dataset.page ?? "");
  open?.close();
  open = null;
}

document.addEventListener("oh:leave", () => {
  heard = "";
  close();
});
document.addEventListener("oh:panel", (e) => {
  close();
  const root = /** @type {CustomEvent} */ (e).detail.panel.querySelector("[data-panel=page]:not([data-kind=log])");
  if (!(root instanceof HTMLElement)) return again();
  bring(root);
  if (heard === wanted()) void open?.redraw(); // it came anew while it was on its way
});
document.addEventListener("oh:session", () => {
  close();
  kept.clear();
});
document.addEventListener("oh:resync", () => open && void open.redraw());
document.addEventListener("oh:service", (e) => {
  const { what, id } = /** @type {CustomEvent} */ (e).detail ?? {};
  if (what !== "page") return;
  if (open && open.root.dataset.page === id) return void open.redraw();
  heard = encodeURIComponent(id);
  again();
});
