// Keeps what the phone has said, for whoever looks at it in the console.
"use strict";
window.heard = [];
window.addEventListener("message", ({ source, origin, data }) => {
  const frame = document.querySelector("#rc-widget-adapter-frame");
  if (origin === document.body.dataset.widget && source === frame?.contentWindow) window.heard.push(data);
});
