// Writes times in the reader's own language and clock. The server has written
// them in English already, and has cut the days in the reader's zone.
// @ts-check
import { language } from "./lang.js";

const DAY = 86_400_000;
/** @param {Intl.DateTimeFormatOptions} options */
const format = (options) => new Intl.DateTimeFormat(language, options);
const clock = format({ timeStyle: "short" });
const weekday = format({ weekday: "short" });
const longWeekday = format({ weekday: "long" });
const date = format({ day: "numeric", month: "short" });
const longDate = format({ weekday: "short", day: "numeric", month: "long" });
const fullDate = format({ day: "numeric", month: "short", year: "numeric" });
const exact = format({ dateStyle: "full", timeStyle: "short" });
const moment = format({ dateStyle: "medium", timeStyle: "short" });
const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });

/** Whole calendar days between two moments. @param {Date} at @param {Date} now */
export function daysAgo(at, now) {
  const day = (/** @type {Date} */ d) => Date.UTC(d.getFullYear(), d.getMonth(), d.getDate());
  return Math.round((day(now) - day(at)) / DAY);
}

/** @param {string} word */
const capital = (word) => word.charAt(0).toLocaleUpperCase(language) + word.slice(1);

/**
 * What a time reads as: `row` in the list, `day` on a line between messages,
 * `clock` under a bubble, `moment` in a list of old and new.
 * @param {Date} at @param {Date} now @param {string} form
 */
export function tell(at, now, form) {
  if (form === "clock") return clock.format(at);
  if (form === "moment") return moment.format(at);
  const days = daysAgo(at, now);
  if (days <= 0) return form === "row" ? clock.format(at) : capital(relative.format(0, "day"));
  if (days === 1) return capital(relative.format(-1, "day"));
  if (days < 7) return (form === "row" ? weekday : longWeekday).format(at);
  if (at.getFullYear() === now.getFullYear()) return (form === "row" ? date : longDate).format(at);
  return fullDate.format(at);
}

/** @param {ParentNode} root */
export function write(root) {
  const now = new Date();
  for (const t of root.querySelectorAll("time[data-form]")) {
    const at = new Date(t.getAttribute("datetime") || "");
    if (Number.isNaN(at.getTime())) continue;
    const text = tell(at, now, t.getAttribute("data-form") || "");
    if (t.textContent !== text) t.textContent = text;
    if (!t.hasAttribute("title")) t.setAttribute("title", exact.format(at));
  }
}

document.addEventListener("oh:panel", () => write(document));
document.addEventListener("htmx:after:swap", () => write(document));
setInterval(() => write(document), 60_000); // «today» ends at midnight
