// Knows which way the reader's language goes. What lies in a row follows it,
// so the arrow keys do, too; what has a clock (players) goes one way everywhere.
// @ts-check

/** Whether reading goes from right to left. */
export const rtl = globalThis.document?.documentElement?.dir === "rtl";

/** The key as it would be where reading goes from left to right. @param {string} key */
export const along = (key) => (rtl && { ArrowLeft: "ArrowRight", ArrowRight: "ArrowLeft" }[key]) || key;
