// One picture of a recording on a page: what of it is shown, the slider, the legend, the answer. The chart is beside.

const WINDOWS = [["", "all of it"], ["120", "last 2 min"], ["600", "last 10 min"], ["3600", "last hour"]];
const SIGNS = { node: "◆", service: "●", fault: "⊘", problem: "▲" };
const SENT_AFTER_MS = 150;

class View {
  constructor(recording, model, root) {
    this.recording = recording;
    this.model = model;
    this.root = root;
    this.moment = model.get("moment");
    this.build();
  }

  build() {
    this.headline = make("strong");
    this.said = make("span");
    this.status = make("div", "swt-status", { role: "status", "aria-live": "polite" }, this.headline, this.said);
    this.rows = choice("Rows", [["slot", "a row a slot"], ["node", "a row a node"]], () => this.draw());
    this.window = choice("Which time is shown", WINDOWS, () => this.draw());
    this.filter = make("input", "", {
      type: "search", placeholder: "Filter: service, node, state", "aria-label": "Filter tasks by service, node or state",
      title: "Only tasks with all of these words in their name, node, state or error",
    });
    this.filter.oninput = () => this.draw();
    this.buildSlider();
    this.legend = make("ul", "swt-legend", { "aria-label": "Services and states" });
    this.chart = new Chart(this);
    this.hint = make("div", "swt-hint");
    this.answer = make("div", "swt-answer", { "aria-live": "polite" });
    this.list = make("ol", "swt-list");
    this.listTitle = make("summary");
    const tools = make("div", "swt-tools", {}, this.rows, this.window, this.filter);
    const events = make("details", "swt-events", {}, this.listTitle, this.list);
    this.root.append(this.status, tools, this.time, this.chart.element, this.hint, this.answer, this.legend, events);
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

  // --- what is shown ---

  // A row a slot, or a row a node.
  get by() {
    return this.rows.firstElementChild.value;
  }

  // How much of the time is shown; 0 for all of it.
  get seconds() {
    return Number(this.window.firstElementChild.value);
  }

  get chosen() {
    return this.model.get("chosen");
  }

  goTo(moment) {
    this.moment = moment !== null && moment >= this.chart.end - 1000 ? null : moment;
    this.draw();
    clearTimeout(this.sending);
    this.sending = setTimeout(() => {
      this.model.set("moment", this.moment);
      this.model.save_changes();
    }, SENT_AFTER_MS);
  }

  toMark(step) {
    const here = this.moment ?? this.chart.end;
    const moments = [...new Set(this.recording.parts.marks.map((mark) => mark.at))];
    const later = moments.filter((at) => at > here);
    const earlier = moments.filter((at) => at < here);
    if (step < 0 && earlier.length) this.goTo(earlier.at(-1));
    if (step > 0) this.goTo(later.length ? later[0] : null);
  }

  follow() {
    clearTimeout(this.sending); // somebody else has chosen meanwhile
    this.moment = this.model.get("moment");
    this.draw();
  }

  // --- drawing ---

  draw() {
    const { parts } = this.recording;
    const all = Object.entries(this.recording.lives).map(([id, life]) => ({ id, ...life }));
    this.chart.setRange(all);
    const lives = this.fitting(all);
    this.drawStatus(parts, lives);
    this.drawSlider();
    this.chart.draw(lives);
    this.drawLegend(parts, lives);
    this.drawList(parts.marks);
    this.drawAnswer(all);
  }

  // Time has passed, and nothing else. What has the focus stays the same element: a screen reader would read it anew.
  tick() {
    if (!this.recording.ticks || this.recording.isDead || this.recording.isOver || document.hidden || !this.root.isConnected) return;
    if (!this.chart.element.contains(document.activeElement)) {
      this.draw();
      return;
    }
    this.chart.setRange(Object.values(this.recording.lives));
    this.drawSlider();
    this.chart.place();
  }

  fitting(lives) {
    const words = this.filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    return lives.filter((life) => {
      if (life.end !== null && life.end <= this.chart.begin) return false;
      const text = `${life.row} ${life.node} ${life.state} ${life.error}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
  }

  drawStatus({ problem, ended }, lives) {
    const what = `${wordsAt(lives, this.moment ?? this.chart.end)}.`;
    const [headline, said] = this.recording.isDead
      ? [`▲ ${DEAD.headline}`, DEAD.text]
      : ended ? ["■ The time line has ended", ended]
      : this.moment !== null ? ["◀ You see a past moment", `At ${clock(this.moment)} UTC: ${what}`]
      : problem ? [`▲ ${problem[0]}`, problem[1]] : ["● Live", what];
    setText(this.headline, headline);
    setText(this.said, said);
    this.root.classList.toggle("swt-past", this.moment !== null);
    this.root.classList.toggle("swt-stale", Boolean(problem || ended) || this.recording.isDead);
  }

  drawSlider() {
    const { slider } = this;
    [slider.min, slider.max] = [this.chart.begin, Math.ceil(this.chart.end)];
    slider.value = this.moment ?? slider.max;
    slider.setAttribute("aria-valuetext", this.moment === null ? "the present" : `${clock(this.moment)} UTC`);
    this.live.disabled = this.moment === null;
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
    this.model.set("chosen", this.chosen === key ? "" : key);
    this.model.save_changes();
    this.draw();
  }

  filterBy(text) {
    this.filter.value = this.filter.value === text ? "" : text;
    this.draw();
  }

  drawAnswer(all) {
    const { chosen } = this;
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
