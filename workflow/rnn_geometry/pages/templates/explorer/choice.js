// What is chosen: kept in the controls and in the location's hash. It opens with a telling sentence before its first word.
const TYPED = "typed";
const SAME = "same";
const DEFAULTS = {
  otherSentence: "",
  otherOrder: 1,
  colour: "class",
  view: data.dimension > 2 ? "3" : "2",
  shade: "strongest",
  text: "",
  components: "1,2,3",
  layers: DEFAULT_LAYERS,
  trained: KEPT,
  side: "alone",
};
const opening = data.networks[data.opening.network];
const SIDES = ["alone", "cells", "seeds"];
const choice = {
  model: opening.model,
  l2: opening.l2,
  seed: opening.seed,
  sentence: null,
  order: 0,
  step: Infinity, // the last word
  ...DEFAULTS,
};
const NUMBERS = ["order", "step", "otherOrder", "trained"];

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
  if (!known.has(String(choice.sentence))) choice.sentence = String(data.opening.sentence);
  if (choice.otherSentence !== SAME && !known.has(String(choice.otherSentence))) choice.otherSentence = "";
  for (const name of ["order", "otherOrder"]) if (!(choice[name] in ORDERS)) choice[name] = DEFAULTS[name] ?? 0;
  if (choice.shade !== "strongest" && data.classNames[Number(choice.shade)] === undefined) choice.shade = "strongest";
  if (!["2", "3"].includes(choice.view)) choice.view = DEFAULTS.view;
  if (choice.colour !== "q") choice.colour = "class";
  if (!SIDES.includes(choice.side)) choice.side = "alone";
  if (!threeComponents(choice.components)) choice.components = DEFAULTS.components;
  const of = currentNetwork().training;
  if (choice.trained !== KEPT && of) choice.trained = of.steps[nearestTo(of.steps, Number(choice.trained) || 0)];
  if (of && choice.trained === of.kept) choice.trained = KEPT;
  choice.layers = Object.keys(LAYERS).filter((name) => String(choice.layers).split(".").includes(name)).join(".");
}

function threeComponents(text) {
  const numbers = String(text).split(",").map(Number);
  const inside = numbers.every((one) => Number.isInteger(one) && one >= 1 && one <= data.components);
  return inside && numbers.length === 3 && new Set(numbers).size === 3;
}

function traceOf(network, sentence, order) {
  return sentence === TYPED ? typedTrace(order, network) : storedTrace(network, Number(sentence), order);
}

// What a network reads: one sentence or two; nothing where it cannot read what was typed.
function readingOf(index) {
  const network = networkOf(index);
  const other = choice.otherSentence === SAME ? choice.sentence : choice.otherSentence;
  return {
    first: traceOf(network, choice.sentence, choice.order),
    second: other === "" ? null : traceOf(network, other, choice.otherOrder),
  };
}

function findTraces() {
  Object.assign(reading, readingOf(currentIndex()));
  choice.step = Math.min(Math.max(Math.round(choice.step) || 0, 0), lastStep());
}

function lastStep() {
  return Math.max(reading.first.words.length, reading.second ? reading.second.words.length : 0);
}

function severalL2() {
  return data.networks.some((one) => data.networks.some((other) => one.model === other.model && one.l2 !== other.l2));
}
