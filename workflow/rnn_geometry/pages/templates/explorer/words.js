// The words of one or two sentences, shaded by what each does to the logits.
const strongestTint = () => (darkness.matches ? 0.38 : 0.5); // stronger tints would not keep the words readable
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

function wordButton(trace, i, network) {
  const effect = effectOf(trace.outputs, i + 1);
  const { colour, which, against } = shadeOf(effect, network);
  const button = element("button", { type: "button", textContent: trace.words[i], tabIndex: -1 });
  Object.assign(button.style, { background: colour, color: paint.word });
  if (against) button.style.textDecoration = "underline";
  const told = `${data.classNames[which]} ${signed(effect[which])}`;
  const decides = decidingWord(trace) === i + 1;
  button.classList.toggle("decides", decides);
  button.title = decides ? `decided for good from here on; ${told}` : told;
  button.setAttribute("aria-label", `word ${i + 1}, ${trace.words[i]}: ${button.title}`);
  button.addEventListener("click", () => goTo(i + 1));
  return button;
}

function makeStrips() {
  const network = currentNetwork();
  const strips = [["first", reading.first], ["second", reading.second]].filter(([, trace]) => trace);
  const made = strips.map(([kind, trace]) => strip(kind, trace, network));
  if (network.noGap > 0.5) made.push(element("p", { className: "gapless", textContent: gaplessOf(network) }));
  document.getElementById("strips").replaceChildren(...made);
}

// What is drawn of a network without a gap is no manifold, however tidy it looks.
function gaplessOf(network) {
  return `No gap between slow and fast modes at ${Math.round(100 * network.noGap)} % of the points of ${network.said}: ` +
    "this cloud depends on where the cut was put, and its dimension has no value.";
}

function strip(kind, trace, network) {
  const title = element("h3", { textContent: `${trace.name}, ${ORDERS[trace.order]}` });
  const words = element("div", { className: "words" }, ...trace.words.map((_, i) => wordButton(trace, i, network)));
  words.setAttribute("role", "group");
  words.setAttribute("aria-label", `Words of ${trace.name}, ${ORDERS[trace.order]}`);
  const now = element("p", { className: "now" });
  return element("div", { className: `strip ${kind}` }, title, verdictOf(kind), now, words);
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
    keepInSight(buttons[Math.max(step - 1, 0)]);
    made.querySelector(".now").textContent = nowOf(trace);
  });
}

// Scrolls the strip alone, never the page.
function keepInSight(button) {
  const box = button.parentElement;
  const top = button.getBoundingClientRect().top - box.getBoundingClientRect().top + box.scrollTop;
  const below = top + button.offsetHeight > box.scrollTop + box.clientHeight;
  if (top < box.scrollTop || below) box.scrollTop = top - box.clientHeight / 3;
}
