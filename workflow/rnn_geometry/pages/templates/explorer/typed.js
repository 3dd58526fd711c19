// A sentence of the reader's own, run by the page where the weights are in it.
const wordIds = new Map(data.words.map((word, i) => [word, i]));
const HOW_TO_ADD = [
  "The weights of this network are not in this page, so it cannot read new sentences here. " +
    "Add them to the configuration and run the workflow again: ",
  `explorer: {sentences: {${data.task}: ["…"]}}`,
];

const OTHER_TOKENIZER =
  "The tokenizer of this task is not in this page: only tokens written as in its vocabulary, with blanks between them, are read. ";

// The ids of known words and the unknown words of a text; the workflow reads an unknown word as <unk>.
function wordsOfText(text) {
  const found = { tokens: [], unknown: [], skipped: [], known: 0 };
  for (const word of splitTyped(text, (known) => wordIds.has(known))) {
    if (wordIds.has(word)) found.known += 1;
    else found.unknown.push(word);
    const id = wordIds.get(word) ?? wordIds.get("<unk>");
    if (id !== undefined) found.tokens.push(id);
    else found.skipped.push({ word, at: found.tokens.length });
  }
  return found;
}

function reordered(tokens, order) {
  if (order === 1) return [...tokens].reverse();
  if (order !== 2) return tokens;
  let state = 12345; // the same shuffle every time, so that a link shows what was seen
  const keys = tokens.map(() => (state = (state * 1103515245 + 12345) % 2147483648));
  return tokens.map((_, i) => i).sort((a, b) => keys[a] - keys[b]).map((i) => tokens[i]);
}

function typedTrace(order, network = currentNetwork()) {
  const found = network.cellWeights ? wordsOfText(choice.text) : { known: 0 };
  if (!found.known) return null;
  const tokens = reordered(found.tokens, order);
  const words = tokens.map((id) => data.words[id]);
  const skipped = placesOfSkipped(found.skipped, tokens.length, order);
  return { words, tokens, skipped, ...runTokens(network, tokens), label: null, name: "typed sentence", order };
}

// Before which word a word that is passed over stands; of a shuffled sentence they come last.
function placesOfSkipped(skipped, count, order) {
  if (order === 1) return skipped.map(({ word, at }) => ({ word, at: count - at })).reverse();
  return order === 2 ? skipped.map(({ word }) => ({ word, at: count })) : skipped;
}

function unknownOf(text) {
  const { unknown, known } = wordsOfText(text);
  const named = unique(unknown).map((word) => shortened(word, 40)).join(", ");
  if (!unknown.length) return "";
  if (!known) return `None of these words is in the vocabulary: ${named}. The sentence on show stays. `;
  return `Not in the vocabulary${wordIds.has("<unk>") ? ", read as <unk>" : ", passed over"}: ${named}. `;
}

const SOME = 8; // words that are named; of so few all are

function typedNote(text = choice.text) {
  const note = document.getElementById("typedNote");
  const network = currentNetwork();
  document.getElementById("typed").hidden = !network.cellWeights;
  if (!network.cellWeights) return note.replaceChildren(HOW_TO_ADD[0], element("code", { textContent: HOW_TO_ADD[1] }));
  const own = data.words.filter((word) => !/^<.*>$/.test(word));
  const some = own.slice(0, SOME).join(" ");
  const foreign = data.tokenizer === "file" ? OTHER_TOKENIZER : "";
  const known = `The network knows ${own.length} words${own.length > SOME ? ", such as" : ""}: ${some}`;
  note.textContent = (foreign + (unknownOf(text) || (text ? "" : known))).trim();
}

function readTyped(event) {
  event.preventDefault();
  const text = document.getElementById("text").value.trim();
  const { tokens, known } = wordsOfText(text);
  if (!known) return typedNote(text);
  pause();
  change({ text, sentence: TYPED, order: 0, step: tokens.length });
  showStage();
}

// What changes below the picture is seen in it.
function showStage() {
  document.querySelector(".stage").scrollIntoView({ block: "start", behavior: calm.matches ? "auto" : "smooth" });
}
