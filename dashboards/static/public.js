// A little comfort for the public pages; each of them works without it.
"use strict";
for (const left of document.querySelectorAll("[data-seconds]")) {
  const end = performance.now() + 1000 * Number(left.dataset.seconds);
  const show = () => {
    const seconds = Math.max(0, Math.round((end - performance.now()) / 1000));
    left.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")} minutes`;
    if (seconds === 0) {
      clearInterval(beat);
      left.parentElement.textContent = "The time is not kept any more. Press the button all the same: if it is still free, it is yours.";
    }
  };
  const beat = setInterval(show, 1000);
  show();
}
for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
}
// Coming back by the browser's arrow, the form may be sent again.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
// That somebody looks at a paper is kept for the practice; programs that only fetch the page run no script.
const seen = document.querySelector("[data-seen]");
if (seen) fetch(seen.dataset.seen, { method: "POST", keepalive: true }).catch(() => {});
document.querySelector("[role=alert]")?.focus();
