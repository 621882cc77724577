// What was recorded, kept up to date: lives of tasks, marks. Knows nothing of the screen.

class Recording extends Live {
  take({ lives, ...parts }) {
    this.lives = { ...lives };
    this.parts = parts;
  }

  apply({ lives, ...parts }) {
    for (const key of lives?.gone ?? []) delete this.lives[key];
    Object.assign(this.lives, lives?.put);
    Object.assign(this.parts, parts);
  }
}

// The stay of a life that a moment lies in, if it was active then.
function stayAt(life, moment) {
  return life.stays.find((stay) => stay.since <= moment && (stay.until === null || moment < stay.until));
}
