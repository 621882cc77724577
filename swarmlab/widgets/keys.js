// JupyterLab takes arrows and Enter for itself while no text field has the focus: radio buttons and lists cannot be used
// by keyboard then. This asks it to leave the keys to whatever has the focus in the output in which this stands. Its
// shortcuts are looked up for the element that has the focus, so the mark has to be on that one. Escape gives the keys
// back: the cell has the focus then. The number beside a slider is selected when it gets the focus, or what is typed would
// be put before it: 7 and 3 would be 73.
//
// It stands in every panel and every question, so it is also what tells that nothing here answers any more.

const FRAMES = 200;
const MARK = "data-lm-suppress-shortcuts";
const DEAD = "▲ The kernel does not answer: it was restarted, or is gone. Run the cells of the notebook again, from the top.";

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
  const mark = ({ target }) => {
    target.setAttribute(MARK, "true");
    if (target.isContentEditable) getSelection().selectAllChildren(target);
  };
  const leave = (event) => event.key === "Escape" && output.closest(".jp-Cell")?.focus();
  const begin = (frames) => {
    output = el.isConnected ? (el.closest(".jp-OutputArea-child") ?? el.parentElement) : null;
    if (output) {
      output.addEventListener("focusin", mark);
      output.addEventListener("keydown", leave, true); // a text field lets nothing through
      el.dataset.swarmlabKeys = "own";
    } else if (frames > 0) requestAnimationFrame(() => begin(frames - 1));
  };
  begin(FRAMES);
  return () => {
    model.off("comm_live_update", die);
    output?.removeEventListener("focusin", mark);
    output?.removeEventListener("keydown", leave, true);
  };
}

export default { render };
