/* The keyboard inside the calendar. Its keys count only while the calendar has the focus: no other typing is caught. */

const KEYS = [["↑ ↓ ← →", "other visits"], ["Enter", "open"], ["M", "move"], ["N", "new visit"], ["PgUp PgDn", "leaf"], ["T", "today"]];

function visitNodes(stage) {
  return [...stage.querySelectorAll(".ec-event:not(.ec-preview):not(.ec-ghost)")].filter((node) => node.querySelector("[data-id]"));
}

function idOf(node) {
  return node?.querySelector?.("[data-id]")?.dataset.id;
}

/* The visit that an arrow leads to: up and down within a column, left and right to the nearest one in the next column. */
function neighbour(stage, from, key) {
  const box = (node) => node.getBoundingClientRect();
  const column = (node) => node.querySelector("[data-id]").dataset.column;
  const here = box(from);
  const others = visitNodes(stage).filter((node) => node !== from);
  const own = others.filter((node) => column(node) === column(from));
  const inOrder = (nodes) => nodes.sort((a, b) => box(a).top - box(b).top || box(a).left - box(b).left);
  const isBefore = (node) => box(node).top - here.top || box(node).left - here.left;
  if (key === "ArrowUp") return inOrder(own).filter((node) => isBefore(node) < 0).at(-1);
  if (key === "ArrowDown") return inOrder(own).find((node) => isBefore(node) > 0);
  if (key === "Home") return inOrder([from, ...own])[0];
  if (key === "End") return inOrder([from, ...own]).at(-1);
  const side = key === "ArrowRight" ? 1 : -1;
  const aside = others.filter((node) => column(node) !== column(from) && side * (box(node).left - here.left) > 4);
  const far = (node) => side * (box(node).left - here.left);
  return aside.sort((a, b) => Math.round((far(a) - far(b)) / 24) || Math.abs(box(a).top - here.top) - Math.abs(box(b).top - here.top))[0];
}

/* The topmost visit of the first column. */
function firstOf(nodes) {
  const corner = (node) => { const { left, top } = node.getBoundingClientRect(); return left * 100_000 + top; };
  return nodes.toSorted((a, b) => corner(a) - corner(b))[0];
}

/* One tab stop for all the visits: the one that had the focus last, else the first of the first column. */
function rove(stage, lastId) {
  const nodes = visitNodes(stage);
  const stop = nodes.find((node) => idOf(node) === lastId) ?? firstOf(nodes);
  for (const node of nodes) {
    const wanted = node === stop ? "0" : "-1";
    if (node.getAttribute("tabindex") !== wanted) node.setAttribute("tabindex", wanted);
  }
}

function goTo(stage, node) {
  rove(stage, idOf(node));
  node.focus();
  node.scrollIntoView({ block: "nearest", inline: "nearest" });
}

/* `does`: {move, anew, leaf, today, undo, wait}. Returns the listener for keydown. */
function keyboard(stage, does) {
  return (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "z" && does.undo()) return event.preventDefault();
    if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
    const visit = event.target.closest?.(".ec-event");
    const id = idOf(visit);
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const arrows = ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End"];
    if ((id || event.target === stage) && arrows.includes(key)) {
      const next = id ? neighbour(stage, visit, key) : firstOf(visitNodes(stage));
      if (next) goTo(stage, next);
      else if (!id) does.wait(); // the day that was leafed to is still on its way
    } else if (id && key === "m") does.move(id);
    else if (key === "n") does.anew(id);
    else if (key === "PageUp" || key === "PageDown") does.leaf(key === "PageDown" ? 1 : -1);
    else if (key === "t") does.today();
    else return undefined;
    event.preventDefault();
    return event.stopPropagation();
  };
}

/* Calls back when the dialog that is about to open has closed again, and for a second after: whoever closes it may yet
   put the focus somewhere else. */
function whenDialogCloses(back, patience = 40) {
  let seen = false, beats = 0, after = 0;
  const timer = setInterval(() => {
    const open = Boolean(document.querySelector('[role="dialog"]'));
    seen ||= open;
    if (seen && !open) { back(); if (++after > 10) clearInterval(timer); }
    else if (!seen && ++beats > patience) clearInterval(timer);
  }, 100);
  return () => clearInterval(timer);
}
