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
  chips.push(chip("Everyone", chosen === undefined, () => choose(undefined)));
  chooser.setAttribute("role", "group");
  chooser.setAttribute("aria-label", "Whose day");
  chooser.replaceChildren(...chips);
  chips[focused]?.focus();
}

/* Which appointment has the keyboard's focus; new events are new nodes and would lose it. */
function focusedId(stage) {
  return stage.getRootNode().activeElement?.querySelector("[data-id]")?.dataset.id;
}

function focusAgain(stage, id) {
  const same = [...stage.querySelectorAll("[data-id]")].find((node) => node.dataset.id === id);
  if (!stage.getRootNode().activeElement) same?.closest(".ec-event").focus({ preventScroll: true });
}

function columnHead({ title, extendedProps: { note } }) {
  return [element("b", "head", title), ...(note ? [element("span", "note", note)] : [])];
}

/* The inside of an appointment, of a closed span, or of the span being drawn. */
function content({ event, timeText }, column, inList) {
  const { status, label, service, room } = event.extendedProps;
  if (event.display === "background") return label ? [element("span", "closed-label", label)] : [];
  if (!status) return [element("span", "facts", timeText)];
  const facts = [service, inList && column, room].filter(Boolean);
  const body = element("div", "appointment",
    element("span", "client", sign(status), element("b", "", event.title), element("span", "status", label)),
    element("span", "facts", element("time", "", timeText), ...facts.flatMap((fact) => [" · ", element("span", "fact", fact)])),
  );
  body.dataset.id = event.id;
  body.title = [event.title, timeText, service, room, column, label].filter(Boolean).join(" · ");
  return [body];
}

function legendEntry([status, label]) {
  return element("li", `status-${status}`, sign(status), label);
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
  const wrong = ["rowgroup", "row", "columnheader", "rowheader", "cell", "gridcell"].map((role) => `[role="${role}"]`).join();
  for (const node of stage.querySelectorAll(wrong)) {
    for (const name of ["role", "aria-colindex", "aria-rowindex", "aria-colspan"]) node.removeAttribute(name);
  }
  stage.querySelector(".ec-title")?.setAttribute("aria-live", "polite");
  for (const node of stage.querySelectorAll(".ec-toolbar .ec-button-group .ec-button:not(.ec-prev,.ec-next)")) {
    node.setAttribute("aria-pressed", String(node.classList.contains("ec-active")));
  }
}
