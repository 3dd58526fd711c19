// The controls, filled to agree with the choice.

const control = (name) => document.getElementById(name);

function fill(select, options, value) {
  select.replaceChildren(...options.map(([key, text]) => element("option", { value: key, textContent: text })));
  select.value = String(value);
}

function fillControls() {
  const same = (...names) => (one) => names.every((name) => one[name] === choice[name]);
  const values = (name, ...fixed) => unique(data.networks.filter(same(...fixed)).map((one) => one[name]));
  const twice = (value) => [value, value];
  fill(control("model"), values("model").map((name) => [name, modelName(name)]), choice.model);
  fill(control("l2"), values("l2", "model").map(twice), choice.l2);
  fill(control("seed"), values("seed", "model", "l2").map(twice), choice.seed);
  control("l2").parentElement.hidden = !severalL2();
  fill(control("order"), ORDERS.map((name, i) => [i, name]), choice.order);
  fill(control("otherOrder"), ORDERS.map((name, i) => [i, name]), choice.otherOrder);
  control("otherOrder").parentElement.hidden = choice.otherSentence === "";
  const strongestOf = ["strongest", data.multiLabel ? "its strongest label" : "its strongest class"];
  fill(control("shade"), [strongestOf, ...data.classNames.map((name, i) => [i, name])], choice.shade);
  fillSentences(control("sentence"), [], choice.sentence);
  fillSentences(control("otherSentence"), [["", "nothing"], [SAME, "the same sentence"]], choice.otherSentence);
  control("colour").value = choice.colour;
  fillSides();
  fillComponents();
  fillLayers();
  for (const view of ["2", "3"]) control(`view${view}`).setAttribute("aria-pressed", String(choice.view === view));
}

function fillSides() {
  const own = currentNetwork();
  const seeds = data.networks.filter((one) => one.model === own.model && one.l2 === own.l2).length;
  const cells = unique(data.networks.map((one) => one.model)).length;
  const options = [["alone", "nothing"]];
  if (cells > 1) options.push(["cells", "other cells"]);
  if (seeds > 1) options.push(["seeds", "other seeds"]);
  fill(control("side"), options, choice.side);
  control("side").parentElement.hidden = options.length < 2;
}

function fillComponents() {
  const chosen = choice.components.split(",");
  const all = Array.from({ length: data.components }, (_, i) => [i + 1, String(i + 1)]);
  ["across", "up", "depth"].forEach((name, i) => fill(control(name), all, chosen[i]));
  control("depth").parentElement.hidden = choice.view !== "3";
}

// Choosing a component that another axis has exchanges the two.
function chooseComponent(place, value) {
  const chosen = choice.components.split(",");
  const other = chosen.indexOf(value);
  if (other >= 0) chosen[other] = chosen[place];
  chosen[place] = value;
  change({ components: chosen.join(",") });
}

function fillLayers() {
  const network = currentNetwork();
  const box = document.getElementById("layers");
  const known = [...box.querySelectorAll("input")];
  for (const input of known) {
    input.checked = layered(input.value);
    input.disabled = !hasLayer(network, input.value);
  }
}

function makeLayers() {
  document.getElementById("layers").append(...Object.entries(LAYERS).map(([name, title]) => {
    const input = element("input", { type: "checkbox", value: name });
    input.addEventListener("change", () => {
      const others = choice.layers.split(".").filter((one) => one && one !== name);
      change({ layers: [...others, ...(input.checked ? [name] : [])].join(".") });
    });
    return element("label", { title: TERMS[title] }, input, title);
  }));
}

function modelName(model) {
  const { cell, said } = data.networks.find((one) => one.model === model);
  return cell === model ? said : `${said} (${cell})`;
}

function fillSentences(select, first, value) {
  const ofKind = (kind) => data.sentences.filter((one) => one.kind === kind).map((one) => [one.id, sentenceName(one)]);
  const groups = Object.entries(KIND_TITLES).map(([kind, title]) => [title, ofKind(kind)]);
  if (typedTrace(0)) groups.unshift(["Typed", [[TYPED, `typed: ${shortened(choice.text, 40)}`]]]);
  const option = ([key, text]) => element("option", { value: key, textContent: text });
  const filled = groups.filter(([, options]) => options.length);
  const group = ([title, options]) => element("optgroup", { label: title }, ...options.map(option));
  select.replaceChildren(...first.map(option), ...filled.map(group));
  select.value = String(value);
}

function sentenceName(sentence) {
  if (sentence.kind !== "held-out") return shortened(sentence.name, 70);
  const { words } = storedTrace(networkOf(0), sentence.id, 0);
  return `${sentence.name}: ${shortened(words.join(" "), 60)}`;
}
