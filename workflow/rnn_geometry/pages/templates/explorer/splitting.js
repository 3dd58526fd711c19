// Splits what a reader types as the workflow splits the texts of the task (tasks/text/splitters.py). What parts words
// and what is never seen comes from there, as classes of characters in `data.cleaning`.
const BLANK = "\u2423"; // what a blank is called where single characters are words
const JOINERS = /^[\u200c\u200d]+|[\u200c\u200d]+$/gu;
const JOINERS_AT_ENDS = /(?<![^\s\p{P}])[\u200c\u200d]+|[\u200c\u200d]+(?![^\s\p{P}])/gu;
const OTHERS = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Co}]/gu;
// The ideographs that BERT's rules set apart, and the punctuation marks that stand alone.
const IDEOGRAPHS =
  /[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{2a6df}\u{2a700}-\u{2b81f}\u{2b920}-\u{2ceaf}\u{2f800}-\u{2fa1f}]/gu;
const WORDS = /[!-/:-@[-`{-~]|\p{P}|(?:(?![!-/:-@[-`{-~]|\p{P})\S)+/gu;

const cleaning = (name) => new RegExp(data.cleaning[name], "gu");
const separated = (text) => text.replace(cleaning("between"), " ");
const lowered = (text) => text.replaceAll("\u0130", "i").toLowerCase();

function piecesAtBlanks(text) {
  const seen = separated(text).normalize("NFC").replace(cleaning("unseen"), "");
  return lowered(seen).normalize("NFC").split(/\s+/u).map((piece) => piece.replace(JOINERS, "")).filter(Boolean);
}

function wordsAndMarks(text) {
  const whole = separated(text).replace(cleaning("lost"), " ").normalize("NFC").replace(OTHERS, "");
  const apart = whole.replace(JOINERS_AT_ENDS, "").replace(IDEOGRAPHS, " $& ");
  return lowered(apart).normalize("NFC").match(WORDS) ?? [];
}

// Single characters, each with the marks that belong to it. Newer browsers keep two Indic consonants with a virama
// between them together, which the workflow parts; Thai and Lao "am" is a mark though it counts as a letter.
function characters(text) {
  const whole = piecesAtBlanks(text).join(BLANK);
  if (!window.Intl?.Segmenter) return Array.from(whole);
  const segments = new Intl.Segmenter("und", { granularity: "grapheme" }).segment(whole);
  return Array.from(segments).flatMap(({ segment }) => segment.split(/(?<=\p{M}\u200d?)(?=[^\P{L}\u0e33\u0eb3])/u));
}

// Made-up words stand between blanks: as they are, else in small letters, else without the punctuation around them,
// which is read where the vocabulary has it and else passed over.
function madeUpWords(text, known) {
  return text.normalize("NFC").split(/\s+/u).filter(Boolean).flatMap((piece) => {
    const whole = [piece, piece.toLowerCase()].find(known);
    if (whole !== undefined) return [whole];
    const parts = piece.toLowerCase().match(/[\p{L}\p{N}_]+|[^\p{L}\p{N}_]/gu);
    return parts.length === 1 ? parts : parts.filter((part) => known(part) || /[\p{L}\p{N}]/u.test(part));
  });
}

// Tokens of a tokenizer.json, which is not in the page, stand between blanks as the vocabulary writes them.
function tokensAtBlanks(text, known) {
  const pieces = text.normalize("NFC").split(/\s+/u).filter(Boolean);
  return pieces.map((piece) => [piece, piece.toLowerCase()].find(known) ?? piece);
}

const SPLITTERS = { words: wordsAndMarks, whitespace: piecesAtBlanks, characters, file: tokensAtBlanks };
const splitTyped = (text, known) => (SPLITTERS[data.tokenizer] ?? madeUpWords)(text, known);
