// The payload as typed arrays. A trace is a sentence read in one order: positions and logits before the first word
// and after every word.
const data = JSON.parse(document.getElementById("payload").textContent);

function bytesOf(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer;
}

function floats(text) {
  const view = new DataView(bytesOf(text));
  return Float64Array.from({ length: view.byteLength / 4 }, (_, i) => view.getFloat32(4 * i, true));
}

function integers(text) {
  const view = new DataView(bytesOf(text));
  return Array.from({ length: view.byteLength / 4 }, (_, i) => view.getInt32(4 * i, true));
}

function shorts(text) {
  const view = new DataView(bytesOf(text));
  return Int16Array.from({ length: view.byteLength / 2 }, (_, i) => view.getInt16(2 * i, true));
}

const hundredths = (text) => Float64Array.from(shorts(text), (value) => value / 100);

function rowsOf(values, width) {
  return Array.from({ length: values.length / width }, (_, i) => values.subarray(i * width, (i + 1) * width));
}

const classes = data.classNames.length;
const traceTokens = cut(integers(data.tokens), data.lengths);
const KIND_TITLES = {
  curated: "Chosen examples",
  configured: "From the configuration",
  "held-out": "Held-out sentences",
};
const ORDERS = ["as written", "reversed", "shuffled"];
const SCALE_MARGIN = 1.08;

function cut(values, lengths) {
  let start = 0;
  return lengths.map((length) => values.slice(start, (start += length)));
}

// Networks are decoded when they are first looked at: a page may hold many.
const decoded = new Map();

function networkOf(index) {
  if (!decoded.has(index)) decoded.set(index, decodeNetwork(data.networks[index]));
  return decoded.get(index);
}

function decodeNetwork(entry) {
  const lengths = data.lengths.map((length) => length + 1);
  const size = data.components;
  const flat = floats(entry.points);
  const network = {
    ...entry,
    flat,
    points: rowsOf(flat, size),
    pointLogits: rowsOf(hundredths(entry.pointLogits), classes),
    readouts: rowsOf(floats(entry.readouts), size),
    positions: cut(rowsOf(floats(entry.coordinates), 3), lengths),
    outputs: cut(rowsOf(floats(entry.logits), classes), lengths),
    cellWeights: entry.weights && decodeWeights(entry.weights),
    final: { ...entry.final, rows: rowsOf(floats(entry.final.places), size) },
    fixed: { ...entry.fixed, rows: rowsOf(floats(entry.fixed.places), size) },
    flow: entry.flow && decodeFlow(entry.flow, size),
    training: entry.training && decodeTraining(entry.training, size),
    whole: new Map(),
  };
  network.largestLogit = largest(network.outputs.flat().map(largestSize));
  const effects = network.outputs.flatMap((rows) => rows.slice(1).map((_, i) => effectOf(rows, i + 1)));
  network.largestEffect = quantile(effects.flatMap((row) => Array.from(row, Math.abs)), 0.98);
  network.reach = reachOf(network);
  return network;
}

function decodeFlow(flow, size) {
  const velocities = rowsOf(floats(flow.velocities), size);
  const lengths = velocities.map((row) => Math.hypot(...row));
  return { places: rowsOf(floats(flow.places), size), velocities, lengths, most: quantile([...lengths], 0.95) };
}

const largest = (values) => values.reduce((a, b) => Math.max(a, b), 1e-6);
const largestSize = (row) => largest(row.map(Math.abs));

function quantile(values, share) {
  const sorted = values.sort((a, b) => a - b);
  return Math.max(sorted[Math.floor(share * (sorted.length - 1))] ?? 0, 1e-6);
}

// How far points and almost all positions lie from the origin of the frame.
function reachOf(network) {
  const distance = (row) => Math.hypot(...row);
  const points = network.points.map(distance);
  const positions = network.positions.flat().map(distance);
  const manifold = largest(points);
  return SCALE_MARGIN * Math.min(Math.max(manifold, quantile(positions, 0.99)), 2 * manifold);
}

// The change of the logits by word `step` (1 is the first); of exclusive classes only differences matter.
function effectOf(outputs, step) {
  const change = outputs[step].map((value, i) => value - outputs[step - 1][i]);
  if (data.multiLabel) return change;
  const mean = change.reduce((sum, value) => sum + value, 0) / change.length;
  return change.map((value) => value - mean);
}

function strongest(effect) {
  const size = data.multiLabel ? effect.map(Math.abs) : effect;
  return size.indexOf(Math.max(...size));
}

function storedTrace(network, sentence, order) {
  const index = data.traceSentence.findIndex((id, i) => id === sentence && data.traceOrder[i] === order);
  const entry = data.sentences.find((one) => one.id === sentence);
  return {
    words: traceTokens[index].map((id) => data.words[id]),
    tokens: traceTokens[index],
    positions: positionsOf(network, index),
    outputs: network.outputs[index],
    label: entry.label,
    name: entry.name,
    order,
  };
}

// Along three components positions are stored; along more they come from the weights, where they are on the page.
function positionsOf(network, index) {
  if (data.components <= 3 || !network.cellWeights) return network.positions[index];
  if (!network.whole.has(index)) network.whole.set(index, runTokens(network, traceTokens[index]).positions);
  return network.whole.get(index);
}

// As style.colour_place: codes of single labels are powers of two.
function colourOf(code) {
  const size = data.palette.length;
  if (code < size) return data.palette[code];
  const label = Math.round(Math.log2(code));
  if (2 ** label === code) return data.palette[data.labelColours[label % data.labelColours.length]];
  return data.palette[9 + (code % (size - 9))];
}

function codeName(code) {
  if (!data.multiLabel) return data.classNames[code];
  return data.classNames.filter((_, i) => Math.floor(code / 2 ** i) % 2).join(" + ") || "no label";
}

function codeOfLogits(logits) {
  if (!data.multiLabel) return logits.indexOf(Math.max(...logits));
  return logits.reduce((code, value, i) => code + (value >= 0 ? 2 ** i : 0), 0);
}

function codeOfLabel(label) {
  return data.multiLabel ? label.reduce((code, value, i) => code + value * 2 ** i, 0) : label.indexOf(1);
}

function signed(value, digits = 2) {
  return (value < 0 ? "−" : "+") + Math.abs(value).toFixed(digits);
}
