// A sentence of the reader's own, run by the page where the weights are in it.
const wordIds = new Map(data.words.map((word, i) => [word, i]));
const HOW_TO_ADD = [
  "The weights of this network are not in this page, so it cannot read new sentences here. " +
    "Add them to the configuration and run the workflow again: ",
  `explorer: {sentences: {${data.task}: ["…"]}}`,
];

// The ids of known words and the unknown words of a text: as they stand, else in small letters, else without the
// punctuation around them, which is read where the vocabulary has it and else passed over.
function wordsOfText(text) {
  const found = { tokens: [], unknown: [] };
  for (const piece of text.split(/\s+/u).filter(Boolean)) {
    const whole = [piece, piece.toLowerCase()].find((word) => wordIds.has(word));
    const parts = whole === undefined ? piece.toLowerCase().match(/[\p{L}\p{N}_]+|[^\p{L}\p{N}_]/gu) : [whole];
    for (const part of parts) {
      if (wordIds.has(part)) found.tokens.push(wordIds.get(part));
      else if (parts.length === 1 || /[\p{L}\p{N}]/u.test(part)) {
        found.unknown.push(part);
        if (wordIds.has("<unk>")) found.tokens.push(wordIds.get("<unk>")); // as the workflow reads it
      }
    }
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
  note.textContent = missing || (choice.text ? "" : `The network knows ${data.words.length} words, such as: ${some}`);
}

function readTyped(event) {
  event.preventDefault();
  const text = document.getElementById("text").value.trim();
  const tokens = wordsOfText(text).tokens;
  change({ text, ...(tokens.length && { sentence: TYPED, order: 0, step: tokens.length }) });
}
