// The words of one or two sentences, shaded by what each does to the logits; the logits as bars; decisions in words.
const AGAINST = "#998ec3";
const NEUTRAL = "#f7f7f7";
const FOR = "#f1a340";
const STRONGEST_TINT = 0.5; // darker tints would not keep black text readable
const reading = { first: null, second: null }; // traces on show

function shadeOf(effect, network) {
  if (choice.shade === "strongest") {
    const which = strongest(effect);
    const share = Math.min(Math.abs(effect[which]) / network.largestEffect, 1);
    const colour = mixed(NEUTRAL, colourOf(data.classCodes[which]), STRONGEST_TINT * share);
    return { colour, which, against: effect[which] < 0 && share > 0.15 };
  }
  const which = Number(choice.shade);
  const share = Math.max(Math.min(effect[which] / network.largestEffect, 1), -1);
  return { colour: mixed(NEUTRAL, share < 0 ? AGAINST : FOR, Math.abs(share)), which, against: false };
}

function wordButton(trace, i, network) {
  const effect = effectOf(trace.outputs, i + 1);
  const { colour, which, against } = shadeOf(effect, network);
  const button = element("button", { type: "button", textContent: trace.words[i], tabIndex: -1 });
  button.style.background = colour;
  if (against) button.style.textDecoration = "underline";
  const told = `${data.classNames[which]} ${signed(effect[which])}`;
  button.title = told;
  button.setAttribute("aria-label", `word ${i + 1}, ${trace.words[i]}: ${told}`);
  button.addEventListener("click", () => change({ step: i + 1 }));
  return button;
}

function makeStrips() {
  const network = currentNetwork();
  const strips = [["first", reading.first], ["second", reading.second]].filter(([, trace]) => trace);
  document.getElementById("strips").replaceChildren(...strips.map(([kind, trace]) => strip(kind, trace, network)));
}

function strip(kind, trace, network) {
  const title = element("h3", { textContent: `${trace.name}, ${ORDERS[trace.order]}` });
  const words = element("div", { className: "words" }, ...trace.words.map((_, i) => wordButton(trace, i, network)));
  words.setAttribute("role", "group");
  words.setAttribute("aria-label", `Words of ${trace.name}, ${ORDERS[trace.order]}`);
  const now = element("p", { className: "now" });
  const verdict = element("p", { className: "verdict", textContent: verdictOf(trace) });
  return element("div", { className: `strip ${kind}` }, title, words, now, verdict);
}

function verdictOf(trace) {
  const code = codeOfLogits(trace.outputs.at(-1));
  const decision = `After the last word the network decides ${codeName(code)}`;
  if (!trace.label) return `${decision}; no label is known.`;
  const label = codeOfLabel(trace.label);
  return `${decision}; the label is ${codeName(label)}: ${label === code ? "right" : "wrong"}.`;
}

function nowOf(trace) {
  const step = Math.min(choice.step, trace.words.length);
  const code = codeName(codeOfLogits(trace.outputs[step]));
  if (!step) return `Before the first word: ${code}.`;
  const effect = effectOf(trace.outputs, step);
  const which = choice.shade === "strongest" ? strongest(effect) : Number(choice.shade);
  const moved = `moves ${data.classNames[which]} by ${signed(effect[which])}`;
  return `Word ${step} of ${trace.words.length}, “${trace.words[step - 1]}”: ${moved}; so far ${code}.`;
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
  const top = button.offsetTop - box.offsetTop;
  const below = top + button.offsetHeight > box.scrollTop + box.clientHeight;
  if (top < box.scrollTop || below) box.scrollTop = top - box.clientHeight / 3;
}

// The logits as bars around zero

function makeBars() {
  const kinds = reading.second ? ["first", "second"] : ["first"];
  document.getElementById("bars").replaceChildren(...data.classNames.map((name, i) => {
    const values = kinds.map((kind) => {
      const track = element("span", { className: "track" }, element("i"));
      track.style.setProperty("--bar", colourOf(data.classCodes[i]));
      track.firstChild.style.background = colourOf(data.classCodes[i]);
      track.setAttribute("aria-hidden", "true");
      return element("div", { className: `value ${kind}` }, track, element("b"));
    });
    const cell = element("div", { className: "cell" }, ...values);
    cell.setAttribute("role", "cell");
    const head = element("span", { className: "name", textContent: name });
    head.setAttribute("role", "rowheader");
    const row = element("div", { className: "row" }, head, cell);
    row.setAttribute("role", "row");
    return row;
  }));
}

function drawBars() {
  const traces = [reading.first, reading.second].filter(Boolean);
  const rows = traces.map((trace) => trace.outputs[Math.min(choice.step, trace.words.length)]);
  const most = Math.max(currentNetwork().largestLogit, ...rows.map(largestSize));
  const decided = (logits, i) => (data.multiLabel ? logits[i] >= 0 : codeOfLogits(logits) === i);
  document.querySelectorAll("#bars .row").forEach((row, i) => {
    row.classList.toggle("decided", decided(rows[0], i));
    row.querySelectorAll(".value").forEach((value, which) => {
      const share = (50 * rows[which][i]) / most;
      const place = { left: `${Math.min(50, 50 + share)}%`, width: `${Math.abs(share)}%` };
      Object.assign(value.querySelector("i").style, place);
      value.classList.toggle("decided", decided(rows[which], i));
      value.querySelector("b").textContent = signed(rows[which][i]);
    });
  });
}
