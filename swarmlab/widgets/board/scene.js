// The content of the board, kept up to date. Knows nothing of the screen.

const PARTS = ["cards", "services", "tasks"];

class Scene extends Live {
  take({ content }) {
    this.content = content;
  }

  apply(changes) {
    if (changes.top) this.content.top = changes.top;
    for (const part of PARTS) {
      for (const key of changes[part]?.gone ?? []) delete this.content[part][key];
      Object.assign(this.content[part], changes[part]?.put);
    }
  }

  // How long ago a moment is, in the lab's time.
  age(since) {
    return inWords(Math.max(0, Math.floor((this.now - since) / 1000)));
  }

  // What is to be said about the board as a whole.
  get status() {
    return this.isDead ? { tone: "problem", ...DEAD, of: this.now } : this.content.top;
  }
}

function inWords(seconds) {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86400)} d`;
}

// Entries of an object in the natural order of what `name` makes of each.
function inOrder(entries, name) {
  return entries.sort(([a, one], [b, other]) => COLLATOR.compare(name(one), name(other)) || (a < b ? -1 : 1));
}
