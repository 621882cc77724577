// Two controls: one gives a file to the reader's computer, the other takes one from it. Sends {type: "give"}, and is
// answered with {type: "file", text}; sends {type: "take", size, text}, of a file that is too large without its text.

function save(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}

async function take(model, field) {
  const [file] = field.files;
  if (!file) return;
  const text = file.size > model.get("limit") ? "" : await file.text();
  model.send({ type: "take", size: file.size, text });
  field.value = ""; // the same file may be chosen again
}

function initialize({ model }) {
  // Once, however many views there are.
  model.on("msg:custom", (message) => message.type === "file" && save(model.get("name"), message.text));
  model.send({ is: "there" });
}

function render({ model, el }) {
  const give = document.createElement("button");
  give.type = "button";
  give.className = "jupyter-widgets jupyter-button swarmlab-give";
  give.textContent = "Download";
  give.title = `Save ${model.get("name")} on your computer`;
  give.onclick = () => model.send({ type: "give" });
  const field = document.createElement("input");
  field.type = "file";
  field.accept = ".json,application/json";
  field.onchange = () => take(model, field);
  const label = document.createElement("label");
  label.className = "swarmlab-take";
  label.append("Restore ", field);
  el.append(give, label);
}

export default { initialize, render };
