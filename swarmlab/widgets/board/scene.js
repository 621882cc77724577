// What the kernel said, kept up to date: the content of the board, and the lab's time. Knows nothing of the screen.

const SILENCE_S = 60; // longer than the slowest look at hosts of which none answers
const PARTS = ["cards", "services", "tasks"];

class Scene {
  constructor(model) {
    this.model = model;
    this.listeners = new Set();
    this.isDead = false;
    this.load(model.get("_all"));
  }

  load(all) {
    this.number = all.number;
    this.content = all.content;
    this.keepTime(all);
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

  apply(changes) {
    if (changes.top) this.content.top = changes.top;
    for (const part of PARTS) {
      for (const key of changes[part]?.gone ?? []) delete this.content[part][key];
      Object.assign(this.content[part], changes[part]?.put);
    }
  }

  keepTime({ now, ticks }) {
    this.now = now;
    this.ticks = ticks;
    this.heardAt = performance.now();
  }

  // Called every second: whether the kernel has been silent for too long.
  checkSilence() {
    const isEnded = this.content.top.tone === "ended";
    if (!this.isDead && !isEnded && performance.now() - this.heardAt > SILENCE_S * 1000) this.die();
  }

  die() {
    this.isDead = true;
    this.tell();
  }

  tell() {
    for (const listener of this.listeners) listener();
  }

  // How long ago a moment is, in the lab's time.
  age(since) {
    const stands = !this.ticks || this.isDead;
    const now = this.now + (stands ? 0 : performance.now() - this.heardAt);
    return inWords(Math.max(0, Math.floor((now - since) / 1000)));
  }

  // What is to be said about the board as a whole.
  get status() {
    if (!this.isDead) return this.content.top;
    return {
      tone: "problem",
      headline: "The kernel does not answer",
      text: "It was restarted, or is gone. Run the cells of the notebook again, from the top.",
      of: this.now,
    };
  }
}

function inWords(seconds) {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86400)} d`;
}

const COLLATOR = new Intl.Collator("en", { numeric: true });

// Entries of an object in the natural order of what `name` makes of each.
function inOrder(entries, name) {
  return entries.sort(([a, one], [b, other]) => COLLATOR.compare(name(one), name(other)) || (a < b ? -1 : 1));
}
