// The card of one command. Draws the traits of CommandCard; sends {type: "cancel"}.

const STATUS = {
  idle: "Press a button: its command appears here, and then what it prints.",
  running: "▶ running",
  done: "✓ done",
  failed: "✗ refused",
  cancelled: "■ cancelled",
};
const COPIED_MS = 1500;

function element(tag, className, text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // No permission, or a page without https: the old way.
    const field = document.createElement("textarea");
    field.value = text;
    field.style.position = "fixed";
    field.style.opacity = "0";
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
}

function copyButton(label, text) {
  const button = element("button", "swarmlab-copy", "copy");
  button.type = "button";
  button.title = `Copy: ${text}`;
  button.setAttribute("aria-label", `copy the command (${label})`);
  button.onclick = async () => {
    await copy(text);
    button.focus();
    button.textContent = "copied";
    setTimeout(() => (button.textContent = "copy"), COPIED_MS);
  };
  return button;
}

function row({ label, text }) {
  const made = element("div", "swarmlab-card-line");
  made.append(element("span", "swarmlab-card-label", label), element("code", "", text), copyButton(label, text));
  return made;
}

function render({ model, el }) {
  const card = element("section", "swarmlab-card");
  card.setAttribute("aria-label", "The command and its result");
  const lines = element("div", "swarmlab-card-lines");
  const status = element("div", "swarmlab-card-status");
  const state = element("span", "swarmlab-card-state");
  const cancel = element("button", "swarmlab-cancel", "Cancel");
  cancel.type = "button";
  cancel.title = "Stop waiting for this command, as Ctrl-C does";
  cancel.onclick = () => model.send({ type: "cancel" });
  status.append(state, cancel);
  const result = element("pre", "swarmlab-card-result");
  result.tabIndex = 0;
  result.style.height = `${1.4 * model.get("rows") + 1}em`;
  result.hidden = model.get("rows") === 0;
  result.setAttribute("aria-label", "What the command printed");
  const advice = element("p", "swarmlab-card-advice");
  const spoken = element("div", "swarmlab-spoken");
  spoken.setAttribute("aria-live", "polite");
  card.append(lines, status, result, advice, spoken);
  el.append(card);

  const showLines = () => lines.replaceChildren(...model.get("lines").map(row));
  const showResult = () => {
    const atEnd = result.scrollHeight - result.scrollTop - result.clientHeight < 30;
    result.textContent = model.get("result");
    if (atEnd) result.scrollTop = result.scrollHeight;
  };
  const showAdvice = () => (advice.textContent = model.get("advice") && `→ ${model.get("advice")}`);
  const showState = () => {
    const now = model.get("state");
    const node = model.get("node");
    card.dataset.state = now;
    state.textContent = STATUS[now] + (node && now !== "idle" ? ` on ${node}` : "");
    cancel.disabled = now !== "running";
    // Progress is redrawn many times a second: only how it ended is read aloud.
    spoken.textContent =
      now === "idle" || now === "running" ? "" : `${STATUS[now]}. ${model.get("result")} ${model.get("advice")}`;
  };
  const draw = () => [showLines, showResult, showAdvice, showState].forEach((show) => show());
  const events = { lines: showLines, result: showResult, advice: showAdvice, state: showState, node: showState };
  for (const [name, show] of Object.entries(events)) model.on(`change:${name}`, show);
  draw();
  return () => {
    for (const [name, show] of Object.entries(events)) model.off(`change:${name}`, show);
  };
}

export default { initialize: ({ model }) => model.send({ is: "there" }), render };
