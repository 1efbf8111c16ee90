/* What stands over the calendar: the question who asked for a move and why, and the bar with what was done or refused. */

/* Asks at the place of the drop. `wanted`: {head, line, groups: [{by, label, codes: [[code, words]]}], last}. One press
   answers who and why together; Enter takes the last answer, Escape or a click elsewhere leaves everything as it was. */
function askWhy(root, anchor, wanted, answered, dropped) {
  const box = element("div", "ask");
  box.setAttribute("role", "dialog");
  box.setAttribute("aria-label", wanted.head);
  box.append(element("p", "ask-head", element("b", "", wanted.head)), element("p", "ask-line", wanted.line));
  const [lastBy, lastCode] = wanted.last;
  let first;
  for (const { by, label, codes } of wanted.groups) {
    const row = element("div", "ask-row", element("span", "ask-who", label));
    row.setAttribute("role", "group");
    row.setAttribute("aria-label", label);
    for (const [code, words] of codes) {
      const isLast = by === lastBy && code === lastCode;
      const node = element("button", isLast ? "why last" : "why", words);
      node.type = "button";
      node.addEventListener("click", () => { close(); answered({ by, code }); });
      if (isLast || !first) first = node;
      row.append(node);
    }
    box.append(row);
  }
  box.append(element("p", "ask-keys", "Enter takes the marked one · Esc leaves the visit where it was"));
  const away = (event) => { if (!event.composedPath().includes(box)) { close(); dropped(); } };
  const close = () => { removeEventListener("pointerdown", away, true); box.remove(); };
  box.addEventListener("keydown", (event) => {
    const nodes = [...box.querySelectorAll("button")];
    const at = nodes.indexOf(root.getRootNode().activeElement);
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Tab: event.shiftKey ? -1 : 1 }[event.key];
    if (event.key === "Escape") { close(); dropped(); }
    else if (step) nodes[(at + step + nodes.length) % nodes.length].focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  root.append(box);
  put(root, box, anchor);
  addEventListener("pointerdown", away, true);
  first?.focus({ preventScroll: true });
  return close;
}

/* Beside the visit if there is room, within the calendar and the window in any case. */
function put(root, box, anchor) {
  const frame = root.getBoundingClientRect(), at = anchor ?? frame;
  const right = at.right + 8 + box.offsetWidth < frame.right;
  const left = right ? at.right + 8 : Math.max(frame.left, at.left - box.offsetWidth - 8);
  const lowest = Math.min(innerHeight, frame.bottom) - box.offsetHeight - 8;
  const top = Math.max(Math.max(0, frame.top) + 4, Math.min(at.top, lowest));
  box.style.left = `${Math.min(left, frame.right - box.offsetWidth) - frame.left}px`;
  box.style.top = `${top - frame.top}px`;
}

/* `bar`: {id, kind: "done" | "refused", text, seconds, buttons: [[id, label]]}; `press(button)`. Gone when its time is over. */
function drawBar(place, bar, press) {
  place.replaceChildren();
  place.className = `bar ${bar?.kind ?? ""}`;
  place.hidden = !bar;
  if (!bar) return undefined;
  const buttons = bar.buttons.map(([id, label]) => {
    const node = element("button", "bar-button", label);
    node.type = "button";
    node.addEventListener("click", () => press(id));
    return node;
  });
  const shut = element("button", "bar-shut", "×");
  shut.type = "button";
  shut.setAttribute("aria-label", "Close this message");
  shut.addEventListener("click", () => press("close"));
  place.append(element("span", "bar-text", bar.text), element("span", "bar-buttons", ...buttons), shut);
  if (bar.seconds === null) return undefined;
  const left = element("span", "bar-left");
  left.style.animationDuration = `${bar.seconds}s`;
  place.append(left);
  return setTimeout(() => press("gone"), bar.seconds * 1000);
}
