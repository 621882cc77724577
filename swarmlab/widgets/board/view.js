// One picture of a scene on a page: status, filter, legend, cards or tiles and a table, and what a task has to tell.

const ROWS = 200;
const ANIMATED = 200; // tasks up to which moves are worth their time
const SIGNS = { well: "●", attention: "!", hint: "i", problem: "▲", ended: "■" };
const SHOWN = [
  ["current", "current tasks"],
  ["running", "running only"],
  ["past", "also failed and replaced"],
];

class View {
  constructor(scene, root) {
    this.scene = scene;
    this.root = root;
    this.chosen = null;
    this.names = new Map(); // of tasks that were drawn: whoever takes a slot over comes from where the other one was
    this.build();
    this.cards = new Kept(makeCard, updateCard);
    this.chips = new Kept(makeChip, (element, task) => updateChip(element, task, scene.content));
    this.tiles = new Kept(
      () => this.makeTileFor(),
      (element, [card, tasks]) => updateTile(element, card, tasks, scene.content),
    );
    this.legendItems = new Kept(
      (name) => this.makeLegendItem(name),
      (element, service) => this.updateLegendItem(element, service),
    );
    this.rows = new Kept(() => make("tr", "", {}, ...Array.from({ length: 4 }, () => make("td"))), (element, row) =>
      row.forEach((text, place) => setText(element.children[place], text)),
    );
  }

  build() {
    const status = { role: "status", "aria-live": "polite" };
    this.headline = make("strong");
    this.said = make("span", "swl-said");
    this.back = make("button", "swl-back", { type: "button", hidden: "" }, "Back to now");
    this.back.onclick = () => this.scene.model.send({ wants: "now" });
    this.status = make("div", "swl-status", status, this.headline, this.said, this.back);
    this.show = make("select", "", { "aria-label": "Which tasks are shown", title: "Which tasks are shown" });
    this.show.append(...SHOWN.map(([value, text]) => make("option", "", { value }, text)));
    this.filter = make("input", "", {
      type: "search",
      placeholder: "Filter: service, node, state",
      "aria-label": "Filter tasks by service, node or state",
      title: "Only tasks with all of these words in their service, node, state or image",
    });
    this.show.onchange = this.filter.oninput = () => this.draw();
    this.legend = make("ul", "swl-legend", { "aria-label": "Services" });
    this.hosts = make("div", "swl-cards");
    this.waiting = make("div", "swl-waiting", { "aria-label": "Tasks that wait for a node", role: "group" });
    this.table = this.buildTable();
    this.key = make("details", "swl-key", {}, make("summary", "", {}, "What the signs mean"), make("ul"));
    this.detail = make("div", "swl-detail", { "aria-live": "polite", hidden: "" });
    const tools = make("div", "swl-tools", {}, this.show, this.filter);
    this.root.append(this.status, tools, this.legend, this.hosts, this.waiting, this.table, this.key, this.detail);
    this.root.onkeydown = (event) => this.onKey(event);
    this.root.onclick = (event) => this.onClick(event);
  }

  buildTable() {
    const head = make("tr", "", {}, ...["Task", "Node", "State", "Since"].map((text) => make("th", "", { scope: "col" }, text)));
    this.body = make("tbody");
    this.caption = make("caption");
    return make("div", "swl-table", { hidden: "", tabindex: "0", role: "region", "aria-label": "Tasks" },
      make("table", "", {}, this.caption, make("thead", "", {}, head), this.body));
  }

  // --- drawing ---

  draw() {
    const { top, cards, services } = this.scene.content;
    this.drawStatus(this.scene.status);
    this.drawShow(top.past);
    this.drawLegend(services);
    this.drawKey(top.looks);
    this.root.dataset.density = top.density;
    this.root.classList.toggle("swl-old", this.scene.status.tone === "problem" || this.scene.status.tone === "ended");
    const tasks = this.shownTasks();
    const isCounted = top.density === "counted";
    this.table.hidden = !isCounted;
    if (isCounted) this.drawCounted(cards, tasks);
    else this.drawCards(cards, tasks);
    this.drawDetail();
    this.tick();
  }

  drawStatus({ tone, headline, text, of }) {
    this.status.className = `swl-status swl-${tone}`;
    setText(this.headline, `${SIGNS[tone]} ${headline}`);
    const when = of ? ` ${tone === "hint" ? "This was at" : "What you see is of"} ${clock(of)} UTC.` : "";
    setText(this.said, (text && !/[.…]$/.test(text) && when ? `${text}.` : text) + when);
    this.back.hidden = !(tone === "hint" && of);
  }

  drawShow(past) {
    setText(this.show.options[2], past ? `${SHOWN[2][1]} (${past})` : SHOWN[2][1]);
  }

  drawLegend(services) {
    arrange(this.legend, this.legendItems.of(inOrder(Object.entries(services).map(([name, value]) => [name, { name, ...value }]), (each) => each.name)));
  }

  makeLegendItem(name) {
    const button = make("button", "swl-legend-item", { type: "button", title: `Show only ${name}` });
    button.parts = [make("span", "swl-swatch"), make("b", "", {}, name), make("span", "swl-runs"), make("span", "swl-alarm")];
    button.append(...button.parts);
    button.onclick = () => this.filterBy(name);
    const item = make("li", "", {}, button);
    item.button = button;
    return item;
  }

  updateLegendItem({ button }, { name, colour, runs, alarm }) {
    const [swatch, , runsText, alarmText] = button.parts;
    swatch.style.background = colour;
    setText(runsText, runs);
    setText(alarmText, alarm);
    button.setAttribute("aria-pressed", String(this.filter.value === name));
  }

  drawKey(looks) {
    if (this.key.lastChild.childElementCount) return;
    for (const { sign, border, meaning } of Object.values(looks)) {
      const sample = make("span", "swl-sample", { "aria-hidden": "true" }, sign);
      sample.style.borderStyle = border;
      this.key.lastChild.append(make("li", "", {}, sample, ` ${meaning}`));
    }
  }

  shownTasks() {
    const { cards, tasks } = this.scene.content;
    const words = this.filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = ([, task]) => {
      if (task.past && this.show.value !== "past") return false;
      if (this.show.value === "running" && task.word !== "running") return false;
      if (!words.length) return true;
      const text = [task.name, task.word, task.image ?? "", cards[task.card]?.title ?? ""].join(" ").toLowerCase();
      return words.every((word) => text.includes(word));
    };
    return Object.entries(tasks).filter(fits);
  }

  drawCards(cards, tasks) {
    const focused = this.focusedTask();
    const isAnimated = tasks.length <= ANIMATED && !wantsCalm() && this.wasDrawn && !document.hidden;
    const before = isAnimated ? placesOf(this.chips.elements) : null;
    const ordered = inOrder(tasks, (task) => task.name);
    for (const [key, task] of ordered) this.names.set(key, task.slot === undefined ? key : task.name);
    const chips = new Map(ordered.map(([key]) => [key]));
    this.chips.of(ordered).forEach((element, place) => chips.set(ordered[place][0], element));
    const byCard = groupBy(ordered, ([, task]) => task.card);
    const entries = inOrder(Object.entries(cards), (card) => `${card.title} ${card.tone === "lost" ? 1 : 0}`);
    this.cards.of(entries).forEach((card, place) => {
      arrange(card.parts.chips, (byCard.get(entries[place][0]) ?? []).map(([key]) => chips.get(key)));
    });
    const element = ([key]) => this.cards.elements.get(key);
    arrange(this.hosts, entries.filter(([, card]) => card.kind !== "waits").map(element));
    arrange(this.waiting, waitingOnes(entries, byCard).map(element));
    if (before) playMoves(this.chips.elements, before, (key) => this.names.get(key));
    for (const key of this.names.keys()) if (!this.chips.elements.has(key)) this.names.delete(key);
    this.wasDrawn = true;
    this.keepOneTabStop();
    if (focused && !this.focusedTask()) this.tabStop()?.focus({ preventScroll: true });
  }

  drawCounted(cards, tasks) {
    const byCard = groupBy(tasks.map(([, task]) => task), (task) => task.card);
    const hosts = inOrder(Object.entries(cards).filter(([, card]) => card.kind !== "waits"), (card) => card.title);
    arrange(this.hosts, this.tiles.of(hosts.map(([key, card]) => [key, [card, byCard.get(key) ?? []]])));
    const waits = waitingOnes(Object.entries(cards), byCard);
    arrange(this.waiting, this.cards.of(waits));
    for (const [key] of waits) {
      const count = make("li", "", {}, `${byCard.get(key).length} tasks wait`);
      this.cards.elements.get(key).parts.chips.replaceChildren(count);
    }
    const rows = inOrder(tasks, (task) => task.name).slice(0, ROWS);
    arrange(this.body, this.rows.of(rows.map(([key, task]) => [key, this.rowOf(task, cards)])));
    const some = tasks.length > ROWS ? `The first ${ROWS} of ${tasks.length.toLocaleString("en")} tasks; filter for the others.` : `${tasks.length} tasks`;
    setText(this.caption, some);
  }

  rowOf(task, cards) {
    const card = cards[task.card];
    const place = card?.kind === "waits" ? "" : card?.title ?? "";
    const state = `${this.scene.content.top.looks[task.look].sign} ${task.word}`;
    const why = task.why ?? (card?.kind === "waits" ? card.why : "");
    return [task.name, place, why ? `${state}: ${why}` : state, task.since === undefined ? "" : this.scene.age(task.since)];
  }

  makeTileFor() {
    const tile = makeTile();
    tile.onclick = () => this.filterBy(tile.parts.title.textContent);
    return tile;
  }

  filterBy(text) {
    this.filter.value = this.filter.value === text ? "" : text;
    this.draw();
  }

  // --- time ---

  tick() {
    if (this.scene.content.top.density === "full") {
      for (const element of this.chips.elements.values()) updateAge(element, this.scene);
    }
  }

  // --- what a task has to tell ---

  onClick(event) {
    const chip = event.target.closest("[data-task]");
    if (chip) this.choose(chip.dataset.task);
  }

  choose(key) {
    this.chosen = this.chosen === key ? null : key;
    this.stop = key;
    this.keepOneTabStop();
    this.drawDetail();
  }

  drawDetail() {
    const task = this.scene.content.tasks[this.chosen];
    this.detail.hidden = !task;
    this.detail.shown = this.detail.hidden ? null : this.detail.shown;
    if (!task || this.detail.shown === task) return;
    this.detail.shown = task;
    const card = this.scene.content.cards[task.card];
    const facts = [["state", task.word], ["node", card?.kind === "waits" ? "" : card?.title], ["why", card?.kind === "waits" ? card.why : ""]];
    const list = make("dl");
    for (const [label, text] of [...facts, ...(task.detail ?? [])]) {
      if (text) list.append(make("dt", "", {}, label), make("dd", "", {}, text));
    }
    const close = make("button", "swl-close", { type: "button", "aria-label": "Close", title: "Close (Esc)" }, "×");
    close.onclick = () => this.choose(this.chosen);
    this.detail.replaceChildren(make("strong", "", {}, task.name), close, list);
  }

  // --- keyboard: one tab stop for all tasks, arrows between them ---

  buttons() {
    return [...this.root.querySelectorAll("[data-task]")];
  }

  tabStop() {
    return this.buttons().find((button) => button.tabIndex === 0);
  }

  // The task that has the focus; an element that moves to another card loses it.
  focusedTask() {
    const button = document.activeElement?.closest("[data-task]");
    if (!this.root.contains(button)) return null;
    this.stop = button.dataset.task;
    return button;
  }

  keepOneTabStop() {
    const buttons = this.buttons();
    const stop = buttons.find((button) => button.dataset.task === this.stop) ?? buttons[0];
    for (const button of buttons) button.tabIndex = button === stop ? 0 : -1;
  }

  onKey(event) {
    if (event.key === "Escape" && this.chosen) {
      this.choose(this.chosen);
      this.tabStop()?.focus();
      return;
    }
    const buttons = this.buttons();
    const place = buttons.indexOf(event.target);
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const next = step ? place + step : { Home: 0, End: buttons.length - 1 }[event.key];
    if (place < 0 || next === undefined || !buttons[next]) return;
    event.preventDefault();
    this.stop = buttons[next].dataset.task;
    this.keepOneTabStop();
    buttons[next].focus();
  }
}

// Those that were refused a node first: the others are gone in a moment, and shall move nothing.
function waitingOnes(entries, byCard) {
  const isWaiting = ([key, card]) => card.kind === "waits" && byCard.has(key);
  return inOrder(entries.filter(isWaiting), (card) => `${card.tone === "closed" ? 0 : 1} ${card.title}`);
}
