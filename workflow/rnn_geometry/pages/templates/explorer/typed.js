// A sentence of the reader's own, run by the page where the weights are in it.
const wordIds = new Map(data.words.map((word, i) => [word, i]));
const HOW_TO_ADD = [
  "The weights of this network are not in this page, so it cannot read new sentences here. " +
    "Add them to the configuration and run the workflow again: ",
  `explorer: {sentences: {${data.task}: ["…"]}}`,
];

const BLANK = "\u2423"; // what a blank is called where single characters are words
const OTHER_TOKENIZER =
  "The tokenizer of this task is not in this page: only tokens written as in its vocabulary, with blanks between them, are read. ";

// Between words although it is no blank everywhere, what nobody sees, and joiners at the end of a word.
const BETWEEN = /[\u0000-\u001f\u007f-\u009f\u200b\u2028\u2029]/gu;
const UNSEEN = /[\u00ad\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/gu;
const JOINERS_AT_ENDS = /(?<![^\s\p{P}])[\u200c\u200d]+|[\u200c\u200d]+(?![^\s\p{P}])/gu;
// As `tokenizer: words` splits: marks of punctuation and Chinese characters stand alone, vowel signs do not.
const CHINESE =
  "\\u4e00-\\u9fff\\u3400-\\u4dbf\\u{20000}-\\u{2a6df}\\u{2a700}-\\u{2ceaf}\\uf900-\\ufaff\\u{2f800}-\\u{2fa1f}";
const ALONE = `\\p{P}$+<=>^\`|~${CHINESE}`;
const APART = new RegExp(`[${ALONE}]|[^${ALONE}]+`, "gu");

function cleaned(text) {
  return text.replace(BETWEEN, " ").replace(UNSEEN, "").normalize("NFC").replace(JOINERS_AT_ENDS, "");
}

function lowered(text) {
  return text.replaceAll("\u0130", "i").toLowerCase();
}

// A text in single characters, each with the marks that belong to it, as the workflow splits it.
function charactersOf(text) {
  const whole = lowered(cleaned(text)).trim().replace(/\s+/gu, BLANK);
  if (!window.Intl?.Segmenter) return Array.from(whole);
  return Array.from(new Intl.Segmenter("und", { granularity: "grapheme" }).segment(whole), (part) => part.segment);
}

function piecesOf(text) {
  return data.tokenizer === "characters" ? charactersOf(text) : cleaned(text).split(/\s+/u).filter(Boolean);
}

// The ids of known words and the unknown words of a text: as they stand, else in small letters, else without the
// punctuation around them, which is read where the vocabulary has it and else passed over. Texts that were split
// beforehand, or into characters, have no punctuation around words.
function wordsOfText(text) {
  const found = { tokens: [], unknown: [] };
  const apart = !["whitespace", "characters", "file"].includes(data.tokenizer);
  for (const piece of piecesOf(text)) {
    const whole = [piece, lowered(piece)].find((word) => wordIds.has(word));
    const split = () => (apart ? lowered(piece).match(data.tokenizer === "words" ? APART : /[\p{L}\p{N}_]+|[^\p{L}\p{N}_]/gu) : [piece]);
    const parts = whole === undefined ? split() : [whole];
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
  const foreign = data.tokenizer === "file" ? OTHER_TOKENIZER : "";
  note.textContent = foreign + (missing || (choice.text ? "" : `The network knows ${data.words.length} words, such as: ${some}`));
}

function readTyped(event) {
  event.preventDefault();
  const text = document.getElementById("text").value.trim();
  const tokens = wordsOfText(text).tokens;
  change({ text, ...(tokens.length && { sentence: TYPED, order: 0, step: tokens.length }) });
}
