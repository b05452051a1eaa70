// Owns the form of a log of messages: brings it to life, tells the host page
// what is filled in and pressed, and logs the conversation with what it holds.
// Loaded with the first such form.
// @ts-check
import "./combo.js";
import { ask } from "./ask.js";
import { json } from "./fields.js";
import { Form } from "./form.js";
import { saveForm, tell } from "./logger.js";
import { alert, currentPath, goBack } from "./nav.js";
import { current, ready, request } from "./service.js";

/** The reserved id of the form (contract/service.md 10.4). */
const ID = "$LOG-MESSAGES";

/** @type {Form | null} */
let open = null;

/** The conversation of the open form, as it is in the route. */
const part = () => /^\/log\/messages\/(.+)$/.exec(currentPath())?.[1] ?? "";

/** @param {HTMLElement} root */
function bring(root) {
  const conversation = part();
  open = new Form(root, {
    draw: (filled) => draw(conversation, filled),
    input: (formData, keys) => inform(root, conversation, formData, keys),
    press: async (button, formData) => {
      await ready;
      await request("buttonEventPath", { button: { id: button, type: "button", formData } });
    },
    submit: (formData) => save(conversation, formData),
    tabAction: async () => {}, // logs have no header of the page's own
    say: alert,
  });
}

/** @param {string} conversation @param {object} filled @returns {Promise<string | null>} */
async function draw(conversation, filled) {
  const answer = await ask(`/panel/log/messages/${conversation}`, { method: "POST", body: JSON.stringify(filled) }).catch(() => null);
  if (answer?.ok) return answer.text();
  if (answer && answer.status < 500 && answer.status !== 401) alert((await answer.text()).trim());
  return null; // the next change, or the connection's return, asks again
}

/** @param {HTMLElement} root @param {string} conversation @param {any} formData @param {string[]} keys */
async function inform(root, conversation, formData, keys) {
  await ready;
  if (!current()?.paths.messagesLogPageInputChangedEventPath) return;
  const answer = await ask(`/log/messages/${conversation}`).catch(() => null);
  if (!answer?.ok) return;
  const page = { id: ID, ...json(root.dataset.stored), formData };
  await request("messagesLogPageInputChangedEventPath", { conversation: await answer.json(), formData, keys, page });
}

/** @param {string} conversation @param {Record<string, any>} formData */
async function save(conversation, formData) {
  const here = currentPath();
  const end = await saveForm(decodeURIComponent(conversation), formData);
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
  if (what === "page" && id === ID) void open?.redraw();
});
