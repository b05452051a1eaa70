// The page that the preview's phone stands on. It puts the phone there as a
// stranger's page would: by adapter.js, or as a frame of its own.
// @ts-check

const q = new URLSearchParams(location.search);
const form = q.get("as");
q.delete("as");
const prefix = q.get("prefix") || "rc-widget";

if (form === "frame") {
  const frame = document.createElement("iframe");
  Object.assign(frame, { id: `${prefix}-adapter-frame`, title: "Phone", width: "300", height: "500", allow: "microphone; autoplay; clipboard-write; speaker-selection", src: `/app.html?${q}` });
  frame.referrerPolicy = "origin";
  frame.className = "pretend__phone";
  document.querySelector("[data-place]")?.prepend(frame);
} else {
  try {
    // What is chosen shows as a page's first visitor would see it.
    localStorage.removeItem(`${prefix}-adapter`);
  } catch {
    // Then nothing was kept either.
  }
  const script = document.createElement("script");
  script.src = `/adapter.js?${q}`;
  document.body.append(script);
}
