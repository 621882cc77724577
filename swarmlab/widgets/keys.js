// JupyterLab takes arrows and Enter for itself while no text field has the focus: radio buttons and lists cannot be used
// by keyboard then. This asks it to leave the keys to whatever has the focus in the output in which this stands. Its
// shortcuts are looked up for the element that has the focus, so the mark has to be on that one.

const FRAMES = 200;
const MARK = "data-lm-suppress-shortcuts";

function render({ el }) {
  el.hidden = true;
  let output = null;
  const mark = (event) => event.target.setAttribute(MARK, "true");
  const begin = (frames) => {
    output = el.isConnected ? (el.closest(".jp-OutputArea-child") ?? el.parentElement) : null;
    if (output) {
      output.addEventListener("focusin", mark);
      el.dataset.swarmlabKeys = "own";
    } else if (frames > 0) requestAnimationFrame(() => begin(frames - 1));
  };
  begin(FRAMES);
  return () => output?.removeEventListener("focusin", mark);
}

export default { render };
