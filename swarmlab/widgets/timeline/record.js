// What the kernel said, kept up to date: lives of tasks, marks, the lab's time. Knows nothing of the screen.

class Recording {
  constructor(model) {
    this.model = model;
    this.listeners = new Set();
    this.load(model.get("_all"));
  }

  load({ number, lives, now, ticks, ...parts }) {
    this.lives = { ...lives };
    this.parts = parts;
    this.number = number;
    this.keepTime({ now, ticks });
    this.tell();
  }

  hear(message) {
    this.isDead = false;
    if (message.all) {
      this.load(message.all);
    } else if (message.number === this.number + 1) {
      this.number = message.number;
      const { lives, ...parts } = message.changes;
      for (const key of lives.gone) delete this.lives[key];
      Object.assign(this.lives, lives.put);
      Object.assign(this.parts, parts);
      this.keepTime(message);
      this.tell();
    } else if (message.number > this.number) {
      this.model.send({ wants: "all" });
    }
  }

  keepTime({ now, ticks }) {
    this.heardNow = now;
    this.ticks = ticks;
    this.heardAt = performance.now();
  }

  // The lab's time. On the reader's clock a second is a second at every rate; only manual time stands still.
  get now() {
    const stands = !this.ticks || this.isDead || this.parts.ended;
    return this.heardNow + (stands ? 0 : performance.now() - this.heardAt);
  }

  die() {
    this.isDead = true;
    this.tell();
  }

  tell() {
    for (const listener of this.listeners) listener();
  }
}

// The stay of a life that a moment lies in, if it was active then.
function stayAt(life, moment) {
  return life.stays.find((stay) => stay.since <= moment && (stay.until === null || moment < stay.until));
}
