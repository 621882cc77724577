// Where a time line is seen: below its cell, as often as somebody opens a view of it.

export default () => {
  let recording;
  return {
    initialize({ model }) {
      recording = new Recording(model);
      model.send({ is: "there" });
      model.on("msg:custom", (message) => recording.hear(message));
      model.on("change:_all", () => recording.load(model.get("_all")));
      model.on("comm_live_update", () => recording.die());
    },

    render({ model, el }) {
      const root = make("div", "swt", { role: "region", "aria-label": "Time line of the lab", "data-lm-suppress-shortcuts": "true" });
      el.append(root);
      const view = new View(recording, model, root);
      let isPlanned = false;
      const draw = () => {
        if (isPlanned) return;
        isPlanned = true;
        requestAnimationFrame(() => {
          isPlanned = false;
          view.draw();
        });
      };
      const follow = () => view.follow();
      recording.listeners.add(draw);
      model.on("change:moment", follow);
      model.on("change:why", draw);
      model.on("change:chosen", draw);
      const ticking = setInterval(() => {
        recording.checkSilence();
        view.tick();
      }, 1000);
      draw();
      return () => {
        clearInterval(ticking);
        recording.listeners.delete(draw);
        model.off("change:moment", follow);
        model.off("change:why", draw);
        model.off("change:chosen", draw);
      };
    },
  };
};
