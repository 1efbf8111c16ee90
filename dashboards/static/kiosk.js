// Somebody who walks away half-way leaves no name behind: a minute without a touch, and the tablet starts over.
let waiting;
const again = () => {
  clearTimeout(waiting);
  const isBlank = [...document.querySelectorAll("input, select")].every((field) => field.value === "");
  if (!isBlank) waiting = setTimeout(() => location.replace(location.pathname), 60000);
};
for (const kind of ["input", "click", "keydown"]) document.addEventListener(kind, again);
again();
