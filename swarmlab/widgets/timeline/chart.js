// Rows, bars, marks and the line of time: what lies where in the picture, and how it is drawn.

const NAMED_FROM = 14; // percent of the width from which a bar has room for a name, or for a sign
const SIGNED_FROM = 3;
const SVG = "http://www.w3.org/2000/svg";

// A view says what is shown (`moment`, `by`, `seconds`), and what is done when something is pressed.
class Chart {
  constructor(view) {
    this.view = view;
    this.rowStops = new Roving(["ArrowUp", "ArrowDown"]);
    this.markStops = new Roving();
    this.element = make("div", "swt-chart", { role: "group", "aria-label": "Rows: choose one to read why it moved" });
    this.element.onkeydown = (event) => { this.rowStops.onKey(event); this.markStops.onKey(event); };
    for (const kind of ["mouseover", "focusin"]) {
      this.element.addEventListener(kind, (event) => view.hintAt(event.target.closest("[data-hint]")));
    }
  }

  get recording() {
    return this.view.recording;
  }

  get moment() {
    return this.view.moment ?? this.end;
  }

  // --- where ---

  setRange(lives) {
    this.end = Math.max(this.recording.now, ...lives.map((life) => life.end ?? 0));
    const first = Math.min(this.end - 1000, ...lives.map((life) => life.stays[0].since));
    const { seconds } = this.view;
    this.begin = Math.floor((seconds ? Math.max(first, this.end - seconds * 1000) : first) / 1000) * 1000;
  }

  // Where a moment is, in percent of the width.
  x(moment) {
    const share = (Math.min(Math.max(moment, this.begin), this.end) - this.begin) / (this.end - this.begin);
    return Math.round(share * 1e5) / 1e3;
  }

  // Put what is drawn where it belongs now.
  place() {
    for (const bar of this.element.querySelectorAll(".swt-bar")) this.placeBar(bar);
    for (const element of this.element.querySelectorAll(".swt-mark, .swt-track .swt-failure")) this.placeAt(element);
    this.cursor.style.setProperty("--x", this.x(this.moment) / 100);
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

  // --- what ---

  draw(lives) {
    const focused = this.element.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    const { isCounted, rows } = rowsOf(lives, this.view.by);
    const highest = isCounted ? highestOf(rows, this) : 0;
    const elements = rows.map((row) => (isCounted ? this.countRow(row, highest) : this.barRow(row)));
    const marks = this.markRow();
    const top = this.element.scrollTop;
    this.cursor = make("div", "swt-cursor", { "aria-hidden": "true" });
    this.element.replaceChildren(marks, ...elements, this.axis(), this.cursor);
    this.place();
    this.element.scrollTop = top;
    if (!rows.length) this.element.insertBefore(make("div", "swt-none", {}, "No task yet, or none that fits the filter."), this.cursor);
    this.rowStops.hold([...this.element.querySelectorAll(".swt-label")]);
    this.markStops.hold([...this.element.querySelectorAll(".swt-mark")]);
    if (focused) this.element.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }

  rowElement(key, hint, track, canAsk) {
    const label = make("button", "swt-label", { type: "button", "data-key": key, "data-hint": hint, "aria-label": hint, title: hint }, key);
    const isChosen = canAsk && this.view.chosen === key;
    if (canAsk) label.setAttribute("aria-pressed", String(isChosen));
    label.onclick = () => (canAsk ? this.view.choose(key) : this.view.filterBy(key));
    return make("div", `swt-row${isChosen ? " swt-chosen" : ""}`, {}, label, track);
  }

  barRow(row) {
    const track = make("div", "swt-track");
    const { by } = this.view;
    track.style.setProperty("--lanes", lanesOf(row));
    for (const life of row.lives) {
      for (const stay of life.stays) {
        if (stay.until === null || stay.until > this.begin) track.append(this.bar(life, stay, row.lanes.get(life), by));
      }
      if (["failed", "rejected"].includes(life.state) && life.end) track.append(this.failure(life, row.lanes.get(life)));
    }
    const now = wordsAt(row.lives, this.moment);
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
    bar.onclick = () => this.view.choose(life.id);
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
    const now = wordsAt(lives, this.moment);
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
      element.onclick = () => this.view.goTo(mark.at);
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
