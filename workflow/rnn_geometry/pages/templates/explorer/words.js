// The words of one or two sentences, shaded by what each does to the logits.
const strongestTint = () => (darkness.matches ? 0.38 : 0.5); // stronger tints would not keep the words readable
const FADE = 28; // pixels at an end of a running row
const reading = { first: null, second: null }; // traces on show

function shadeOf(effect, network) {
  if (choice.shade === "strongest") {
    const which = strongest(effect);
    const share = Math.min(Math.abs(effect[which]) / network.largestEffect, 1);
    const colour = mixed(paint.neutral, colourOf(data.classCodes[which]), strongestTint() * share);
    return { colour, which, against: effect[which] < 0 && share > 0.15 };
  }
  const which = Number(choice.shade);
  const share = Math.max(Math.min(effect[which] / network.largestEffect, 1), -1);
  return { colour: divergent(share), which, against: false };
}

const divergent = (share) => mixed(paint.neutral, share < 0 ? paint.against : paint.for, Math.min(Math.abs(share), 1));

function wordButton(trace, i, network, kind) {
  const effect = effectOf(trace.outputs, i + 1);
  const { colour, which, against } = shadeOf(effect, network);
  const button = element("button", { type: "button", textContent: trace.words[i], tabIndex: -1 });
  Object.assign(button.style, { background: colour, color: paint.word });
  if (against) button.style.textDecoration = "underline";
  const told = `${data.classNames[which]} ${signed(effect[which])}`;
  const { decided, by } = decidedAt(trace, i + 1, kind);
  button.classList.toggle("decides", decided);
  if (by) button.dataset.by = by;
  button.title = decided ? `leads clearly from here on${by && ` in ${by}`}; ${told}` : told;
  button.setAttribute("aria-label", `word ${i + 1}, ${trace.words[i]}: ${button.title}`);
  button.addEventListener("click", () => goTo(i + 1));
  return button;
}

// Whether from this word on what is decided leads clearly; of networks side by side those in which it does, where not all.
function decidedAt(trace, word, kind) {
  const panels = scene.panels.filter((panel) => panel[kind]);
  if (panels.length < 2) return { decided: decidingWord(trace) === word, by: "" };
  const there = panels.filter((panel) => decidingWord(panel[kind]) === word);
  return { decided: there.length > 0, by: there.length < panels.length ? there.map(shortName).join(", ") : "" };
}

function makeStrips() {
  const network = currentNetwork();
  const strips = [["first", reading.first], ["second", reading.second]].filter(([, trace]) => trace);
  const made = strips.map(([kind, trace]) => strip(kind, trace, network));
  control("strips").replaceChildren(...made);
  const accounts = strips.map(([kind, trace]) => account(kind, trace));
  if (network.noGap > 0.5) accounts.push(element("p", { className: "gapless", textContent: gaplessOf(network) }));
  control("told").replaceChildren(...accounts);
  fitWords();
}

// What is drawn of a network without a gap is no manifold, however tidy it looks.
function gaplessOf(network) {
  return `No gap between slow and fast modes at ${Math.round(100 * network.noGap)} % of the points of ${network.said}: ` +
    "this cloud depends on where the cut was put, and its dimension has no value.";
}

function strip(kind, trace, network) {
  const words = element("div", { className: "words" }, ...chipsOf(trace, network, kind));
  words.setAttribute("role", "group");
  words.setAttribute("aria-label", `Words of ${trace.name}, ${ORDERS[trace.order]}`);
  words.addEventListener("scroll", () => cue(words), { passive: true });
  return element("div", { className: `strip ${kind}` }, words);
}

// Words that are read lead to their step; those that are passed over stand between them, struck through.
function chipsOf(trace, network, kind) {
  const passed = (at) => (trace.skipped ?? []).filter((one) => one.at === at).map(({ word }) => skippedChip(word));
  return [...trace.words.flatMap((_, i) => [...passed(i), wordButton(trace, i, network, kind)]), ...passed(trace.words.length)];
}

function skippedChip(word) {
  const aside = element("span", { className: "unseen", textContent: ", not in the vocabulary" });
  return element("span", { className: "skipped", title: "not in the vocabulary: passed over" }, element("s", { textContent: word }), aside);
}

// What is said of a sentence, beside the picture.
function account(kind, trace) {
  const title = element("h3", { textContent: `${trace.name}, ${ORDERS[trace.order]}` });
  return element("div", { className: `account ${kind}` }, title, verdictOf(kind), element("p", { className: "now" }));
}

// Few rows of words are seen whole; of more one row runs, with the word that is read in sight.
const rowsAllowed = () => (narrow.matches || reading.second ? 2 : 3);

function fitWords() {
  for (const words of document.querySelectorAll(".words")) {
    words.classList.remove("running");
    const rows = new Set(Array.from(words.children, (chip) => chip.offsetTop)).size;
    words.classList.toggle("running", rows > rowsAllowed());
    keepInSight(words);
  }
}

// Ends of a running row fade where there is more.
function cue(words) {
  words.classList.toggle("before", words.scrollLeft > 2);
  words.classList.toggle("after", words.scrollLeft + words.clientWidth < words.scrollWidth - 2);
}

function nowOf(trace) {
  const step = Math.min(choice.step, trace.words.length);
  const standing = standingOf(trace, step);
  if (!step) return `Before the first word: ${standingName(standing)}.`;
  const effect = effectOf(trace.outputs, step);
  const which = choice.shade === "strongest" ? strongest(effect) : Number(choice.shade);
  const moved = `moves ${data.classNames[which]} by ${signed(effect[which])}`;
  return `Word ${step} of ${trace.words.length}, “${trace.words[step - 1]}”: ${moved}; ${standing === null ? NO_LEAD : `so far ${codeName(standing)}`}.`;
}

function markWords() {
  document.querySelectorAll(".strip").forEach((made, which) => {
    const trace = which ? reading.second : reading.first;
    const step = Math.min(choice.step, trace.words.length);
    const buttons = [...made.querySelectorAll(".words button")];
    buttons.forEach((button, i) => {
      button.classList.toggle("unread", i >= step);
      button.tabIndex = i === Math.max(step - 1, 0) ? 0 : -1;
      if (i === step - 1) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
    });
    keepInSight(made.querySelector(".words"));
    document.querySelectorAll(".account .now")[which].textContent = nowOf(trace);
  });
}

// Scrolls the row alone, never the page.
function keepInSight(words) {
  const chip = words.querySelector("[tabindex='0']");
  if (chip && words.classList.contains("running")) {
    const left = chip.getBoundingClientRect().left - words.getBoundingClientRect().left + words.scrollLeft;
    const right = left + chip.offsetWidth;
    if (left < words.scrollLeft + FADE || right > words.scrollLeft + words.clientWidth - FADE) words.scrollLeft = left - words.clientWidth / 3;
  }
  cue(words);
}
