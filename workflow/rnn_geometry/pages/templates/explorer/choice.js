// What is chosen: kept in the controls and in the location's hash.
const TYPED = "typed";
const SAME = "same";
const DEFAULTS = {
  otherSentence: "",
  otherOrder: 1,
  colour: "class",
  view: data.dimension > 2 ? "3" : "2",
  shade: "strongest",
  text: "",
};
const choice = {
  model: data.networks[0].model,
  l2: data.networks[0].l2,
  seed: data.networks[0].seed,
  sentence: null,
  order: 0,
  step: Infinity, // the last word
  ...DEFAULTS,
};
const NUMBERS = ["order", "step", "otherOrder"];

const unique = (values) => [...new Set(values)];

function currentIndex() {
  return data.networks.findIndex((one) => ["model", "l2", "seed"].every((name) => one[name] === choice[name]));
}

function currentNetwork() {
  return networkOf(currentIndex());
}

// Bring the parts of a choice into agreement: a seed that the cell does not have becomes one that it has.
function settle() {
  let rest = data.networks;
  for (const name of ["model", "l2", "seed"]) {
    if (!rest.some((one) => one[name] === choice[name])) choice[name] = rest[0][name];
    rest = rest.filter((one) => one[name] === choice[name]);
  }
  const known = new Set(data.sentences.map((one) => String(one.id)));
  if (typedTrace(0)) known.add(TYPED);
  if (!known.has(String(choice.sentence))) choice.sentence = String(data.sentences[0].id);
  if (choice.otherSentence !== SAME && !known.has(String(choice.otherSentence))) choice.otherSentence = "";
  for (const name of ["order", "otherOrder"]) if (!(choice[name] in ORDERS)) choice[name] = DEFAULTS[name] ?? 0;
  if (choice.shade !== "strongest" && data.classNames[Number(choice.shade)] === undefined) choice.shade = "strongest";
  if (!["2", "3"].includes(choice.view)) choice.view = DEFAULTS.view;
  if (choice.colour !== "q") choice.colour = "class";
}

function traceOf(sentence, order) {
  return sentence === TYPED ? typedTrace(order) : storedTrace(currentNetwork(), Number(sentence), order);
}

function findTraces() {
  reading.first = traceOf(choice.sentence, choice.order);
  const other = choice.otherSentence === SAME ? choice.sentence : choice.otherSentence;
  reading.second = other === "" ? null : traceOf(other, choice.otherOrder);
  choice.step = Math.min(Math.max(Math.round(choice.step) || 0, 0), lastStep());
}

function lastStep() {
  return Math.max(reading.first.words.length, reading.second ? reading.second.words.length : 0);
}

// The hash

function hashOf() {
  const parts = ["model", ...(severalL2() ? ["l2"] : []), "seed", "sentence", "order", "step"];
  parts.push(...Object.keys(DEFAULTS).filter((name) => choice[name] !== DEFAULTS[name]));
  return "#" + parts.map((name) => `${name}=${encodeURIComponent(choice[name])}`).join("&");
}

function readHash() {
  const values = new URLSearchParams(location.hash.slice(1));
  for (const [name, value] of Object.entries(DEFAULTS)) if (!values.has(name)) choice[name] = value;
  for (const [name, value] of values) {
    if (Object.hasOwn(choice, name)) choice[name] = NUMBERS.includes(name) ? Number(value) : value;
  }
}

function writeHash() {
  if (location.hash !== hashOf()) history.replaceState(null, "", hashOf());
}

function severalL2() {
  return data.networks.some((one) => data.networks.some((other) => one.model === other.model && one.l2 !== other.l2));
}

// The controls

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
  for (const view of ["2", "3"]) control(`view${view}`).setAttribute("aria-pressed", String(choice.view === view));
}

function modelName(model) {
  const { cell } = data.networks.find((one) => one.model === model);
  return cell === model ? model : `${model} (${cell})`;
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
