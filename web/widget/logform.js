// Owns the forms of logs, of messages and of calls: brings it to life, tells the host page
// what is filled in and pressed, and logs the conversation or call with what it holds.
// Loaded with the first such form.
// @ts-check
import "./combo.js";
import { ask } from "./ask.js";
import { json } from "./fields.js";
import { Form } from "./form.js";
import { saveForm, tell } from "./logger.js";
import { alert, currentPath, goBack } from "./nav.js";
import { current, ready, request } from "./service.js";

/**
 * What differs: the reserved id of the form (contract/service.md 10.4), the
 * path that hears of what is filled in, and how its request names the thing.
 * @type {Record<string, {id: string, path: string, name: string}>}
 */
const KINDS = {
  messages: { id: "$LOG-MESSAGES", path: "messagesLogPageInputChangedEventPath", name: "conversation" },
  call: { id: "$LOG-CALL", path: "callLogPageInputChangedEventPath", name: "call" },
};

/** @type {Form | null} */
let open = null;

/** What the open form is about: a kind and an id, as they are in the route. */
function about() {
  const [, kind = "messages", id = ""] = /^\/log\/(messages|call)\/(.+)$/.exec(currentPath()) ?? [];
  return { kind, id };
}

/** @typedef {ReturnType<typeof about>} Thing */

/** @param {HTMLElement} root */
function bring(root) {
  const thing = about();
  open = new Form(root, {
    draw: (filled) => draw(thing, filled),
    input: (formData, keys) => inform(root, thing, formData, keys),
    press: async (button, formData) => {
      await ready;
      await request("buttonEventPath", { button: { id: button, type: "button", formData } });
    },
    submit: (formData) => save(thing, formData),
    tabAction: async () => {}, // logs have no header of the page's own
    say: alert,
  });
}

/** @param {Thing} thing @param {object} filled @returns {Promise<string | null>} */
async function draw({ kind, id }, filled) {
  const answer = await ask(`/panel/log/${kind}/${id}`, { method: "POST", body: JSON.stringify(filled) }).catch(() => null);
  if (answer?.ok) return answer.text();
  if (answer && answer.status < 500 && answer.status !== 401) alert((await answer.text()).trim());
  return null; // the next change, or the connection's return, asks again
}

/** @param {HTMLElement} root @param {Thing} thing @param {any} formData @param {string[]} keys */
async function inform(root, { kind, id }, formData, keys) {
  await ready;
  const of = KINDS[kind];
  if (!current()?.paths[of.path]) return;
  const answer = await ask(`/log/things/${kind}/${id}`).catch(() => null);
  if (!answer?.ok) return;
  const page = { id: of.id, ...json(root.dataset.stored), formData };
  await request(of.path, { [of.name]: await answer.json(), formData, keys, page });
}

/** @param {Thing} thing @param {Record<string, any>} formData */
async function save({ kind, id }, formData) {
  const here = currentPath();
  const end = await saveForm(kind, decodeURIComponent(id), formData);
  if (currentPath() === here) await goBack(); // whatever the page has answered (contract/service.md 10.4)
  tell(end);
}

function close() {
  open?.close();
  open = null;
}

document.addEventListener("oh:leave", close);
document.addEventListener("oh:session", close);
document.addEventListener("oh:panel", (e) => {
  close();
  const root = /** @type {CustomEvent} */ (e).detail.panel.querySelector("[data-panel=page][data-kind=log]");
  if (root instanceof HTMLElement) bring(root);
});
document.addEventListener("oh:resync", () => open && void open.redraw());
document.addEventListener("oh:service", (e) => {
  const { what, id } = /** @type {CustomEvent} */ (e).detail ?? {};
  if (what === "page" && id === KINDS[about().kind].id) void open?.redraw();
});
