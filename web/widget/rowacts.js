// What the page's application does with a conversation of the list: presses
// of its buttons are told to the page, and the menu that several of them stand
// in opens and closes. The server draws them.
// @ts-check
import { ask } from "./ask.js";
import { alert } from "./nav.js";
import { current, request } from "./service.js";

/** The open menu, if there is one. */
const menu = () => /** @type {HTMLDetailsElement | null} */ (document.querySelector("[data-row-menu][open]"));

function shut() {
  menu()?.removeAttribute("open");
}

document.addEventListener("click", (e) => {
  const target = e.target instanceof Element ? e.target : null;
  const open = menu();
  if (open && !target?.closest("summary")) shut();
  else if (open && !open.contains(target)) shut(); // another one opens
  const at = target?.closest("[data-row-button]");
  if (at instanceof HTMLElement) void press(at);
});

document.addEventListener("keydown", (e) => {
  const open = menu();
  if (!open) return;
  const items = /** @type {HTMLElement[]} */ ([...open.querySelectorAll("summary, button:not(:disabled)")]);
  const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
  if (e.key === "Escape") shut();
  else if (!step) return;
  e.preventDefault();
  const from = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  items[step ? (Math.max(from, 0) + step + items.length) % items.length : 0].focus();
});

// A menu in the last row opens upwards: the list ends there.
document.addEventListener(
  "toggle",
  (e) => {
    const at = e.target instanceof HTMLDetailsElement && e.target.hasAttribute("data-row-menu") ? e.target : null;
    const drop = at?.querySelector(".item__drop");
    const box = at?.closest(".scroll");
    if (!at?.open || !drop || !box) return;
    drop.classList.toggle("item__drop--up", drop.getBoundingClientRect().bottom > box.getBoundingClientRect().bottom);
  },
  true,
);

/** Tells the page of a press, with the conversation as it has it. @param {HTMLElement} at */
async function press({ dataset: { rowButton: id, label, of: conversation = "" } }) {
  const answer = await ask(`/log/rows/${encodeURIComponent(conversation)}`).catch(() => null);
  if (!answer?.ok) return alert(answer ? (await answer.text()).trim() : "There is no connection right now. Try again in a moment.");
  await request("buttonEventPath", { button: { id, type: "messageAction", label }, resource: await answer.json() });
}

/** What the rows show of the service, as far as a change of it is seen there. */
let shown = "";
function known() {
  const service = current();
  const buttons = service?.buttons?.filter((b) => b.type === "messageAction") ?? [];
  const logged = Boolean(service?.paths.messageLoggerPath);
  const now = buttons.length || logged ? JSON.stringify([buttons, logged, service?.name]) : "";
  if (now === shown) return;
  shown = now;
  document.dispatchEvent(new CustomEvent("oh:conversations"));
}
document.addEventListener("oh:service-known", known);
document.addEventListener("oh:session", () => (shown = ""));
known();
