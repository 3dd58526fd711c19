// What a slow point is: beside it, and in the line that is said aloud. What terms mean: beside the term.
const tip = document.getElementById("tip");
const gloss = document.getElementById("gloss");
const POINT_HELP = document.getElementById("details").textContent;
const TERMS = {
  "slow point":
    "A state that the network hardly leaves while no word comes: at most a ten-thousandth of its size across the " +
    "surface on which scores are kept, a few percent of the step at a word along it. Together slow points are that surface.",
  readout: "The direction in which the logit of one class grows fastest. A state far along it is decided for that class.",
  speed: "Half the squared step that the state takes without a word (the paper's q): 0 at a fixed point. Here it is told as a share of the step at a usual word, too.",
  component: "One of the axes along which slow points differ most, the widest first: of each network its own, as in figures.",
  "slow points": "States that the network hardly leaves while no word comes.",
  readouts: "Arrows: where the logit of a class grows fastest.",
  "edges and faces": "Between the corners: the middle of the slow points that decide a class most clearly.",
  "final states": "Where sentences of the test split end, in the colour of what is decided there.",
  "fixed points": "States that the network does not leave while no word comes; at a stable one, nearby states come back.",
  flow: "Where a state drifts while no word comes. Lengths are drawn larger than they are.",
  training: "Slow points of the network at steps of its training, at one scale; final states have the colour of their label.",
  logit: "The score of a class. The class with the highest is decided; of labels, all above zero.",
};

function showPoint(i, at = 0) {
  if (i === scene.point && (i < 0 || at === scene.at)) return;
  Object.assign(scene, { point: i, at });
  const panel = scene.panels[at];
  document.getElementById("details").textContent = i < 0 ? POINT_HELP : describePoint(panel.network, i);
  draw();
  placeTip(panel);
}

function stepFrom(count) {
  const panel = scene.panels[scene.at] ?? scene.panels[0];
  const many = panel.network.points.length;
  showPoint((Math.max(scene.point, count > 0 ? -1 : 0) + count + many) % many, scene.panels.indexOf(panel));
}

// The step that the state takes there without a word, against the usual step at a word.
function relativeStep(network, i) {
  if (network.logQ[i] === null || !network.wordStep) return null;
  return Math.sqrt(2 * 10 ** network.logQ[i]) / network.wordStep;
}

function percent(share) {
  if (share < 1e-4) return "less than .01 %";
  const value = 100 * share;
  return `${value < 1 ? value.toFixed(2).replace(/^0/, "") : value.toFixed(value < 10 ? 1 : 0)} %`;
}

function timeOf(network, i) {
  const tau = network.tau[i];
  return tau === null ? "no slow mode" : `longest time constant ${tau >= 1e5 ? "over 100,000" : tau} words`;
}

// q itself: logits and states have no unit, and neither has it.
const qTold = (network, i) => (network.logQ[i] === null ? "speed unknown" : `speed q = ${powerOf(network.logQ[i])}`);

const RAISED = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

// A number, given by its decimal logarithm, as in 2.3·10⁻⁷.
function powerOf(logarithm) {
  const [figures, power] = (10 ** logarithm).toExponential(1).split("e");
  return `${figures}·10${Array.from(String(Number(power)), (sign) => RAISED[sign]).join("")}`;
}

// Of an earlier step less is known of a point.
function stageLines(network, i) {
  const step = network.training.steps[network.noted];
  return [`Slow point ${i + 1}: ${codeName(network.decision[i])}`, `At step ${step} of the training`, qTold(network, i)];
}

function describePoint(network, i) {
  const q = qTold(network, i);
  if (network.trained) return `${stageLines(network, i).join("; ")}.`;
  const share = relativeStep(network, i);
  const step = share === null ? "" : `; it moves by ${percent(share)} of the step at a word`;
  const corner = data.multiLabel ? "" : `nearest corner: ${codeName(network.corner[i])}; `;
  const decision = `decision here: ${codeName(network.decision[i])}`;
  return `Slow point ${i + 1} of ${network.points.length}: ${q}; ${timeOf(network, i)}${step}; ${corner}${decision}.`;
}

function tipLines(network, i) {
  if (network.trained) return stageLines(network, i);
  const share = relativeStep(network, i);
  const logits = network.pointLogits[i];
  const highest = [...logits].sort((a, b) => b - a)[MOST_LOGITS - 1] ?? -Infinity;
  const shownClasses = data.classNames.map((name, j) => [name, logits[j]]).filter(([, value]) => value >= highest);
  const digits = tied(shownClasses.map(([, value]) => value)) ? 2 : 1;
  const told = shownClasses.map(([name, value]) => `${shortened(name, 14)} ${signed(value, digits)}`.replaceAll(" ", "\u00a0"));
  const still = share === null ? "" : `Without a word it moves by ${percent(share)} of the step at a word (${qTold(network, i)})`;
  return [`Slow point ${i + 1}: ${codeName(network.decision[i])}`, still, timeOf(network, i), `Logits: ${told.join(", ")}`];
}

// Whether the two highest logits are the same at one decimal: which is decided would not be seen.
function tied(values) {
  const [first, second] = [...values].sort((a, b) => b - a);
  return second !== undefined && signed(first, 1) === signed(second, 1);
}

const MOST_LOGITS = 6; // in a tip; of more classes the highest, in the order of classes

function placeTip(panel) {
  tip.hidden = scene.point < 0;
  if (tip.hidden) return;
  const [first, ...rest] = tipLines(panel.network, scene.point).filter(Boolean);
  tip.replaceChildren(element("b", { textContent: first }), ...rest.map((text) => element("span", { textContent: text })));
  const box = freeTip(panel, [panel.x[scene.point], panel.y[scene.point]], [tip.offsetWidth, tip.offsetHeight]);
  tip.style.left = `${box.left}px`;
  tip.style.top = `${box.top}px`;
}

// On the far side from the centre: of the places round a point that which covers least of the origin, of the ends and
// middles of arrows, of their names and of states, and of these the furthest out.
function freeTip(panel, [x, y], [width, height]) {
  const [east, south] = [Math.sign(x - panel.origin[0]) || 1, Math.sign(y - panel.origin[1]) || 1];
  const away = (at, sign, size) => (sign > 0 ? at + 14 : at - 14 - size);
  const within = (value, size, most) => Math.max(Math.min(value, most - size - 2), 2);
  const sides = [[east, south], [east, 0], [0, south], [east, -south], [-east, south], [-east, 0], [0, -south], [-east, -south]];
  const boxes = sides.map(([across, down]) => {
    const left = within(across ? away(x, across, width) : x - width / 2, width, scene.width);
    const top = within(down ? away(y, down, height) : y - height / 2, height, scene.height);
    return { left, top, right: left + width, bottom: top + height };
  });
  const around = ([at, below]) => ({ left: at - 6, top: below - 6, right: at + 6, bottom: below + 6 });
  const middle = (tip) => [0, 1].map((i) => (panel.origin[i] + tip[i]) / 2);
  const arrows = layered("readouts") ? panel.arrows.flatMap((tip) => [tip, middle(tip)]) : [];
  const names = Array.from(labels.children).filter((one) => one.style.visibility === "visible").map((one) => one.box);
  // The point itself is worth all of them.
  const kept = [...[panel.origin, ...arrows, ...panel.heads].map(around), ...names];
  const own = around([x, y]);
  const cost = (box) => kept.filter((one) => crosses(box, one)).length + (crosses(box, own) ? kept.length + 1 : 0);
  return boxes.reduce((best, box) => (cost(box) < cost(best) ? box : best));
}

// Terms

function showTerm(button) {
  const term = button.dataset.term;
  gloss.replaceChildren(element("b", { textContent: term }), ` ${TERMS[term]}`);
  gloss.hidden = false;
  const box = button.getBoundingClientRect();
  const most = document.documentElement.clientWidth - gloss.offsetWidth - 8;
  gloss.style.left = `${Math.max(Math.min(box.left, most), 8) + window.scrollX}px`;
  gloss.style.top = `${box.bottom + 6 + window.scrollY}px`;
}

// Menus close where the hand goes elsewhere.
function closeMenus(except = null) {
  for (const menu of document.querySelectorAll(".menu[open]")) if (menu !== except) menu.open = false;
}

function listenToTerms() {
  for (const button of document.querySelectorAll(".term")) {
    button.setAttribute("aria-describedby", "gloss");
    for (const kind of ["pointerenter", "focus", "click"]) button.addEventListener(kind, () => showTerm(button));
    for (const kind of ["pointerleave", "blur"]) button.addEventListener(kind, () => (gloss.hidden = true));
  }
  document.addEventListener("pointerdown", (event) => closeMenus(event.target.closest(".menu")));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    gloss.hidden = true;
    closeMenus();
    showPoint(-1);
  });
}
