// What board and time line share: what the kernel said, kept up to date; one clock; elements. Knows no picture.

const SILENCE_S = 60; // longer than the slowest look at hosts of which none answers
const DEAD = {
  headline: "The kernel does not answer",
  text: "It was restarted, or is gone. Run the cells of the notebook again, from the top.",
};

// A subclass says what it takes of the whole (`take`) and of changes (`apply`).
class Live {
  constructor(model) {
    this.model = model;
    this.listeners = new Set();
    this.isDead = false;
    this.load(model.get("_all"));
  }

  load({ number, now, ticks, is_over, ...parts }) {
    this.number = number;
    this.keepTime({ now, ticks, is_over });
    this.take(parts);
    this.tell();
  }

  // A message of the kernel: changes in their order, or everything.
  hear(message) {
    this.isDead = false;
    if (message.all) {
      this.load(message.all);
    } else if (message.number === this.number + 1) {
      this.number = message.number;
      this.keepTime(message);
      this.apply(message.changes);
      this.tell();
    } else if (message.number > this.number) {
      this.model.send({ wants: "all" });
    }
  }

  keepTime({ now, ticks, is_over }) {
    this.heardNow = now;
    this.ticks = ticks;
    this.isOver = is_over;
    this.heardAt = performance.now();
  }

  // The lab's time. On the reader's clock a second is a second at every rate; only manual time stands still.
  get now() {
    const stands = !this.ticks || this.isDead || this.isOver;
    return this.heardNow + (stands ? 0 : performance.now() - this.heardAt);
  }

  // Called every second: whether the kernel has been silent for too long.
  checkSilence() {
    if (!this.isDead && !this.isOver && performance.now() - this.heardAt > SILENCE_S * 1000) this.die();
  }

  die() {
    this.isDead = true;
    this.tell();
  }

  tell() {
    for (const listener of this.listeners) listener();
  }
}

// A moment as engines tell it: in UTC, wherever the reader is.
function clock(milliseconds) {
  return new Date(milliseconds).toISOString().slice(11, 19);
}

const COLLATOR = new Intl.Collator("en", { numeric: true });

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
