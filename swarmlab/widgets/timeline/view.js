// One picture of a recording on a page: the line of time, rows, marks, and what is chosen.

const WINDOWS = [["", "all of it"], ["120", "last 2 min"], ["600", "last 10 min"], ["3600", "last hour"]];
const SIGNS = { node: "◆", service: "●", fault: "⊘", problem: "▲" };
const SENT_AFTER_MS = 150;
const NAMED_FROM = 14; // percent of the width from which a bar has room for a name, or for a sign
const SIGNED_FROM = 3;
const SVG = "http://www.w3.org/2000/svg";

class View {
  constructor(recording, model, root) {
    this.recording = recording;
    this.model = model;
    this.root = root;
    this.rowStops = new Roving(["ArrowUp", "ArrowDown"]);
    this.markStops = new Roving();
    this.moment = model.get("moment");
    this.build();
  }

  build() {
    this.headline = make("strong");
    this.said = make("span");
    this.status = make("div", "swt-status", { role: "status", "aria-live": "polite" }, this.headline, this.said);
    this.by = choice("Rows", [["slot", "a row a slot"], ["node", "a row a node"]], () => this.draw());
    this.window = choice("Which time is shown", WINDOWS, () => this.draw());
    this.filter = make("input", "", {
      type: "search", placeholder: "Filter: service, node, state", "aria-label": "Filter tasks by service, node or state",
      title: "Only tasks with all of these words in their name, node, state or error",
    });
    this.filter.oninput = () => this.draw();
    this.buildSlider();
    this.legend = make("ul", "swt-legend", { "aria-label": "Services and states" });
    this.chart = make("div", "swt-chart", { role: "group", "aria-label": "Rows: choose one to read why it moved" });
    this.hint = make("div", "swt-hint");
    this.answer = make("div", "swt-answer", { "aria-live": "polite" });
    this.list = make("ol", "swt-list");
    this.listTitle = make("summary");
    const tools = make("div", "swt-tools", {}, this.by, this.window, this.filter);
    const events = make("details", "swt-events", {}, this.listTitle, this.list);
    this.root.append(this.status, tools, this.time, this.chart, this.hint, this.answer, this.legend, events);
    this.chart.onkeydown = (event) => { this.rowStops.onKey(event); this.markStops.onKey(event); };
    for (const kind of ["mouseover", "focusin"]) {
      this.chart.addEventListener(kind, (event) => this.hintAt(event.target.closest("[data-hint]")));
    }
  }

  buildSlider() {
    this.slider = make("input", "swt-slider", { type: "range", step: "1000", "aria-label": "Moment that is shown" });
    this.slider.oninput = () => this.goTo(Number(this.slider.value));
    const button = (text, label, act) => {
      const made = make("button", "", { type: "button", "aria-label": label, title: label }, text);
      made.onclick = act;
      return made;
    };
    this.live = button("● Live", "Back to the present", () => this.goTo(null));
    const before = button("◀", "To the event before", () => this.toMark(-1));
    const after = button("▶", "To the next event", () => this.toMark(1));
    this.time = make("div", "swt-time", {}, make("span", "swt-buttons", {}, before, after, this.live), this.slider);
  }

  // --- the moment that is shown ---

  goTo(moment) {
    this.moment = moment !== null && moment >= this.end - 1000 ? null : moment;
    this.draw();
    clearTimeout(this.sending);
    this.sending = setTimeout(() => {
      this.model.set("moment", this.moment);
      this.model.save_changes();
    }, SENT_AFTER_MS);
  }

  toMark(step) {
    const here = this.moment ?? this.end;
    const moments = [...new Set(this.recording.parts.marks.map((mark) => mark.at))];
    const later = moments.filter((at) => at > here);
    const earlier = moments.filter((at) => at < here);
    if (step < 0 && earlier.length) this.goTo(earlier.at(-1));
    if (step > 0) this.goTo(later.length ? later[0] : null);
  }

  follow() {
    this.moment = this.model.get("moment");
    this.draw();
  }

  // --- drawing ---

  draw() {
    const { parts } = this.recording;
    const all = Object.entries(this.recording.lives).map(([id, life]) => ({ id, ...life }));
    this.setRange(all);
    const lives = this.fitting(all);
    this.drawStatus(parts, lives);
    this.drawSlider();
    this.drawRows(lives);
    this.drawLegend(parts, lives);
    this.drawList(parts.marks);
    this.drawAnswer(all);
  }

  // Time has passed, and nothing else. What has the focus stays the same element: a screen reader would read it anew.
  tick() {
    if (!this.recording.ticks || this.recording.isDead || this.recording.isOver || document.hidden || !this.root.isConnected) return;
    if (!this.chart.contains(document.activeElement)) {
      this.draw();
      return;
    }
    this.setRange(Object.values(this.recording.lives));
    this.drawSlider();
    this.place();
  }

  // Put what is drawn where it belongs now.
  place() {
    for (const bar of this.chart.querySelectorAll(".swt-bar")) this.placeBar(bar);
    for (const element of this.chart.querySelectorAll(".swt-mark, .swt-track .swt-failure")) this.placeAt(element);
    this.cursor.style.setProperty("--x", this.x(this.moment ?? this.end) / 100);
    this.foot.replaceChildren(...this.ticks());
  }

  placeBar(bar) {
    const [left, right] = [this.x(bar.stay.since), this.x(bar.stay.until ?? this.end)];
    bar.style.left = `${left}%`;
    bar.style.width = `${Math.max(0.15, right - left)}%`;
    return right - left;
  }

  placeAt(element) {
    element.style.left = `clamp(11px, ${this.x(element.at)}%, 100% - 11px)`;
  }

  setRange(lives) {
    this.end = Math.max(this.recording.now, ...lives.map((life) => life.end ?? 0));
    const first = Math.min(this.end - 1000, ...lives.map((life) => life.stays[0].since));
    const seconds = Number(this.window.firstElementChild.value);
    this.begin = Math.floor((seconds ? Math.max(first, this.end - seconds * 1000) : first) / 1000) * 1000;
  }

  // Where a moment is, in percent of the width.
  x(moment) {
    const share = (Math.min(Math.max(moment, this.begin), this.end) - this.begin) / (this.end - this.begin);
    return Math.round(share * 1e5) / 1e3;
  }

  fitting(lives) {
    const words = this.filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    return lives.filter((life) => {
      if (life.end !== null && life.end <= this.begin) return false;
      const text = `${life.row} ${life.node} ${life.state} ${life.error}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
  }

  drawStatus({ problem, ended }, lives) {
    const what = `${wordsAt(lives, this.moment ?? this.end)}.`;
    const [headline, said] = this.recording.isDead
      ? [`▲ ${DEAD.headline}`, DEAD.text]
      : ended ? ["■ The time line has ended", ended]
      : this.moment !== null ? ["◀ You see a past moment", `At ${clock(this.moment)} UTC: ${what}`]
      : problem ? [`▲ ${problem[0]}`, problem[1]] : ["● Live", what];
    setText(this.headline, headline);
    setText(this.said, said);
    this.root.classList.toggle("swt-past", this.moment !== null);
  }

  drawSlider() {
    const { slider } = this;
    [slider.min, slider.max] = [this.begin, Math.ceil(this.end)];
    slider.value = this.moment ?? slider.max;
    slider.setAttribute("aria-valuetext", this.moment === null ? "the present" : `${clock(this.moment)} UTC`);
    this.live.disabled = this.moment === null;
  }

  drawRows(lives) {
    const focused = this.chart.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    const { isCounted, rows } = rowsOf(lives, this.by.firstElementChild.value);
    const highest = isCounted ? highestOf(rows, this) : 0;
    const elements = rows.map((row) => (isCounted ? this.countRow(row, highest) : this.barRow(row)));
    const marks = this.markRow();
    const top = this.chart.scrollTop;
    this.cursor = make("div", "swt-cursor", { "aria-hidden": "true" });
    this.chart.replaceChildren(marks, ...elements, this.axis(), this.cursor);
    this.place();
    this.chart.scrollTop = top;
    if (!rows.length) this.chart.insertBefore(make("div", "swt-none", {}, "No task yet, or none that fits the filter."), this.cursor);
    this.rowStops.hold([...this.chart.querySelectorAll(".swt-label")]);
    this.markStops.hold([...this.chart.querySelectorAll(".swt-mark")]);
    if (focused) this.chart.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }

  rowElement(key, hint, track, canAsk) {
    const label = make("button", "swt-label", { type: "button", "data-key": key, "data-hint": hint, "aria-label": hint, title: hint }, key);
    const isChosen = canAsk && this.model.get("chosen") === key;
    if (canAsk) label.setAttribute("aria-pressed", String(isChosen));
    label.onclick = () => (canAsk ? this.choose(key) : this.filterBy(key));
    return make("div", `swt-row${isChosen ? " swt-chosen" : ""}`, {}, label, track);
  }

  barRow(row) {
    const track = make("div", "swt-track");
    const by = this.by.firstElementChild.value;
    track.style.setProperty("--lanes", lanesOf(row));
    for (const life of row.lives) {
      for (const stay of life.stays) {
        if (stay.until === null || stay.until > this.begin) track.append(this.bar(life, stay, row.lanes.get(life), by));
      }
      if (["failed", "rejected"].includes(life.state) && life.end) track.append(this.failure(life, row.lanes.get(life)));
    }
    const now = wordsAt(row.lives, this.moment ?? this.end);
    return this.rowElement(row.key, `${row.key}: ${now}; ${row.lives.length} in this time`, track, by === "slot");
  }

  bar(life, stay, lane, by) {
    const look = this.recording.parts.looks[stay.look];
    const until = stay.until === null ? "now" : clock(stay.until);
    const hint = `${life.row} ${stay.word} on ${life.node || "no node"}, ${clock(stay.since)} to ${until}`;
    const bar = make("span", `swt-bar swt-look-${stay.look}`, { "data-hint": hint, title: hint, "data-task": life.id });
    bar.stay = stay;
    const width = this.placeBar(bar);
    const name = width > NAMED_FROM ? ` ${by === "node" ? life.row : life.node}` : "";
    if (width > SIGNED_FROM) bar.append(make("span", "swt-text", {}, `${look.sign}${name}`));
    bar.style.setProperty("--lane", lane);
    bar.style.setProperty("--colour", this.recording.parts.colours[life.service] ?? "#BBBBBB");
    bar.style.borderStyle = look.border;
    bar.onclick = () => this.choose(life.id);
    return bar;
  }

  failure(life, lane) {
    const hint = `${life.row} ${life.state} on ${life.node} at ${clock(life.end)}: ${life.error || "no error is told"}`;
    const mark = make("span", "swt-failure", { "data-hint": hint, title: hint }, "✕");
    mark.at = life.end;
    mark.style.setProperty("--lane", lane);
    return mark;
  }

  countRow({ key, lives }, highest) {
    const counts = countsOf(lives);
    const strip = document.createElementNS(SVG, "svg");
    strip.setAttribute("viewBox", "0 0 1000 100");
    strip.setAttribute("preserveAspectRatio", "none");
    strip.setAttribute("aria-hidden", "true");
    for (const [service, path] of stackedPaths(counts, highest, this)) {
      const shape = document.createElementNS(SVG, "path");
      shape.setAttribute("d", path);
      shape.setAttribute("fill", this.recording.parts.colours[service] ?? "#BBBBBB");
      strip.append(shape);
    }
    const now = wordsAt(lives, this.moment ?? this.end);
    const track = make("div", "swt-track swt-strip", { "data-hint": `${key}: ${now}` }, strip, make("span", "swt-count", {}, now));
    return this.rowElement(key, `${key}: ${now}. Show only these`, track, false);
  }

  markRow() {
    const track = make("div", "swt-track swt-marks");
    this.recording.parts.marks.filter((mark) => mark.at >= this.begin && mark.at <= this.end).forEach((mark) => {
      const hint = `${clock(mark.at)} ${mark.text}`;
      const element = make("button", `swt-mark swt-${mark.kind}`, {
        type: "button", "data-key": `mark ${mark.at} ${mark.text}`, "data-hint": hint, "aria-label": hint, title: hint,
      }, SIGNS[mark.kind]);
      element.at = mark.at;
      element.onclick = () => this.goTo(mark.at);
      track.append(element);
    });
    return make("div", "swt-row swt-head", {}, make("span", "swt-name", {}, "events, faults"), track);
  }

  axis() {
    this.foot = make("div", "swt-track swt-axis", { "aria-hidden": "true" });
    return make("div", "swt-row swt-foot", {}, make("span", "swt-name", {}, "time (UTC)"), this.foot);
  }

  ticks() {
    const step = niceStep((this.end - this.begin) / 1000) * 1000;
    const found = [];
    for (let at = Math.ceil(this.begin / step) * step; at <= this.end && this.x(at) <= 94; at += step) {
      const tick = make("span", "swt-tick", {}, clock(at));
      tick.style.left = `${this.x(at)}%`;
      found.push(tick);
    }
    return found;
  }

  hintAt(element) {
    setText(this.hint, element ? element.dataset.hint : "");
  }

  // --- legend, list, answer ---

  drawLegend({ colours, looks }, lives) {
    const services = new Set(lives.map((life) => life.service));
    const seen = new Set(lives.flatMap((life) => life.stays.map((stay) => stay.look)));
    const entries = Object.entries(colours).filter(([name]) => services.has(name)).map(([name, colour]) => {
      const sample = make("span", "swt-sample");
      sample.style.setProperty("--colour", colour);
      return make("li", "", {}, sample, name);
    });
    looks.forEach((look, place) => {
      if (!seen.has(place)) return;
      const sample = make("span", `swt-sample swt-look-${place}`);
      sample.style.borderStyle = look.border;
      entries.push(make("li", "", {}, sample, `${look.sign} ${look.meaning}`));
    });
    if (lives.some((life) => ["failed", "rejected"].includes(life.state))) {
      entries.push(make("li", "", {}, make("span", "swt-failure swt-key", {}, "✕"), "failed or rejected"));
    }
    for (const [kind, sign] of Object.entries(SIGNS)) {
      if (this.recording.parts.marks.some((mark) => mark.kind === kind)) entries.push(make("li", "", {}, `${sign} ${kind}`));
    }
    const isSame = this.legend.textContent === entries.map((entry) => entry.textContent).join("");
    if (!isSame) this.legend.replaceChildren(...entries);
  }

  drawList(marks) {
    setText(this.listTitle, `Events and faults (${marks.length})`);
    const last = marks.at(-1);
    const state = `${marks.length} ${last?.at} ${last?.text}`;
    if (this.listed === state) return;
    this.listed = state;
    this.list.replaceChildren(...[...marks].reverse().map((mark) => {
      const entry = make("button", "", { type: "button", title: "Show this moment" }, `${clock(mark.at)} ${SIGNS[mark.kind]} ${mark.text}`);
      entry.onclick = () => this.goTo(mark.at);
      return make("li", "", {}, entry);
    }));
  }

  choose(key) {
    this.model.set("chosen", this.model.get("chosen") === key ? "" : key);
    this.model.save_changes();
    this.draw();
  }

  filterBy(text) {
    this.filter.value = this.filter.value === text ? "" : text;
    this.draw();
  }

  drawAnswer(all) {
    const chosen = this.model.get("chosen");
    const lives = all.filter((life) => life.row === chosen || life.id === chosen);
    lives.sort((one, other) => one.stays[0].since - other.stays[0].since);
    const state = JSON.stringify([chosen, this.model.get("why"), lives]);
    if (this.answered === state) return;
    this.answered = state;
    if (!chosen) {
      this.answer.replaceChildren("Choose a row or a bar to read why it is where it is.");
      return;
    }
    const rows = lives.map((life) => [life.node, clock(life.stays[0].since), life.end === null ? "" : clock(life.end), life.state, life.error]);
    const close = make("button", "swt-close", { type: "button", "aria-label": "Close", title: "Close" }, "×");
    close.onclick = () => this.choose(chosen);
    this.answer.replaceChildren(close, make("p", "", {}, this.model.get("why")), tableOf(["Node", "From", "Until", "State", "Error"], rows));
  }
}

function choice(label, options, onchange) {
  const select = make("select", "", { "aria-label": label, title: label });
  select.append(...options.map(([value, text]) => make("option", "", { value }, text)));
  select.onchange = onchange;
  return make("span", "swt-choice", {}, select);
}

function tableOf(headers, rows) {
  const head = make("tr", "", {}, ...headers.map((text) => make("th", "", { scope: "col" }, text)));
  const body = rows.map((row) => make("tr", "", {}, ...row.map((text) => make("td", "", {}, text))));
  return make("table", "", {}, make("thead", "", {}, head), make("tbody", "", {}, ...body));
}

function niceStep(seconds) {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 86400];
  return steps.find((step) => seconds / step <= 8) ?? Math.ceil(seconds / 8);
}

function momentsOf(counts, { begin }) {
  const moments = new Set([begin]);
  for (const [, steps] of counts) for (const [moment] of steps) if (moment > begin) moments.add(moment);
  return [...moments].sort((one, other) => one - other);
}

function highestOf(rows, range) {
  const totals = rows.map(({ lives }) => {
    const counts = countsOf(lives);
    const sum = (moment) => counts.reduce((total, [, steps]) => total + numberAt(steps, moment), 0);
    return Math.max(...momentsOf(counts, range).map(sum));
  });
  return Math.max(1, ...totals);
}

// Steps on top of each other, one path a service.
function stackedPaths(counts, highest, range) {
  const moments = momentsOf(counts, range);
  const right = [...moments.slice(1), range.end];
  let base = moments.map(() => 0);
  return counts.map(([service, steps]) => {
    const top = moments.map((moment, place) => base[place] + numberAt(steps, moment));
    const point = (moment, height) => `${range.x(moment) * 10} ${100 - (95 * height) / highest}`;
    const there = moments.flatMap((moment, place) => [point(moment, top[place]), point(right[place], top[place])]);
    const back = moments.flatMap((moment, place) => [point(moment, base[place]), point(right[place], base[place])]).reverse();
    base = top;
    return [service, `M${[...there, ...back].join("L")}Z`];
  });
}
