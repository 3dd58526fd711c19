// What follows a change of the choice, and what the controls do.
let madeFor = "";

function change(changes) {
  Object.assign(choice, changes);
  const opened = untouched();
  settle();
  openingTurn(currentNetwork());
  if (opened) Object.assign(view, START, { pan: [0, 0] });
  findTraces();
  refresh();
}

// Controls, words and bars are made anew only when something other than the step has changed.
function refresh() {
  const { step, trained, ...rest } = choice;
  const key = JSON.stringify(rest);
  if (key !== madeFor) {
    madeFor = key;
    makePanels();
    Object.assign(scene, { point: -1, at: 0 });
    tip.hidden = true;
    document.getElementById("details").textContent = POINT_HELP;
    fillControls();
    makeLabels();
    makeStrips();
    makeBars();
    makeWhole();
    drawLegend();
    drawShadeLegend();
    moveTraining(false);
    typedNote();
    networkNote();
    document.getElementById("text").value = choice.text;
  }
  control("step").max = lastStep();
  control("step").value = step;
  control("step").setAttribute("aria-valuetext", `word ${step} of ${lastStep()}`);
  // Said aloud at every step, but not while words follow each other by themselves.
  control("counter").setAttribute("aria-live", player.timer ? "off" : "polite");
  const word = reading.first.words[step - 1];
  const last = word === undefined ? "" : `, last “${shortened(word, 40)}”`;
  control("counter").textContent = `${step} of ${lastStep()}${passedOver()}${last}`;
  const count = step === 1 ? "1 word" : `${step} words`;
  control("logits-title").textContent = step ? `Logits after ${count}` : "Logits before the first word";
  control("back").disabled = step === 0;
  control("forward").disabled = step === lastStep();
  markWords();
  drawBars();
  markWhole();
  fillTraining();
  moveTo(step);
  if (player.timer || training.timer) writeHashSoon();
  else writeHash();
}

// Words that no step counts.
function passedOver() {
  const count = reading.first.skipped?.length ?? 0;
  return count ? `, ${count} not in the vocabulary` : "";
}

function networkNote() {
  const { accuracy, points, looksBack } = currentNetwork();
  const tested = typeof accuracy === "number" ? `Test accuracy of this network ${accuracy.toFixed(3)}; ` : "";
  const back = looksBack ? " Its readout sees all states by attention; decisions on this page are those of its last state." : "";
  const others = scene.panels.slice(1).map(panelName);
  const beside = others.length ? ` Beside it: ${others.join("; ")}.${scene.panels.some((one) => one.turn) ? " Turned so that readouts point alike." : ""}` : "";
  control("network").replaceChildren(`${tested}${points.length} of its slow points are shown.${back}${beside}`, ...pagesOfNetworks());
}

// Pages of the networks on show.
function pagesOfNetworks() {
  const known = scene.panels.filter(({ network }) => network.page);
  const link = ({ network }, text) => element("a", { href: network.page, textContent: text });
  if (scene.panels.length === 1) return known.flatMap((panel) => [" ", link(panel, "All its numbers and figures")]);
  return known.flatMap((panel, i) => [i ? ", " : " Numbers and figures: ", link(panel, panelName(panel))]);
}

function listen() {
  for (const name of ["model", "l2", "seed", "sentence", "colour", "shade", "order", "otherOrder", "side"]) {
    const valueOf = NUMBERS.includes(name) ? Number : String;
    control(name).addEventListener("change", (event) => change({ [name]: valueOf(event.target.value) }));
  }
  control("otherSentence").addEventListener("change", (event) => {
    const sameAsShown = event.target.value === SAME && choice.otherOrder === choice.order;
    change({ otherSentence: event.target.value, ...(sameAsShown && { otherOrder: choice.order ? 0 : 1 }) });
  });
  control("sentence").addEventListener("change", () => goTo(Infinity));
  control("side").addEventListener("change", () => {
    if (!narrow.matches) return;
    control("more").open = false;
    showStage();
  });
  for (const view of ["2", "3"]) control(`view${view}`).addEventListener("click", () => change({ view }));
  control("controls").addEventListener("submit", (event) => event.preventDefault());
  control("zoomIn").addEventListener("click", () => zoomBy(1.25));
  control("zoomOut").addEventListener("click", () => zoomBy(0.8));
  control("zoomReset").addEventListener("click", resetView);
  control("tour").addEventListener("click", toggleTour);
  ["across", "up", "depth"].forEach((name, i) => {
    control(name).addEventListener("change", (event) => chooseComponent(i, event.target.value));
  });
  control("pointForward").addEventListener("click", () => stepFrom(1));
  control("pointBack").addEventListener("click", () => stepFrom(-1));
  control("play").addEventListener("click", toggle);
  control("back").addEventListener("click", () => stepBy(-1));
  control("forward").addEventListener("click", () => stepBy(1));
  control("step").addEventListener("input", (event) => stepBy(Number(event.target.value) - choice.step));
  control("speed").addEventListener("change", () => player.timer && (pause(), play()));
  control("typed").addEventListener("submit", readTyped);
  document.addEventListener("keydown", keyOnPage);
  window.addEventListener("hashchange", () => {
    pause();
    stopTraining();
    readHash();
    settle();
    openingTurn(currentNetwork());
    readHash();
    change({});
    moveTraining(false);
  });
  darkness.addEventListener("change", repaint);
  narrow.addEventListener("change", arrange);
  window.addEventListener("resize", placeStage);
  listenToCanvas();
  listenToTerms();
  listenToShare();
  listenToWhole();
  if (followed) listenToTraining();
  new ResizeObserver(resize).observe(canvas);
  new ResizeObserver(makeWhole).observe(control("whole").parentElement);
  new ResizeObserver(fitWords).observe(control("strips"));
}

const plain = (row) => Array.from(row);
const current = (rows) => plain(rows[Math.min(choice.step, rows.length - 1)]);

// For tests and for the console.
window.explorer = {
  state: choice,
  position: () => current(reading.first.positions),
  logits: () => current(reading.first.outputs),
  split: (text) => splitTyped(text, (word) => wordIds.has(word)),
  run: (tokens) => {
    const { states, positions, outputs } = runTokens(currentNetwork(), tokens);
    return { states: states.map(plain), positions: positions.map(plain), logits: outputs.map(plain) };
  },
  stored: (sentence, order) => {
    const { tokens, positions, outputs } = storedTrace(currentNetwork(), sentence, order);
    return { tokens, positions: positions.map(plain), logits: outputs.map(plain) };
  },
  arrows: (panel = 0) => scene.panels[panel].arrows.map((tip) => tip.map((value, i) => value - scene.panels[panel].origin[i])),
  layout: layoutOf,
  origin: (panel = 0) => scene.panels[panel].origin.slice(0, 2),
  places: (panel = 0) => scene.panels[panel].network.points.map((row) => onScreen(scene.panels[panel], row)),
  panels: () => scene.panels.map((one) => [panelName(one), current(one.first.outputs)]),
  colours: () => currentNetwork().points.map((_, i) => pointColour(currentNetwork(), i)),
  turn: () => [view.yaw, view.pitch],
  look: viewNumbers,
  trained: () => scene.panels.map(({ network: { trained, training: of, noted } }) => (trained ? of.steps[noted] : of?.kept ?? null)),
  moving: () => training.frame !== null,
  draw,
  csv: csvOf,
  svg: svgOf,
};

function repaint() {
  readTheme();
  madeFor = "";
  refresh();
}

// On a phone what is asked for less lies in a menu, so that the picture and how to play it are on one screen; cell and
// sentence come before the picture and the other controls after it, also for keys and readers of the screen; how to use
// the page comes last, and the legend comes below what plays.

function arrange() {
  const stage = document.querySelector(".stage");
  const first = ["model", "sentence"].map((name) => control(name).parentElement);
  const view = control("view2").parentElement, aids = ["zoom", "onePoint"].map(control), colour = control("colour").parentElement;
  const side = control("side").parentElement;
  if (narrow.matches) control("more").querySelector(".sheet").append(side, colour, ...aids);
  else {
    view.before(colour);
    view.after(...aids);
  }
  control("more").hidden = !narrow.matches;
  if (narrow.matches) {
    stage.after(control("controls"));
    control("first").append(...first);
  } else {
    stage.before(control("controls"));
    control("l2").parentElement.before(first[0]);
    control("order").parentElement.before(side, first[1]);
  }
  control("first").hidden = !narrow.matches;
  document.querySelector(narrow.matches ? "main" : "header").append(document.querySelector(".steps"));
  placeStage();
}

// The stage fills what head and controls leave of the window.
function placeStage() {
  const stage = document.querySelector(".stage");
  if (document.querySelector(".steps").open) return;
  stage.style.setProperty("--above", `${Math.round(stage.getBoundingClientRect().top + window.scrollY)}px`);
}

const linked = location.hash !== "";
if (!linked) choice.step = 0;
readTheme();
readHash();
settle();
openingTurn(currentNetwork());
readHash();
settle();
findTraces();
makeLayers();
arrange();
listen();
resize();
refresh();
if (!linked) playSoon();
document.documentElement.dataset.ready = "1";
