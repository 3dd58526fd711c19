// What a network has decided after a word, since when, and in words. A class leads by as much as its logit is above the
// next one; of labels the largest logit counts, of either sign. From a share of the largest lead of its sentence on a
// class leads clearly. One rule for words, band, bars and state; what is decided after the last word is the class of the
// largest logit, however small its lead.
const LEAD_SHARE = 0.05;

function leadOf(logits) {
  if (data.multiLabel) return Math.max(...logits.map(Math.abs));
  const [first, second] = Array.from(logits).sort((a, b) => b - a);
  return first - second;
}

// The code of what leads clearly after a word; null where nothing does.
function standingOf(trace, step) {
  const logits = trace.outputs[Math.min(step, trace.words.length)];
  const lead = leadOf(logits);
  return lead > 0 && lead >= leadNeeded(trace) ? codeOfLogits(logits) : null;
}

// The code of what is decided after the last word; null where all logits are the same.
function decisionOf(trace) {
  const logits = trace.outputs.at(-1);
  return leadOf(logits) > 0 ? codeOfLogits(logits) : null;
}

function leadNeeded(trace) {
  trace.needed ??= LEAD_SHARE * Math.max(...trace.outputs.map(leadOf));
  return trace.needed;
}

const NO_LEAD = data.multiLabel ? "no label leads clearly" : "no class leads clearly";
const standingName = (code) => (code === null ? NO_LEAD : codeName(code));
const standingColour = (code) => (code === null ? paint.halo : colourShown(code));

// The word from which on what is decided at the end leads clearly, counted from 1; 0 where it did before any word, null
// where nothing leads clearly at the end.
function decidingWord(trace) {
  if (trace.decides === undefined) trace.decides = firstSettled(trace);
  return trace.decides;
}

function firstSettled(trace) {
  const codes = trace.outputs.map((_, step) => standingOf(trace, step));
  if (codes.at(-1) === null) return null;
  let first = codes.length - 1;
  while (first && codes[first - 1] === codes.at(-1)) first--;
  return first;
}

function settledOf(trace) {
  const word = decidingWord(trace);
  if (word === null) return decisionOf(trace) === null ? "" : ", which leads by too little to be clear";
  if (word === 0) return ", which leads clearly before the first word and ever after";
  const marked = `(▴ “${shortened(trace.words[word - 1])}”)`;
  return `, which leads clearly from ${word === 1 ? "the first word" : `word ${word} of ${trace.words.length}`} on ${marked}`;
}

// The same in few words, where several networks stand below each other.
function sinceOf(trace) {
  const word = decidingWord(trace);
  if (word === null) return decisionOf(trace) === null ? "" : ", by too little to be clear";
  return word ? ` from word ${word} on (“${shortened(trace.words[word - 1], 12)}”)` : " before any word";
}

// What one network decides, or each of those side by side, against the label.
function verdictOf(kind) {
  const made = element("div", { className: "verdict" });
  const readers = scene.panels.filter((panel) => panel[kind]);
  if (scene.panels.length < 2) made.append(verdictOfOne(reading[kind]));
  else made.append(labelOf(kind, readers), verdictsOf(kind, readers));
  return made;
}

function verdictOfOne(trace) {
  const code = decisionOf(trace);
  const told = element("p", {}, `After the last word the network decides ${code === null ? "nothing" : codeName(code)}${settledOf(trace)}`);
  if (!trace.label) told.append("; no label is known.");
  else told.append(`; the label is ${codeName(codeOfLabel(trace.label))}: `, ...rightOrWrong(trace), ".");
  return told;
}

const isRight = (trace) => decisionOf(trace) === codeOfLabel(trace.label);
const rightOrWrong = (trace) => [isRight(trace) ? "right" : element("strong", { textContent: "wrong" })];

// Side by side stand cells or seeds: what all have in common need not be said again.
function shortName(panel) {
  if (severalL2()) return panelName(panel);
  return choice.side === "seeds" ? `seed ${panel.network.seed}` : panel.network.said;
}

function labelOf(kind, readers) {
  const { label } = readers[0][kind];
  if (!label) return element("p", { textContent: "No label is known." });
  const right = readers.filter((panel) => isRight(panel[kind])).length;
  const all = right === readers.length ? "all right" : right ? `${right} of ${readers.length} right` : "";
  const verdict = all || element("strong", { textContent: "all wrong" });
  return element("p", {}, `After the last word. Label: ${codeName(codeOfLabel(label))}; `, verdict, ".");
}

function verdictsOf(kind, readers) {
  return element("ul", {}, ...readers.map((panel) => {
    const trace = panel[kind];
    const code = decisionOf(trace);
    const wrong = trace.label && !isRight(trace) ? [": ", ...rightOrWrong(trace)] : [];
    const name = element("b", { textContent: shortName(panel) });
    return element("li", {}, name, `: ${code === null ? "nothing" : codeName(code)}${sinceOf(trace)}`, ...wrong, ".");
  }));
}
