// Where a board is seen: at the side, or below its cell, where a line stands in for it as long as it is at the side.

const OPENED = "swarmlab-board-opened";
const OPENS_WITHIN_MS = 3000;

export default () => {
  let scene;
  const shown = new Set();
  const isAtSide = () => [...shown].some((place) => place.isSide);

  function settle() {
    for (const place of shown) place.draw();
  }

  // A board whose kernel is gone makes room as soon as another one opens.
  async function makeRoom(event) {
    const side = scene.model.get("_side");
    if (event.detail === scene || !scene.isDead || !side) return;
    const panel = await scene.model.widget_manager.get_model(side).catch(() => null);
    panel?.close(true);
  }

  return {
    initialize({ model }) {
      scene = new Scene(model);
      model.send({ is: "there" });
      model.on("msg:custom", (message) => scene.hear(message));
      model.on("change:_all", () => scene.load(model.get("_all")));
      model.on("comm_live_update", () => scene.die());
      window.addEventListener(OPENED, makeRoom);
      return () => window.removeEventListener(OPENED, makeRoom);
    },

    render({ model, el }) {
      const place = new Place(scene, el, model, isAtSide);
      shown.add(place);
      const redraw = () => place.draw();
      scene.listeners.add(redraw);
      const ticking = setInterval(() => place.tick(), 1000);
      place.whenAttached(() => {
        settle();
        if (place.mayOpenAtSide && !model.get("_side")) model.send({ wants: "side" });
        if (place.isSide) window.dispatchEvent(new CustomEvent(OPENED, { detail: scene }));
      });
      return () => {
        clearInterval(ticking);
        scene.listeners.delete(redraw);
        shown.delete(place);
        settle();
      };
    },
  };
};

class Place {
  constructor(scene, el, model, isAtSide) {
    this.scene = scene;
    this.isAtSide = isAtSide;
    this.mayOpenAtSide = model.get("_where") === "side" && Boolean(document.querySelector("#jp-main-dock-panel"));
    this.since = performance.now();
    this.board = make("div", "swl-board", { role: "region", "aria-label": "Board of the lab", "data-lm-suppress-shortcuts": "true" });
    this.line = make("div", "swl-line", {}, "The board is at the side: it shows the lab while you work here.");
    el.append(this.line, this.board);
    this.view = new View(scene, this.board);
  }

  whenAttached(then) {
    if (!this.board.isConnected) {
      requestAnimationFrame(() => this.whenAttached(then));
      return;
    }
    this.isSide = Boolean(this.board.closest(".jupyterlab-sidecar"));
    this.board.classList.toggle("swl-at-side", this.isSide);
    then();
  }

  get isStandIn() {
    if (this.isSide) return false;
    return this.isAtSide() || (this.mayOpenAtSide && performance.now() - this.since < OPENS_WITHIN_MS);
  }

  // At most once a frame, however much is heard.
  draw() {
    if (this.isPlanned) return;
    this.isPlanned = true;
    requestAnimationFrame(() => {
      this.isPlanned = false;
      this.line.hidden = !this.isStandIn;
      this.board.hidden = this.isStandIn;
      if (!this.isStandIn) this.view.draw();
    });
  }

  tick() {
    this.scene.checkSilence();
    if (!this.isStandIn && this.board.hidden) this.draw();
    else if (!this.isStandIn) this.view.tick();
  }
}
