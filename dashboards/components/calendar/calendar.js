/* Drives EventCalendar for one mounted component: data in, what people do out. */

const calendars = new WeakMap(); // one per mounted root; Streamlit calls the default export again for new data
let sequence = Date.now(); // makes two equal triggers in a row two triggers

class Calendar extends Frame {
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
    this.kind = this.narrow && this.wideKind === "week" ? "day" : this.wideKind;
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
      buttonText: (text) => ({ ...text, ...Object.fromEntries(Object.entries(KINDS).map(([view, kind]) => [view, WORDS[kind]])) }),
      customButtons: { now: { text: "Today", click: () => this.today() } },
      titleFormat: this.titleFormat(),
      resourceLabelContent: ({ resource }) => ({ domNodes: columnHead(resource) }),
      eventContent: (info) => ({ domNodes: content(info, this.columnOf(info.event), KINDS[info.view.type] === "list") }),
      eventDragStart: () => { this.held = true; },
      eventResizeStart: () => { this.held = true; },
      eventDrop: (info) => this.moved("drop", info),
      eventResize: (info) => this.moved("resize", info),
      select: ({ start, end, resource }) => this.selected(start, end, resource),
      dateClick: ({ date, resource }) => this.selected(date, null, resource),
      eventClick: ({ event }) => { if (event.extendedProps.kind !== "hold") this.open(event.id, "open"); },
      datesSet: (info) => this.viewed(info),
    });
    this.mutations = new MutationObserver(() => { this.mending ??= requestAnimationFrame(() => { this.mending = undefined; this.mend(); }); });
    this.mutations.observe(this.stage, { childList: true, subtree: true });
    this.mend();
    this.drawAround();
    this.drawBar();
    this.scrollToNow();
  }

  /* Gives EventCalendar what changed, and nothing else: an option set anew redraws and would end a drag. */
  refresh() {
    if (this.held) { this.waiting = true; return; }
    if (this.chosen !== undefined && !this.data.resources.some((r) => r.id === this.chosen)) this.chosen = this.data.resources[0]?.id;
    const focused = focusedId(this.stage);
    const { focus } = this.data.options; // what a move or a booking has made: the focus goes on to it
    const made = focus !== this.focusSeen ? focus : undefined;
    this.focusSeen = focus;
    if (made) this.lastId = made;
    if (this.data.revision !== this.revision) { this.revision = this.data.revision; delete this.applied.events; }
    for (const [name, value] of Object.entries(this.settings())) {
      const json = JSON.stringify(value);
      if (json !== this.applied[name]) { this.applied[name] = json; this.ec.setOption(name, value); }
    }
    this.followDate();
    if (this.ec.getView().type !== this.wantedView()) this.ec.setOption("view", this.wantedView());
    this.drawAround();
    this.drawBar();
    if (focused) requestAnimationFrame(() => focusAgain(this.stage, made ?? focused));
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
    this.root.classList.toggle("week", this.kind === "week");
    const json = JSON.stringify([resources, legend, this.narrow, this.chosen]);
    if (json === this.around) return;
    this.around = json;
    this.chooser.hidden = !this.narrow || resources.length < 2;
    drawChooser(this.chooser, resources, this.chosen, (id) => this.choose(id));
    this.legend.hidden = !legend.length;
    this.legend.replaceChildren(...legend.map(legendEntry));
  }

  /* What was just done or refused; drawn once, gone when its time is over or the person says so. */
  drawBar() {
    const { bar } = this.data;
    if (bar?.id === this.barId) return;
    this.barId = bar?.id;
    clearTimeout(this.barTimer);
    this.barTimer = drawBar(this.bar, bar, (button) => this.pressed(bar.id, button));
  }

  pressed(bar, button) {
    clearTimeout(this.barTimer);
    const hadFocus = this.bar.contains(this.root.getRootNode().activeElement);
    drawBar(this.bar, undefined);
    if (hadFocus) focusAgain(this.stage, this.data.options.focus ?? this.lastId);
    if (button !== "gone") this.trigger("press", { bar, button });
  }

  undo() {
    const isThere = !this.bar.hidden && this.data.bar?.buttons.some(([id]) => id === "undo");
    if (isThere) this.pressed(this.data.bar.id, "undo");
    return isThere;
  }

  open(id, action) {
    this.comeBackTo(id);
    this.trigger("open", { id, action });
  }

  /* A new visit from the keyboard: after the focused one, else now, in the first column; the drawer lets all be changed. */
  anew(id) {
    const { events, resources, options } = this.data;
    if (!options.selectable || !resources.length) return;
    const after = events.find((event) => event.id === id);
    const day = wall(this.ec.getView().currentStart).slice(0, 10);
    const next = events.find((event) => event.classNames[0] === "buffer" && event.start === after?.end && event.resourceIds[0] === after.resourceIds[0]);
    const now = options.now?.startsWith(day) ? options.now : `${day}T${options.day_start}:00`;
    this.comeBackTo(id);
    this.trigger("select", { start: (next ?? after)?.end ?? now, end: null, resource_id: after?.resourceIds[0] ?? this.columns()[0].id, is_typed: true });
  }

  /* The focus goes back to where it was, or to what came of it, once the drawer has closed. */
  comeBackTo(id) {
    this.forget?.();
    const isNowhere = () => [document.body, null, this.root.getRootNode().host].includes(document.activeElement);
    this.forget = whenDialogCloses(() => { if (isNowhere()) focusAgain(this.stage, this.data.options.focus ?? id ?? this.lastId); });
  }

  choose(id) {
    this.chosen = id;
    this.refresh();
  }

  moved(kind, { event, oldEvent, revert }) {
    const [now, before] = [event, oldEvent].map((e) => ({ start: wall(e.start), end: wall(e.end), resource: e.resourceIds[0] }));
    if (JSON.stringify(now) === JSON.stringify(before)) return this.released();
    const { ask } = this.data.options;
    const isAsked = ask && kind === "drop" && (now.start !== before.start || (ask.of_columns && now.resource !== before.resource));
    if (!isAsked) return this.sent(kind, event.id, now, before, {});
    const column = now.resource === before.resource ? "" : ` · ${this.columnOf(event)}`;
    const line = `${before.start.slice(11, 16)} → ${now.start.slice(11, 16)}${column}`;
    const anchor = this.stage.querySelector(`[data-id="${CSS.escape(event.id)}"]`)?.closest(".ec-event").getBoundingClientRect();
    askWhy(this.root, anchor, { head: `Who asked to move ${event.title}?`, line, groups: ask.groups, last: this.lastWhy ?? ask.last },
      (why) => { this.lastWhy = [why.by, why.code]; this.sent(kind, event.id, now, before, why); this.focusSoon(event.id); },
      () => { revert(); this.released(); this.focusSoon(event.id); });
  }

  sent(kind, id, now, before, why) {
    this.held = this.waiting = false; // what waited is older than this move; the answer to the move follows
    this.trigger("move", {
      kind, id, start: now.start, end: now.end, resource_id: now.resource,
      old_start: before.start, old_resource_id: before.resource, ...why,
    });
  }

  focusSoon(id) {
    this.lastId = id;
    requestAnimationFrame(() => focusAgain(this.stage, id));
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
    if (this.kind !== shown.kind) { this.kind = shown.kind; if (this.reported) queueMicrotask(() => this.refresh()); }
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
    this.forget?.();
    clearTimeout(this.barTimer);
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
