/* Loading the library, and the two things everything needs. page.js, drawing.js and calendar.js are sent as one module. */

let library; // EventCalendar, loaded once per page

function loadLibrary(assets) {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = `${assets}/event-calendar.min.js`;
    script.onload = () => resolve(globalThis.EventCalendar);
    script.onerror = () => { library = undefined; reject(new Error("script")); };
    document.head.append(script);
  });
  return library;
}

function loadStyles(root, assets) {
  return new Promise((resolve, reject) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = `${assets}/event-calendar.min.css`;
    link.onload = resolve;
    link.onerror = () => reject(new Error("stylesheet"));
    root.getRootNode().prepend(link); // before our own rules, which refine it
  });
}

/* EventCalendar hands out local Dates whose fields are the practice's wall clock. */
function wall(date) {
  const two = (n) => String(n).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}:00`;
}

function element(tag, className, ...children) {
  const node = document.createElement(tag);
  node.className = className;
  node.append(...children);
  return node;
}
