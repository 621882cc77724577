// Small things: rows in the natural order of their names, and one tab stop for several elements.

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
