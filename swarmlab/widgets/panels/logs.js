// Lines of a log: what is new is appended, so that what is selected stays selected. It follows the end, unless the reader
// has scrolled up.

const AT_END_PX = 12;

// How many of the lines that are shown are gone from the beginning, and which ones come at the end.
function news(shown, lines) {
  const isSame = (one, other) => one[0] === other[0] && one[2] === other[2];
  let gone = Math.max(0, shown.length - lines.length);
  while (!shown.slice(gone).every((line, place) => isSame(line, lines[place]))) gone += 1;
  return { gone, added: lines.slice(shown.length - gone) };
}

function elementOf([prefix, colour, text]) {
  const element = document.createElement("div");
  element.className = "swarmlab-log-line";
  if (prefix) {
    const task = document.createElement("span");
    task.className = "swarmlab-log-task";
    task.style.borderColor = colour;
    task.textContent = prefix;
    element.append(task);
  }
  element.append(text);
  return element;
}

function render({ model, el }) {
  const log = document.createElement("div");
  log.className = "swarmlab-log";
  for (const [name, value] of [["role", "log"], ["tabindex", "0"], ["aria-label", "log lines"]]) log.setAttribute(name, value);
  el.append(log);
  let shown = [];
  const show = () => {
    const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < AT_END_PX;
    const lines = model.get("lines");
    const { gone, added } = news(shown, lines);
    for (let count = 0; count < gone; count += 1) log.firstChild.remove();
    log.append(...added.map(elementOf));
    shown = lines;
    if (isAtEnd) log.scrollTop = log.scrollHeight;
  };
  model.on("change:lines", show);
  show();
  return () => model.off("change:lines", show);
}

export default { initialize: ({ model }) => model.send({ is: "there" }), render };
