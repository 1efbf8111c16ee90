/* What one mounted calendar consists of, and what it gives EventCalendar: columns, views, options. */

const NARROW_BELOW = 700; // px of the component's own width: under it, columns side by side are unreadable
const KINDS = { resourceTimeGridDay: "day", timeGridWeek: "week", resourceTimeGridWeek: "week", listDay: "list" };
const WORDS = { day: "Day", week: "Week", list: "List" };
const PATIENCE = 5_000; // ms: how long an arrow waits for a day that is on its way
const NARROWEST = 94; // px: columns scroll sideways rather than shrink below it

class Frame {
  constructor(root) {
    this.root = root;
    this.chooser = element("div", "chooser");
    this.stage = element("div", "stage");
    this.stage.tabIndex = -1; // takes the focus when the visit that had it is no longer on the screen
    this.legend = element("ul", "legend");
    this.bar = element("div", "bar");
    this.bar.hidden = true;
    this.bar.setAttribute("aria-live", "polite");
    root.replaceChildren(this.chooser, this.stage, keysLine(), this.legend, this.bar);
    this.applied = {}; // option → JSON last given to EventCalendar
    this.arrowUntil = 0; // until when an arrow that found no visit yet counts
    this.echoes = []; // days reported to the server and not yet heard back
    this.narrow = this.isNarrow();
    root.classList.toggle("narrow", this.narrow);
    this.sizes = new ResizeObserver(() => this.resized());
    this.sizes.observe(root);
    root.addEventListener("pointercancel", () => this.released());
    this.stage.addEventListener("focusin", ({ target }) => { this.inside = true; const id = idOf(target); if (id) { this.lastId = id; rove(this.stage, id); } });
    this.stage.addEventListener("focusout", ({ target }) => setTimeout(() => { if (target.isConnected && !this.stage.matches(":focus-within")) this.inside = false; }));
    this.stage.addEventListener("keydown", keyboard(this.stage, {
      move: (id) => this.open(id, "move"),
      anew: (id) => this.anew(id),
      leaf: (days) => { this.arrowUntil = 0; this.stage.focus({ preventScroll: true }); if (days > 0) this.ec.next(); else this.ec.prev(); },
      today: () => this.today(),
      undo: () => this.undo(),
      wait: () => { this.arrowUntil = Date.now() + PATIENCE; },
    }));
  }

  mend() {
    mendRoles(this.stage);
    rove(this.stage, this.lastId);
    this.keepFocus();
    this.followArrow();
  }

  /* A visit that is drawn anew is another node: the focus that it had is not lost, at worst the calendar itself has it. */
  keepFocus() {
    const isElsewhere = document.querySelector('[role="dialog"]'); // a drawer is open or about to take the focus
    const isLost = this.inside && !isElsewhere && document.activeElement === document.body && !this.stage.matches(":focus-within");
    if (isLost && !focusAgain(this.stage, this.lastId)) this.stage.focus({ preventScroll: true });
  }

  /* An arrow that was pressed before the visits of the day were there leads to the first of them once they are. */
  followArrow() {
    const first = Date.now() < this.arrowUntil && firstOf(visitNodes(this.stage));
    if (!first) return;
    this.arrowUntil = 0;
    if (this.root.getRootNode().activeElement === this.stage) goTo(this.stage, first);
  }

  /* EventCalendar options that follow from the data and the width. */
  settings() {
    const { events, options, height } = this.data;
    const resources = this.columns();
    const one = this.narrow && this.chosen !== undefined && resources.filter((r) => r.id === this.chosen);
    const clock = { hour: "numeric", minute: "2-digit", ...(options.hour12 !== null && { hour12: options.hour12 }) };
    const today = options.now ? " now" : "";
    const kinds = options.views.filter((kind) => !this.narrow || (kind !== "week" && resources.length === 1));
    const view = (kind) => this.viewName(kind);
    return {
      resources: one && one.length ? one : resources,
      events,
      height: this.narrow ? "auto" : `${height}px`,
      slotHeight: this.narrow ? 22 : 18,
      slotMinTime: options.day_start,
      slotMaxTime: options.day_end,
      slotDuration: { minutes: options.slot_minutes },
      snapDuration: { minutes: options.snap_minutes },
      scrollTime: options.day_start,
      columnWidth: this.narrow ? undefined : `minmax(${NARROWEST}px, 1fr)`,
      datesAboveResources: this.kind === "week",
      hiddenDays: this.kind === "week" ? options.hidden_days : [],
      editable: options.editable,
      selectable: options.selectable,
      firstDay: options.first_day,
      ...(options.locale && { locale: options.locale }),
      dayHeaderFormat: { weekday: "short", day: "numeric", month: "short" },
      eventTimeFormat: clock,
      slotLabelFormat: clock,
      headerToolbar: {
        start: "prev,next" + today,
        center: "title",
        end: kinds.length > 1 ? kinds.map(view).join(",") : "",
      },
    };
  }

  /* A week shows the columns chosen for it: more are unreadable. */
  columns() {
    const { resources, options } = this.data;
    const chosen = this.kind === "week" ? resources.filter((r) => options.week_of.includes(r.id)) : [];
    return chosen.length ? chosen : resources;
  }

  viewName(kind) {
    if (kind === "week") return this.data.options.week_of.length > 1 ? "resourceTimeGridWeek" : "timeGridWeek";
    return kind === "list" ? "listDay" : "resourceTimeGridDay";
  }

  wantedView() {
    if (!this.narrow) return this.viewName(this.wideKind);
    if (this.data.resources.length === 1) return this.viewName(this.wideKind === "list" ? "list" : "day");
    return this.viewName(this.chosen === undefined ? "list" : "day");
  }

  titleFormat() {
    const { narrow } = this;
    return (start, end) => title(start, end, narrow, this.data.options.locale);
  }

  columnOf(event) {
    return this.data.resources.find((r) => r.id === event.resourceIds[0])?.title;
  }

  today() {
    if (!this.data.options.now) return;
    this.ec.setOption("date", this.data.options.now);
    requestAnimationFrame(() => this.scrollToNow());
  }

  /* The hour before now at the top, where the calendar has a height of its own to scroll in. */
  scrollToNow() {
    const line = this.stage.querySelector(".now-line");
    if (line && !this.narrow) this.stage.querySelector(".ec-main").scrollTop = line.offsetTop - 80;
  }

  isNarrow() {
    const width = this.root.getBoundingClientRect().width;
    return width > 0 && width < NARROW_BELOW;
  }

  isDark() {
    const [red, green, blue] = getComputedStyle(this.root).backgroundColor.match(/[\d.]+/g).map(Number);
    return 0.3 * red + 0.59 * green + 0.11 * blue < 128;
  }
}
