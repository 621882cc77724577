// A JSON document twice: a tree that opens and closes, and the text. A field that is clicked in one is marked in both.

const OPEN_DEPTH = 2;

function element(tag, className, text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

// The text as `docker inspect` prints it, a line at a time with the path of what stands on it.
// The line that closes an object has no path: it is not marked.
function* lines(value, path, indent, name, comma) {
  const start = "    ".repeat(indent) + (name === null ? "" : `${JSON.stringify(name)}: `);
  const entries = value !== null && typeof value === "object" ? Object.entries(value) : null;
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  if (entries === null || entries.length === 0) {
    yield { path, text: start + (entries ? open + close : JSON.stringify(value)) + comma };
    return;
  }
  yield { path, text: start + open };
  for (const [number, [key, inner]] of entries.entries()) {
    const more = number < entries.length - 1 ? "," : "";
    yield* lines(inner, [...path, key], indent + 1, Array.isArray(value) ? null : key, more);
  }
  yield { path: [], text: "    ".repeat(indent) + close + comma };
}

function short(value) {
  if (Array.isArray(value)) return value.length === 1 ? "1 element" : `${value.length} elements`;
  if (value !== null && typeof value === "object") return Object.keys(value).length === 0 ? "empty" : "";
  return JSON.stringify(value);
}

function render({ model, el }) {
  const root = element("div", "swarmlab-inspect");
  const meaning = element("p", "swarmlab-meaning");
  meaning.setAttribute("aria-live", "polite");
  const sides = element("div", "swarmlab-inspect-sides");
  const tree = element("ul", "swarmlab-tree");
  tree.setAttribute("role", "tree");
  tree.setAttribute("aria-label", "fields");
  const raw = element("pre", "swarmlab-raw");
  raw.tabIndex = 0;
  raw.setAttribute("aria-label", "raw JSON");
  sides.append(tree, raw);
  root.append(meaning, sides);
  el.append(root);

  const same = (one, other) => one.length === other.length && one.every((step, place) => step === other[place]);

  function choose(path) {
    model.set("chosen", path);
    model.save_changes();
  }

  function items() {
    return [...tree.querySelectorAll("[role=treeitem]")].filter((item) => item.offsetParent !== null);
  }

  function focus(item) {
    for (const other of tree.querySelectorAll("[tabindex='0']")) other.tabIndex = -1;
    item.tabIndex = 0;
    item.focus();
  }

  function open(item, isOpen) {
    if (item.hasAttribute("aria-expanded")) item.setAttribute("aria-expanded", String(isOpen));
  }

  function branch(value, path, name, depth) {
    const item = element("li", "");
    item.setAttribute("role", "treeitem");
    item.tabIndex = -1;
    item.path = path;
    const row = element("div", "swarmlab-tree-row");
    const inner = value !== null && typeof value === "object" ? Object.entries(value) : [];
    row.append(element("span", "swarmlab-tree-sign"), element("span", "swarmlab-tree-name", name));
    row.append(element("span", "swarmlab-tree-value", short(value)));
    item.append(row);
    row.onclick = () => {
      if (model.get("chosen").length && same(model.get("chosen"), path)) {
        open(item, item.getAttribute("aria-expanded") !== "true");
      } else {
        open(item, true);
      }
      focus(item);
      choose(path);
    };
    if (inner.length) {
      item.setAttribute("aria-expanded", String(depth < OPEN_DEPTH));
      const group = element("ul", "");
      group.setAttribute("role", "group");
      group.append(...inner.map(([key, each]) => branch(each, [...path, key], key, depth + 1)));
      item.append(group);
    }
    return item;
  }

  tree.onkeydown = (event) => {
    const item = event.target.closest("[role=treeitem]");
    const all = items();
    const place = all.indexOf(item);
    const isOpen = item.getAttribute("aria-expanded") === "true";
    const moves = {
      ArrowDown: () => all[place + 1] && focus(all[place + 1]),
      ArrowUp: () => all[place - 1] && focus(all[place - 1]),
      Home: () => focus(all[0]),
      End: () => focus(all[all.length - 1]),
      ArrowRight: () => (isOpen ? all[place + 1] && focus(all[place + 1]) : open(item, true)),
      ArrowLeft: () => {
        if (isOpen) open(item, false);
        else item.parentElement.closest("[role=treeitem]") && focus(item.parentElement.closest("[role=treeitem]"));
      },
      Enter: () => choose(item.path),
      " ": () => choose(item.path),
    };
    if (moves[event.key]) {
      moves[event.key]();
      event.preventDefault();
      event.stopPropagation(); // the notebook moves between cells with the same keys
    }
  };

  function showDocument() {
    let found = null;
    try {
      found = JSON.parse(model.get("text"));
    } catch {
      // Nothing inspected yet, or a refusal: text alone.
    }
    if (found === null) {
      tree.replaceChildren();
      raw.textContent = model.get("text");
    } else {
      const [first] = found;
      tree.replaceChildren(...Object.entries(first).map(([key, value]) => branch(value, [key], key, 1)));
      if (tree.firstChild) tree.firstChild.tabIndex = 0;
      const rows = [...lines(first, [], 1, null, "")].map(({ path, text }) => {
        const line = element("div", "swarmlab-raw-line", text);
        line.path = path;
        line.onclick = () => path.length && choose(path);
        return line;
      });
      raw.replaceChildren(element("div", "", "["), ...rows, element("div", "", "]"));
    }
    showChosen();
  }

  function showChosen() {
    const chosen = model.get("chosen");
    for (const item of tree.querySelectorAll("[role=treeitem]")) {
      const isChosen = chosen.length > 0 && same(item.path, chosen);
      item.setAttribute("aria-selected", String(isChosen));
      if (isChosen) {
        for (let up = item.parentElement.closest("[role=treeitem]"); up; up = up.parentElement.closest("[role=treeitem]"))
          open(up, true);
      }
    }
    for (const line of raw.querySelectorAll(".swarmlab-raw-line"))
      line.classList.toggle("chosen", chosen.length > 0 && same(line.path, chosen));
    const marked = raw.querySelector(".chosen");
    if (marked) raw.scrollTop = marked.offsetTop - raw.offsetTop - raw.clientHeight / 3;
    const item = tree.querySelector("[aria-selected=true]");
    if (item) {
      const top = item.getBoundingClientRect().top - tree.getBoundingClientRect().top;
      if (top < 0 || top > tree.clientHeight - 20) tree.scrollTop += top - tree.clientHeight / 3;
    }
  }

  function showMeaning() {
    const chosen = model.get("chosen");
    if (chosen.length) {
      meaning.replaceChildren(element("strong", "", chosen.join(" › ")), element("span", "", ` ${model.get("meaning")}`));
    } else {
      meaning.textContent = "Choose a field: what it means is told here.";
    }
  }

  const events = { text: showDocument, chosen: () => [showChosen(), showMeaning()], meaning: showMeaning };
  for (const [name, show] of Object.entries(events)) model.on(`change:${name}`, show);
  showDocument();
  showMeaning();
  return () => {
    for (const [name, show] of Object.entries(events)) model.off(`change:${name}`, show);
  };
}

export default { initialize: ({ model }) => model.send({ is: "there" }), render };
