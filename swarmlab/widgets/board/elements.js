// Elements that stay the same as long as their key does, and that move where one can see them move.

// Let `parent` hold exactly `elements`, in this order, touching only what is elsewhere.
function arrange(parent, elements) {
  const wanted = new Set(elements);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  elements.forEach((element, place) => {
    if (parent.children[place] !== element) parent.insertBefore(element, parent.children[place] ?? null);
  });
}

// Elements by key: made once, told of each new value, forgotten when their key is gone.
class Kept {
  constructor(create, update) {
    this.create = create;
    this.update = update;
    this.elements = new Map();
  }

  of(entries) {
    const keys = new Set(entries.map(([key]) => key));
    for (const key of this.elements.keys()) if (!keys.has(key)) this.elements.delete(key);
    return entries.map(([key, value]) => {
      if (!this.elements.has(key)) this.elements.set(key, this.create(key, value));
      const element = this.elements.get(key);
      this.update(element, value, key);
      return element;
    });
  }
}

// --- moves ---

const MOVE = { duration: 450, easing: "cubic-bezier(0.2, 0, 0, 1)" };
const APPEAR = { duration: 300, easing: "ease-out" };
const moves = new WeakMap(); // the last move of each element

function wantsCalm() {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}

function placesOf(elements) {
  return new Map([...elements].map(([key, element]) => [key, element.getBoundingClientRect()]));
}

// Where the elements belong: a move that is still being played ends, and a new one begins from where it was seen.
function goalsOf(elements) {
  for (const element of elements.values()) moves.get(element)?.cancel();
  return placesOf(elements);
}

// Let each element come from where it was; a task that replaces another one of its slot, from where that one was.
function playMoves(elements, before, nameOf) {
  const byName = new Map([...before].map(([key, place]) => [nameOf(key), place]));
  const after = goalsOf(elements);
  for (const [key, element] of elements) {
    const from = before.get(key) ?? byName.get(nameOf(key));
    const to = after.get(key);
    if (!to.width) continue;
    if (!from?.width) {
      element.animate([{ opacity: 0 }, { opacity: 1 }], APPEAR);
    } else if (Math.abs(from.x - to.x) + Math.abs(from.y - to.y) > 1) {
      const start = `translate(${from.x - to.x}px, ${from.y - to.y}px)`;
      moves.set(element, element.animate([{ transform: start, zIndex: 2 }, { transform: "none", zIndex: 2 }], MOVE));
    }
  }
}
