// What the page's application does with a conversation or a call of a list:
// presses of its buttons are told to the page. The server draws them.
// @ts-check
import { ask } from "./ask.js";
import { t } from "./lang.js";
import { alert } from "./nav.js";
import { current, request } from "./service.js";

document.addEventListener("click", (e) => {
  const at = e.target instanceof Element ? e.target.closest("[data-row-button]") : null;
  if (at instanceof HTMLElement) void press(at);
});

/** Tells the page of a press, with the conversation or call as it has it. @param {HTMLElement} at */
async function press({ dataset: { rowButton: id, label, kind: type = "messageAction", of: thing = "" } }) {
  const path = type === "callAction" ? "/log/things/call/" : "/log/rows/";
  const answer = await ask(`${path}${encodeURIComponent(thing)}`).catch(() => null);
  if (!answer?.ok) return alert(answer ? (await answer.text()).trim() : t("There is no connection right now. Try again in a moment."));
  await request("buttonEventPath", { button: { id, type, label }, resource: await answer.json() });
}

/** The lists, with the buttons and the logger that are seen in them, and what has them drawn anew. */
const LISTS = [
  { type: "messageAction", path: "messageLoggerPath", event: "oh:conversations" },
  { type: "callAction", path: "callLoggerPath", event: "oh:calls" },
];
/** What they show of the service, as far as a change of it is seen there. @type {Map<string, string>} */
const shown = new Map();
function known() {
  const service = current();
  for (const { type, path, event } of LISTS) {
    const buttons = service?.buttons?.filter((b) => b.type === type) ?? [];
    const logged = Boolean(service?.paths[path]);
    const now = buttons.length || logged ? JSON.stringify([buttons, logged, service?.name]) : "";
    if (now === (shown.get(type) ?? "")) continue;
    shown.set(type, now);
    document.dispatchEvent(new CustomEvent(event));
  }
}
document.addEventListener("oh:service-known", known);
document.addEventListener("oh:session", () => shown.clear());
known();
