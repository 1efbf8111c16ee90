/* What is drawn inside the library's frame. Text reaches the page as text nodes, never as HTML. */

const SVG = "http://www.w3.org/2000/svg";

function sign(status) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "sign");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#sign-${status}`);
  svg.append(use);
  return svg;
}

function chip(text, pressed, onclick) {
  const node = element("button", "chip", text);
  node.type = "button";
  node.setAttribute("aria-pressed", String(pressed));
  node.addEventListener("click", onclick);
  return node;
}

function drawChooser(chooser, resources, chosen, choose) {
  const focused = [...chooser.children].indexOf(chooser.getRootNode().activeElement);
  const chips = resources.map(({ id, title }) => chip(title, id === chosen, () => choose(id)));
  chips.unshift(chip("Everyone", chosen === undefined, () => choose(undefined)));
  chooser.setAttribute("role", "group");
  chooser.setAttribute("aria-label", "Whose day");
  chooser.replaceChildren(...chips);
  chips[focused]?.focus();
}

/* Which appointment has the keyboard's focus; new events are new nodes and would lose it. */
function focusedId(stage) {
  return idOf(stage.getRootNode().activeElement);
}

function focusAgain(stage, id) {
  const same = visitNodes(stage).find((node) => idOf(node) === id);
  if (!stage.getRootNode().activeElement) same?.focus({ preventScroll: true });
  return Boolean(same);
}

function columnHead({ title, extendedProps: { note } }) {
  const head = element("b", "head", title);
  head.title = [title, note].filter(Boolean).join(" · ");
  return [head, ...(note ? [element("span", "note", note)] : [])];
}

/* From when until when; a column too narrow for both shows from when. */
function hours(timeText) {
  const [from, until] = timeText.split(/(?=\s[–-]\s)/);
  return element("time", "", from, ...(until ? [element("span", "until", until)] : []));
}

/* The inside of an appointment, of a closed span, or of the span being drawn. */
function content({ event, timeText }, column, inList) {
  const { status, label, service, room, marks = [] } = event.extendedProps;
  if (event.display === "background") return label ? [element("span", "closed-label", label)] : [];
  if (!label) return [element("span", "facts", hours(timeText))];
  if (!status) return [busy(event, timeText, column, inList)];
  const facts = [inList && column, room, service].filter(Boolean);
  const words = marks.map(([, word]) => word);
  const body = element("div", "appointment",
    element("span", "client", sign(status), element("b", "", event.title), ...marks.map(mark), element("span", "status", label)),
    element("span", "facts", hours(timeText), ...facts.map((fact) => element("span", fact === service ? "fact service" : "fact", fact))),
  );
  body.dataset.id = event.id;
  body.dataset.column = `${event.resourceIds[0]}@${wall(event.start).slice(0, 10)}`;
  body.title = [event.title, timeText, service, room, column, label, ...words].filter(Boolean).join(" · ");
  return [body];
}

/* Time that somebody is booking just now, or that is blocked: a meeting, another calendar's event. */
function busy(event, timeText, column, inList) {
  const { label, kind } = event.extendedProps;
  const body = element("div", "appointment",
    element("span", "client", sign(kind), element("b", "", event.title || label)),
    element("span", "facts", hours(timeText), ...[event.title && label, inList && column].filter(Boolean).map((fact) => element("span", "fact", fact))),
  );
  if (kind === "block") {
    body.dataset.id = event.id;
    body.dataset.column = `${event.resourceIds[0]}@${wall(event.start).slice(0, 10)}`;
  }
  body.title = [event.title || label, timeText, column].filter(Boolean).join(" · ");
  return body;
}

/* A further sign behind the name: video, one of a series, a group. A screen reader reads the word. */
function mark([name, word]) {
  return element("span", "mark", sign(name), element("span", "status", word));
}

function legendEntry([name, label, isMark]) {
  return element("li", isMark ? "plain" : `status-${name}`, sign(name), label);
}

function keysLine() {
  const parts = KEYS.flatMap(([key, does]) => [element("kbd", "", key), ` ${does}`]);
  return element("p", "keys", ...parts);
}

function title(start, end, narrow, locale) {
  const format = start < end ? { month: "long", day: "numeric", year: "numeric" }
    : narrow ? { weekday: "short", month: "short", day: "numeric" }
    : { weekday: "long", month: "long", day: "numeric", year: "numeric" };
  return new Intl.DateTimeFormat(locale ?? undefined, format).formatRange(start, end);
}

/* The library calls itself a table without being one, which screen readers stumble over. */
function mendRoles(stage) {
  const frame = stage.querySelector(".ec");
  frame?.setAttribute("role", "group");
  frame?.setAttribute("aria-label", "Appointments");
  const wrong = ["rowgroup", "row", "columnheader", "rowheader", "cell", "gridcell", "list", "listitem"].map((role) => `[role="${role}"]`).join();
  for (const node of stage.querySelectorAll(wrong)) {
    for (const name of ["role", "aria-colindex", "aria-rowindex", "aria-colspan"]) node.removeAttribute(name);
  }
  stage.querySelector(".ec-title")?.setAttribute("aria-live", "polite");
  for (const node of stage.querySelectorAll(".ec-toolbar .ec-button-group .ec-button:not(.ec-prev,.ec-next)")) {
    node.setAttribute("aria-pressed", String(node.classList.contains("ec-active")));
  }
}
