// Cards and what is on them: hosts, tasks, and the small tiles that stand for hosts where there are very many.

const CARD_PARTS = ["title", "badges", "address", "marks", "why", "reserved", "chips"];

function makeCard(key, card) {
  const element = make("section", "", { role: "group" });
  element.parts = Object.fromEntries(
    CARD_PARTS.map((part) => [part, make(part === "chips" ? "ul" : "div", `swl-${part}`)]),
  );
  const { title, why, chips } = element.parts;
  element.append(...(card.kind === "waits" ? [title, why, chips] : Object.values(element.parts)));
  return element;
}

function updateCard(element, card) {
  if (element.shown === card) return;
  element.shown = card;
  const { parts } = element;
  element.className = `swl-card swl-${card.kind} swl-tone-${card.tone}`;
  element.setAttribute("aria-label", [card.title, ...(card.badges ?? []), ...(card.marks ?? []), card.why ?? ""].join(", "));
  setText(parts.title, card.title);
  parts.title.title = card.title;
  parts.badges.replaceChildren(...(card.badges ?? []).map((text) => make("span", "swl-badge", {}, text)));
  showMarks(parts.marks, card.marks ?? []);
  for (const part of ["address", "why", "reserved"]) setText(parts[part], card[part] ?? "");
  parts.why.title = card.why ?? "";
}

// What is broken, the same on cards and on tiles.
function showMarks(element, marks) {
  element.replaceChildren(...marks.map((text) => make("span", "swl-mark", {}, `⊘ ${text}`)));
}

function makeChip(key) {
  const element = make("li", "");
  const parts = { service: make("span", "swl-service"), slot: make("span", "swl-slot"), age: make("span", "swl-age") };
  const name = make("span", "swl-name", {}, parts.service, parts.slot);
  Object.assign(parts, { state: make("span", "swl-state"), extra: make("span", "swl-extra") });
  element.button = make("button", "swl-chip", { type: "button", tabindex: "-1", "data-task": key });
  element.button.append(name, parts.state, parts.age, parts.extra);
  element.append(element.button);
  element.parts = parts;
  return element;
}

function updateChip(element, task, { top, services }) {
  const service = services[task.service];
  if (element.shown === task && element.service === service) return;
  Object.assign(element, { shown: task, service });
  const { parts, button } = element;
  const look = top.looks[task.look];
  const isEnded = look.meaning === "ended";
  button.classList.toggle("swl-ended", isEnded);
  button.style.setProperty("--swl-colour", service?.colour ?? "#BBBBBB");
  button.style.setProperty("--swl-ink", service?.ink ?? "#000000");
  button.style.borderStyle = look.border;
  button.classList.toggle("swl-double", look.border === "double"); // two lines and a gap want room
  setText(parts.service, task.service);
  setText(parts.slot, task.slot === undefined ? "" : `.${task.slot}`);
  setText(parts.state, `${look.sign} ${task.word}`);
  setText(parts.extra, task.why ?? task.image ?? "");
  const words = [task.name, task.word, task.why, task.image].filter(Boolean).join(", ");
  button.setAttribute("aria-label", words);
  button.title = words;
}

function updateAge(element, scene) {
  setText(element.parts.age, element.shown.since === undefined ? "" : scene.age(element.shown.since));
}

function makeTile() {
  const element = make("button", "", { type: "button" });
  const part = (name) => make("span", `swl-${name}`);
  element.parts = { title: part("title"), bar: part("bar"), count: part("count"), marks: part("marks") };
  const { title, bar, count, marks } = element.parts;
  element.append(title, bar, make("span", "swl-below", {}, count, marks)); // one line: a fault moves no other tile
  return element;
}

// What a tile says: how many tasks are in which state, what is out of the ordinary of its node, what is broken; and all
// of it in words.
function tileWords(card, tasks, looks) {
  const bySign = groupBy(tasks, (task) => looks[task.look].sign);
  const counts = [...bySign].map(([sign, found]) => `${found.length} ${sign}`).join("  ");
  const badges = (card.badges ?? []).filter((badge) => !["worker", "active", "ready"].includes(badge));
  const marks = card.marks ?? [];
  const words = [card.title, ...(card.badges ?? []), ...marks, card.why ?? "", `${tasks.length} tasks`];
  return { count: [...badges, counts || "0"].join("  "), marks, label: words.filter(Boolean).join(", ") };
}

// A host among very many: how many tasks of each service, and how many of them do not run.
function updateTile(element, card, tasks, { services, top }) {
  const { parts } = element;
  element.className = `swl-tile swl-tone-${card.tone}`;
  setText(parts.title, card.title);
  const byService = groupBy(tasks, (task) => task.service);
  const bars = [...byService].sort(([one], [other]) => COLLATOR.compare(one, other));
  parts.bar.replaceChildren(
    ...bars.map(([name, found]) => {
      const bar = make("span");
      bar.style.cssText = `flex: ${found.length}; background: ${services[name]?.colour ?? "#BBBBBB"}`;
      return bar;
    }),
  );
  const { count, marks, label } = tileWords(card, tasks, top.looks);
  setText(parts.count, count);
  showMarks(parts.marks, marks);
  element.classList.toggle("swl-broken", marks.length > 0);
  element.setAttribute("aria-label", label);
  element.title = label;
}

function groupBy(items, keyOf) {
  const groups = new Map();
  for (const item of items) {
    const key = keyOf(item);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(item);
  }
  return groups;
}
