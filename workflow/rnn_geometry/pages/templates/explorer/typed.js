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
  const found = { tokens: [], unknown: [] };
  for (const word of splitTyped(text, (known) => wordIds.has(known))) {
    if (!wordIds.has(word)) found.unknown.push(word);
    const id = wordIds.get(word) ?? wordIds.get("<unk>");
    if (id !== undefined) found.tokens.push(id);
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

function typedTrace(order) {
  const network = currentNetwork();
  const known = network.cellWeights ? wordsOfText(choice.text).tokens : [];
  if (!known.length) return null;
  const tokens = reordered(known, order);
  const words = tokens.map((id) => data.words[id]);
  return { words, tokens, ...runTokens(network, tokens), label: null, name: "typed sentence", order };
}

function unknownWords(text) {
  return unique(wordsOfText(text).unknown);
}

function typedNote() {
  const note = document.getElementById("typedNote");
  const network = currentNetwork();
  document.getElementById("typed").hidden = !network.cellWeights;
  if (!network.cellWeights) return note.replaceChildren(HOW_TO_ADD[0], element("code", { textContent: HOW_TO_ADD[1] }));
  const unknown = unknownWords(choice.text);
  const missing = unknown.length ? `Not in the vocabulary: ${unknown.join(", ")}. ` : "";
  const some = data.words.filter((word) => !/^<.*>$/.test(word)).slice(0, 8).join(" ");
  const foreign = data.tokenizer === "file" ? OTHER_TOKENIZER : "";
  note.textContent = foreign + (missing || (choice.text ? "" : `The network knows ${data.words.length} words, such as: ${some}`));
}

function readTyped(event) {
  event.preventDefault();
  const text = document.getElementById("text").value.trim();
  const tokens = wordsOfText(text).tokens;
  change({ text, ...(tokens.length && { sentence: TYPED, order: 0, step: tokens.length }) });
}
