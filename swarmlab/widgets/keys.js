// What the keyboard needs that the mouse has.
//
// JupyterLab takes arrows and Enter for itself while no text field has the focus: radio buttons and lists cannot be used
// by keyboard then. This asks it to leave the keys to whatever has the focus in the output in which this stands. Its
// shortcuts are looked up for the element that has the focus, so the mark has to be on that one. Escape gives the keys
// back: the cell has the focus then. The number beside a slider is selected when it gets the focus, or what is typed would
// be put before it: 7 and 3 would be 73.
//
// It stands in every panel and every question, so it is also what tells that nothing here answers any more.
//
// A tooltip is shown to the mouse alone. In a panel, what has the focus by keyboard shows its own below itself: of a button
// that is its docker command. A screen reader reads it from the tooltip itself.

const FRAMES = 200;
const MARK = "data-lm-suppress-shortcuts";
const GAP_PX = 4;
const DEAD = "▲ The kernel does not answer: it was restarted, or is gone. Run the cells of the notebook again, from the top.";

class Hint {
  constructor(place) {
    this.place = place;
    this.element = document.createElement("div");
    this.element.className = "swarmlab-hint";
    this.element.setAttribute("aria-hidden", "true");
    this.element.hidden = true;
    place.append(this.element);
  }

  show(target) {
    const told = target.matches(":focus-visible") ? target.closest("[title]") : null;
    this.element.hidden = !told?.title || !this.place.contains(told);
    if (this.element.hidden) return;
    this.element.textContent = told.title;
    const [here, there] = [this.place, target].map((each) => each.getBoundingClientRect());
    const furthest = here.width - this.element.offsetWidth - GAP_PX;
    this.element.style.top = `${there.bottom - here.top + GAP_PX}px`;
    this.element.style.left = `${Math.max(0, Math.min(there.left - here.left, furthest))}px`;
  }

  hide() {
    this.element.hidden = true;
  }

  end() {
    this.element.remove();
  }
}

function render({ model, el }) {
  el.hidden = true;
  const die = () => {
    el.hidden = false;
    el.classList.add("swarmlab-dead");
    el.setAttribute("role", "alert");
    el.textContent = DEAD;
  };
  model.on("comm_live_update", die);
  let output = null;
  let hint = null;
  const come = ({ target }) => {
    target.setAttribute(MARK, "true");
    if (target.isContentEditable) getSelection().selectAllChildren(target);
    hint?.show(target);
  };
  const go = () => hint?.hide();
  const leave = (event) => event.key === "Escape" && output.closest(".jp-Cell")?.focus();
  const begin = (frames) => {
    output = el.isConnected ? (el.closest(".jp-OutputArea-child") ?? el.parentElement) : null;
    if (output) {
      const panel = el.closest(".swarmlab-panel");
      hint = panel && new Hint(panel);
      output.addEventListener("focusin", come);
      output.addEventListener("focusout", go);
      output.addEventListener("keydown", leave, true); // a text field lets nothing through
      el.dataset.swarmlabKeys = "own";
    } else if (frames > 0) requestAnimationFrame(() => begin(frames - 1));
  };
  begin(FRAMES);
  return () => {
    model.off("comm_live_update", die);
    hint?.end();
    output?.removeEventListener("focusin", come);
    output?.removeEventListener("focusout", go);
    output?.removeEventListener("keydown", leave, true);
  };
}

export default { initialize: ({ model }) => model.send({ is: "there" }), render };
