// The manifold during training: the slow points of a network at the steps at which its weights were noted. Point i
// begins after the same word at every step, so points may glide from step to step.
const followed = data.networks.some((one) => one.training);
if (followed) LAYERS.training = "training";
const KEPT = -1; // the step whose weights the network has: what the page shows otherwise
const NEAR = 1e-3; // share of the training: on the slider steps are evenly apart on a logarithmic scale from here on
const training = { place: null, frame: null, timer: null };
const TRAINING_PAUSE = 900; // ms between two steps that follow each other by themselves

function decodeTraining(entry, size) {
  const count = entry.steps.length;
  const scaled = (text) => Float64Array.from(shorts(text), (value) => value * entry.unit);
  const parts = (values) => Array.from({ length: count }, (_, i) => values.slice((i * values.length) / count, ((i + 1) * values.length) / count));
  const last = entry.steps.at(-1);
  return {
    ...entry,
    places: entry.steps.map((step) => placeOfShare(step / last)),
    flats: parts(scaled(entry.points)),
    decisions: parts(Array.from(shorts(entry.decision))),
    speeds: parts(hundredths(entry.logQ)),
    finals: parts(scaled(entry.final)),
    arrows: parts(floats(entry.readouts)).map((flat) => rowsOf(flat, size)),
    made: new Map(),
  };
}

const placeOfShare = (share) => Math.log(share / NEAR + 1) / Math.log(1 / NEAR + 1);

function nearestTo(values, wanted) {
  return values.reduce((best, value, i) => (Math.abs(value - wanted) < Math.abs(values[best] - wanted) ? i : best), 0);
}

// The number of the noted step that is chosen, of the current network.
function chosenStep() {
  const { steps, kept } = currentNetwork().training;
  return nearestTo(steps, choice.trained === KEPT ? kept : choice.trained);
}

const inTraining = () => layered("training") && Boolean(currentNetwork().training);

// A network as it was at a place of its training: the network itself where it has the weights of that step.
function asTrained(network, place, between) {
  const of = network.training;
  if (!of || place === null) return network;
  const nearest = nearestTo(of.places, place);
  if (!between || Math.abs(of.places[nearest] - place) < 1e-3) {
    if (of.steps[nearest] === of.kept) return network;
    if (!of.made.has(nearest)) of.made.set(nearest, stageOf(network, nearest, nearest, 0));
    return of.made.get(nearest);
  }
  const low = Math.max(of.places.findLastIndex((one) => one <= place), 0);
  const high = Math.min(low + 1, of.places.length - 1);
  return stageOf(network, low, high, (place - of.places[low]) / Math.max(of.places[high] - of.places[low], 1e-9));
}

function stageOf(network, low, high, share) {
  const of = network.training;
  const size = data.components;
  const mixed = (from, to) => (share ? from.map((value, i) => value + share * (to[i] - value)) : from);
  const nearest = share < 0.5 ? low : high;
  const flat = mixed(of.flats[low], of.flats[high]);
  const points = rowsOf(flat, size);
  const none = points.map(() => null);
  const stage = { trained: network, noted: nearest, flat, points, decision: of.decisions[nearest], logQ: of.speeds[nearest] };
  const readouts = of.arrows[low].map((row, i) => mixed(row, of.arrows[high][i]));
  const final = { rows: rowsOf(mixed(of.finals[low], of.finals[high]), size), decision: of.labels };
  const absent = { corners: [], corner: none, tau: none, pointLogits: none, flow: null, fixed: { rows: [], stability: [] } };
  return Object.assign(Object.create(network), stage, absent, { readouts, final, tips: null, coloursFor: null, qLimits: null });
}

// Where a network stands on show: of one without steps, and at the step whose weights it has, as it is.
function networkShown(index) {
  return asTrained(networkOf(index), inTraining() ? training.place : null, training.frame !== null);
}

const isEarly = (panel) => Boolean(panel.network.trained);

function showTraining() {
  for (const panel of scene.panels) panel.network = networkShown(panel.index);
  draw();
  if (training.frame === null) drawLegend();
}

// Move to the chosen step, gliding where the hand or the clock leads there.
function moveTraining(glides) {
  cancelAnimationFrame(training.frame);
  training.frame = null;
  if (!inTraining()) {
    training.place = null;
    return showTraining();
  }
  const [from, to] = [training.place, currentNetwork().training.places[chosenStep()]];
  if (!glides || calm.matches || from === null || from === to) {
    training.place = to;
    return showTraining();
  }
  const start = performance.now();
  const go = (now) => {
    const share = Math.min(Math.max((now - start) / 300, 0), 1);
    training.place = share < 1 ? from + (to - from) * share : to;
    training.frame = share < 1 ? requestAnimationFrame(go) : null;
    showTraining();
  };
  training.frame = requestAnimationFrame(go);
}

const numberOr = (value, digits) => (value === null ? "–" : value.toFixed(digits));

function stageTold(of, i) {
  const d = of.dimension[i];
  const shape = d === 0 ? "slow points are one point" : d === null ? "no gap defines slow points" : `dimension ${d.toFixed(1)}`;
  return `loss ${numberOr(of.loss[i], 3)}, test accuracy ${numberOr(of.accuracy[i], 3)}, ${shape}`;
}

// The row below the picture: slider, step, numbers, and what is left out.
function fillTraining() {
  const on = inTraining();
  control("training").hidden = !on;
  if (!on) return;
  const of = currentNetwork().training;
  const i = chosenStep();
  const kept = of.steps[i] === of.kept;
  const told = `step ${of.steps[i]} of ${of.steps.at(-1)}`;
  Object.assign(control("trained"), { max: of.steps.length - 1, value: i });
  control("trained").setAttribute("aria-valuetext", `${told}, ${stageTold(of, i)}`);
  control("trainedStep").textContent = told;
  control("trainedTold").textContent = stageTold(of, i);
  control("trainedNote").textContent = kept
    ? "These are the weights of the network: it reads the sentence."
    : "The sentence is read by the trained network and not drawn here.";
}

function chooseTrained(i, glides = true) {
  const { steps, kept } = currentNetwork().training;
  const at = Math.min(Math.max(i, 0), steps.length - 1);
  showPoint(-1);
  choice.trained = steps[at] === kept ? KEPT : steps[at];
  refresh();
  moveTraining(glides);
}

function toggleTraining() {
  if (training.timer) return stopTraining();
  if (chosenStep() === currentNetwork().training.steps.length - 1) chooseTrained(0, false);
  training.timer = setInterval(() => {
    chooseTrained(chosenStep() + 1);
    if (chosenStep() === currentNetwork().training.steps.length - 1) stopTraining();
  }, TRAINING_PAUSE);
  control("playTraining").textContent = "Pause training";
}

function stopTraining() {
  clearInterval(training.timer);
  training.timer = null;
  control("playTraining").textContent = "Play training";
}

function listenToTraining() {
  control("playTraining").addEventListener("click", toggleTraining);
  control("trained").addEventListener("input", (event) => {
    stopTraining();
    chooseTrained(Number(event.target.value));
  });
}
