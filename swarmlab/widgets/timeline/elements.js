// Small things: elements, words for times, the natural order of names.

function make(tag, className = "", attributes = {}, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

const COLLATOR = new Intl.Collator("en", { numeric: true });

// As engines tell it: in UTC.
function clock(milliseconds) {
  return new Date(milliseconds).toISOString().slice(11, 19);
}

// Entries by what `keyOf` makes of each, in the natural order of that.
function rowsBy(items, keyOf) {
  const rows = new Map();
  for (const item of items) {
    const key = keyOf(item);
    if (!rows.has(key)) rows.set(key, []);
    rows.get(key).push(item);
  }
  return [...rows].sort(([one], [other]) => COLLATOR.compare(one, other));
}

// One tab stop for several elements; arrows go from one to the other.
class Roving {
  constructor(step = ["ArrowLeft", "ArrowRight"]) {
    [this.back, this.forth] = step;
    this.elements = [];
  }

  hold(elements) {
    this.elements = elements;
    const stop = elements.find((element) => element.dataset.key === this.key) ?? elements[0];
    for (const element of elements) element.tabIndex = element === stop ? 0 : -1;
  }

  onKey(event) {
    const place = this.elements.indexOf(event.target);
    const next = { [this.back]: place - 1, [this.forth]: place + 1, Home: 0, End: this.elements.length - 1 }[event.key];
    if (place < 0 || !this.elements[next]) return;
    event.preventDefault();
    this.key = this.elements[next].dataset.key;
    this.hold(this.elements);
    this.elements[next].focus();
  }
}
