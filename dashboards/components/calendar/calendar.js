/* Drives EventCalendar for one mounted component. */

const NARROW_BELOW = 700; // px of the component's own width: under it, columns side by side are unreadable
const VIEWS = { day: "resourceTimeGridDay", week: "timeGridWeek", list: "listDay" };
const KINDS = Object.fromEntries(Object.entries(VIEWS).map(([kind, view]) => [view, kind]));
const WORDS = { day: "Day", week: "Week", list: "List" };

const calendars = new WeakMap(); // one per mounted root; Streamlit calls the default export again for new data
let sequence = Date.now(); // makes two equal triggers in a row two triggers

class Calendar {
  constructor(root) {
    this.root = root;
    this.chooser = element("div", "chooser");
    this.stage = element("div", "stage");
    this.legend = element("ul", "legend");
    root.replaceChildren(this.chooser, this.stage, this.legend);
    this.applied = {}; // option → JSON last given to EventCalendar
    this.echoes = []; // days reported to the server and not yet heard back
    this.narrow = this.isNarrow();
    root.classList.toggle("narrow", this.narrow);
    this.sizes = new ResizeObserver(() => this.resized());
    this.sizes.observe(root);
    root.addEventListener("pointercancel", () => this.released());
  }

  show(data, send) {
    this.data = data;
    this.send = send;
    this.root.classList.toggle("ec-dark", this.isDark());
    if (this.ec) return this.refresh();
    this.loading ??= Promise.all([loadLibrary(data.assets), loadStyles(this.root, data.assets)])
      .then(([lib]) => { if (!this.gone) this.mount(lib); })
      .catch(() => { this.loading = undefined; this.stage.textContent = "The calendar could not be loaded. Reload the page."; });
  }

  mount(lib) {
    this.lib = lib;
    this.wideKind = this.data.options.view;
    this.chosen = this.data.resources[0]?.id; // on a narrow screen; undefined = everyone, as a list
    const settings = this.settings();
    for (const [name, value] of Object.entries(settings)) this.applied[name] = JSON.stringify(value);
    this.applied.date = this.data.options.date;
    this.revision = this.data.revision;
    this.ec = lib.create(this.stage, {
      ...settings,
      ...(this.data.options.date && { date: this.data.options.date }),
      view: this.wantedView(),
      allDaySlot: false,
      dragScroll: true,
      filterEventsWithResources: true,
      slotEventOverlap: false,
      slotLabelInterval: "01:00",
      longPressDelay: 400,
      noEventsContent: "No appointments",
      buttonText: (text) => ({ ...text, ...Object.fromEntries(Object.keys(VIEWS).map((kind) => [VIEWS[kind], WORDS[kind]])) }),
      customButtons: { now: { text: "Today", click: () => this.today() } },
      titleFormat: this.titleFormat(),
      resourceLabelContent: ({ resource }) => ({ domNodes: columnHead(resource) }),
      eventContent: (info) => ({ domNodes: content(info, this.columnOf(info.event), info.view.type === VIEWS.list) }),
      eventDragStart: () => { this.held = true; },
      eventResizeStart: () => { this.held = true; },
      eventDrop: (info) => this.moved("drop", info),
      eventResize: (info) => this.moved("resize", info),
      select: ({ start, end, resource }) => this.selected(start, end, resource),
      dateClick: ({ date, resource }) => this.selected(date, null, resource),
      eventClick: ({ event }) => this.trigger("open", { id: event.id }),
      datesSet: (info) => this.viewed(info),
    });
    this.mutations = new MutationObserver(() => { this.mend ??= requestAnimationFrame(() => { this.mend = undefined; mendRoles(this.stage); }); });
    this.mutations.observe(this.stage, { childList: true, subtree: true });
    mendRoles(this.stage);
    this.drawAround();
    this.scrollToNow();
  }

  /* EventCalendar options that follow from the data and the width. */
  settings() {
    const { resources, events, options, height } = this.data;
    const one = this.narrow && this.chosen !== undefined && resources.filter((r) => r.id === this.chosen);
    const clock = { hour: "numeric", minute: "2-digit", ...(options.hour12 !== null && { hour12: options.hour12 }) };
    const today = options.now ? " now" : "";
    const kinds = options.views.filter((kind) => !this.narrow || (kind !== "week" && resources.length === 1));
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
      editable: options.editable,
      selectable: options.selectable,
      firstDay: options.first_day,
      ...(options.locale && { locale: options.locale }),
      eventTimeFormat: clock,
      slotLabelFormat: clock,
      headerToolbar: {
        start: "prev,next" + today,
        center: "title",
        end: kinds.length > 1 ? kinds.map((kind) => VIEWS[kind]).join(",") : "",
      },
    };
  }

  wantedView() {
    if (!this.narrow) return VIEWS[this.wideKind];
    if (this.data.resources.length === 1) return this.wideKind === "list" ? VIEWS.list : VIEWS.day;
    return this.chosen === undefined ? VIEWS.list : VIEWS.day;
  }

  /* Gives EventCalendar what changed, and nothing else: an option set anew redraws and would end a drag. */
  refresh() {
    if (this.held) { this.waiting = true; return; }
    if (this.chosen !== undefined && !this.data.resources.some((r) => r.id === this.chosen)) this.chosen = this.data.resources[0]?.id;
    const focused = focusedId(this.stage);
    if (this.data.revision !== this.revision) { this.revision = this.data.revision; delete this.applied.events; }
    for (const [name, value] of Object.entries(this.settings())) {
      const json = JSON.stringify(value);
      if (json !== this.applied[name]) { this.applied[name] = json; this.ec.setOption(name, value); }
    }
    this.followDate();
    if (this.ec.getView().type !== this.wantedView()) this.ec.setOption("view", this.wantedView());
    this.drawAround();
    if (focused) requestAnimationFrame(() => focusAgain(this.stage, focused));
  }

  /* A day that only repeats what was reported is an answer; while a person leafs on, it must not pull them back. */
  followDate() {
    const date = this.data.options.date;
    if (!date || date === this.applied.date) return;
    this.applied.date = date;
    const echo = this.echoes.indexOf(date);
    if (echo >= 0) this.echoes.splice(0, echo + 1);
    else { this.echoes = []; this.ec.setOption("date", date); }
  }

  drawAround() {
    const { resources, legend } = this.data;
    const json = JSON.stringify([resources, legend, this.narrow, this.chosen]);
    if (json === this.around) return;
    this.around = json;
    this.chooser.hidden = !this.narrow || resources.length < 2;
    drawChooser(this.chooser, resources, this.chosen, (id) => this.choose(id));
    this.legend.hidden = !legend.length;
    this.legend.replaceChildren(...legend.map(legendEntry));
  }

  today() {
    this.ec.setOption("date", this.data.options.now);
    requestAnimationFrame(() => this.scrollToNow());
  }

  /* The hour before now at the top, where the calendar has a height of its own to scroll in. */
  scrollToNow() {
    const line = this.stage.querySelector(".now-line");
    if (line && !this.narrow) this.stage.querySelector(".ec-main").scrollTop = line.offsetTop - 80;
  }

  titleFormat() {
    const { narrow } = this;
    return (start, end) => title(start, end, narrow, this.data.options.locale);
  }

  columnOf(event) {
    return this.data.resources.find((r) => r.id === event.resourceIds[0])?.title;
  }

  choose(id) {
    this.chosen = id;
    this.refresh();
  }

  moved(kind, { event, oldEvent }) {
    const [now, before] = [event, oldEvent].map((e) => ({ start: wall(e.start), end: wall(e.end), resource: e.resourceIds[0] }));
    if (JSON.stringify(now) === JSON.stringify(before)) return this.released();
    this.held = this.waiting = false; // what waited is older than this move; the answer to the move follows
    this.trigger("move", {
      kind, id: event.id, start: now.start, end: now.end, resource_id: now.resource,
      old_start: before.start, old_resource_id: before.resource,
    });
  }

  released() {
    this.held = false;
    if (this.waiting) { this.waiting = false; this.refresh(); }
  }

  selected(start, end, resource) {
    const shown = JSON.parse(this.applied.resources);
    const column = resource?.id ?? (shown.length === 1 ? shown[0].id : undefined);
    if (column === undefined || !this.data.options.selectable) return; // a week of several providers: whose time is it?
    this.trigger("select", { start: wall(start), end: end && wall(end), resource_id: column });
  }

  viewed({ start, end, view }) {
    const shown = { kind: KINDS[view.type], start: wall(start), end: wall(end) };
    if (!this.narrow || this.data.resources.length === 1) this.wideKind = shown.kind;
    const json = JSON.stringify(shown);
    if (this.reported && json !== this.reported) {
      this.echoes.push(shown.start.slice(0, 10));
      this.send.setStateValue("view", shown);
    }
    this.reported = json;
  }

  trigger(name, value) {
    this.send.setTriggerValue(name, { ...value, sequence: ++sequence });
  }

  isNarrow() {
    const width = this.root.getBoundingClientRect().width;
    return width > 0 && width < NARROW_BELOW;
  }

  isDark() {
    const [red, green, blue] = getComputedStyle(this.root).backgroundColor.match(/[\d.]+/g).map(Number);
    return 0.3 * red + 0.59 * green + 0.11 * blue < 128;
  }

  resized() {
    const narrow = this.isNarrow();
    if (narrow === this.narrow) return;
    this.narrow = narrow;
    this.root.classList.toggle("narrow", narrow);
    if (!this.ec) return;
    this.ec.setOption("titleFormat", this.titleFormat());
    this.refresh();
  }

  destroy() {
    this.gone = true;
    this.sizes.disconnect();
    this.mutations?.disconnect();
    if (this.ec) this.lib.destroy(this.ec);
  }
}

export default function ({ data, parentElement, setTriggerValue, setStateValue }) {
  const root = parentElement.querySelector(".daybook-calendar");
  if (!calendars.has(root)) calendars.set(root, new Calendar(root));
  calendars.get(root).show(data, { setTriggerValue, setStateValue });
  return () => {
    calendars.get(root)?.destroy();
    calendars.delete(root);
  };
}
