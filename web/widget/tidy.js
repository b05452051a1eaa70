// Marking conversations as read or unread and deleting what is not wanted any
// more, from a row, an open conversation or a selection. The server does it at
// once and tells every tab; what is deleted can be had back for a while.
// @ts-check
import { ask } from "./ask.js";
import { settledDraft, settledReading } from "./conversation.js";
import { after } from "./focus.js";
import { n, t } from "./lang.js";
import { alert, announce, currentPath, goBack } from "./nav.js";
import { offer, UNDO } from "./undoline.js";

/** @param {number} count */
const CONVERSATIONS = (count) => n(count, "{0} conversation was deleted.", "{0} conversations were deleted.");
/** @param {number} count */
const MESSAGES = (count) => n(count, "{0} message was deleted.", "{0} messages were deleted.");
const OFFLINE = t("There is no connection right now. Try again in a moment.");
const BACK = t("It is back.");

/** @param {string} path @param {[string, string][]} fields @returns {Promise<Response | null>} null when it did not work, which is said */
async function post(path, fields) {
  const r = await ask(path, { method: "POST", body: new URLSearchParams(fields) }).catch(() => null);
  if (r?.ok) return r;
  alert(r ? (await r.text()).trim() : OFFLINE);
  return null;
}

/** Leaves a conversation that is not to be looked at now. @param {string[]} ids */
async function leave(ids) {
  if (!ids.some((id) => currentPath() === `/conversations/${encodeURIComponent(id)}`)) return;
  await goBack();
  await settledDraft();
}

/** @param {string[]} ids @param {"read" | "unread"} as */
export async function mark(ids, as) {
  // Whoever keeps for later what is open is done with it now, and what they have seen does not become read after that.
  if (as === "unread") {
    await leave(ids);
    await settledReading();
  }
  await post("/panel/messages/mark", [["as", as], ...ids.map((id) => /** @type {[string, string]} */ (["conversation", id]))]);
}

/** @param {{conversations?: string[], messages?: string[]}} what */
export async function remove({ conversations = [], messages = [] }) {
  const rows = conversations.flatMap((id) => document.getElementById(`c-${id}`) ?? []);
  const follow = after(rows);
  await leave(conversations);
  /** @type {[string, string][]} */
  const fields = [...conversations.map((id) => /** @type {[string, string]} */ (["conversation", id])), ...messages.map((id) => /** @type {[string, string]} */ (["message", id]))];
  const r = await post("/panel/messages/delete", fields);
  if (!r) return;
  if (rows.length) follow();
  const { id, said } = await r.json();
  const at = `/panel/messages/delete/${encodeURIComponent(id)}`;
  /** @param {boolean} [last] */
  const confirm = (last = false) => void ask(`${at}/confirm`, { method: "POST", keepalive: last }).catch(() => {});
  const gone = () => {
    removeEventListener("pagehide", leaving);
    confirm();
  };
  const leaving = () => confirm(true);
  addEventListener("pagehide", leaving);
  offer(
    [said],
    async () => {
      const undone = Boolean(await post(`${at}/undo`, []));
      if (undone) {
        removeEventListener("pagehide", leaving);
        announce(BACK);
      }
      return undone;
    },
    { ms: UNDO, gone, ...(conversations.length ? { kind: "conversation", count: conversations.length, many: CONVERSATIONS } : { kind: "message", count: messages.length, many: MESSAGES }) },
  );
  announce(t("{0} Undo is at the top of the phone.", said));
}

document.addEventListener("click", (e) => {
  const at = e.target instanceof Element ? e.target.closest("[data-mark], [data-delete], [data-message]") : null;
  if (!(at instanceof HTMLElement)) return;
  if (at.dataset.mark) void mark([at.dataset.of || ""], at.dataset.mark === "read" ? "read" : "unread");
  else if (at.dataset.delete) void remove({ conversations: [at.dataset.delete] });
  else void import("./messagemenu.js").then((m) => m.toggle(at));
});

document.addEventListener("oh:notice", (e) => alert(/** @type {CustomEvent} */ (e).detail?.sentence || ""));
