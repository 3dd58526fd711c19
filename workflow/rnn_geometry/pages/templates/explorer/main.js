// Steps, playing, and what follows a change of the choice.
const player = { timer: null, frame: null };
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
let madeFor = "";

function change(changes) {
  Object.assign(choice, changes);
  settle();
  findTraces();
  refresh();
}

// Controls, words and bars are made anew only when something other than the step has changed.
function refresh() {
  const { step, ...rest } = choice;
  const key = JSON.stringify(rest);
  if (key !== madeFor) {
    madeFor = key;
    scene.point = -1;
    document.getElementById("details").textContent = POINT_HELP;
    fillControls();
    makeStrips();
    makeBars();
    drawLegend();
    drawShadeLegend();
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
  control("counter").textContent = `${step} of ${lastStep()}${last}`;
  const count = step === 1 ? "1 word" : `${step} words`;
  control("logits-title").textContent = step ? `Logits after ${count}` : "Logits before the first word";
  control("back").disabled = step === 0;
  control("forward").disabled = step === lastStep();
  markWords();
  drawBars();
  moveTo(step);
  writeHash();
}

function networkNote() {
  const { accuracy, points } = currentNetwork();
  const tested = typeof accuracy === "number" ? `Test accuracy of this network ${accuracy.toFixed(3)}; ` : "";
  control("network").textContent = `${tested}${points.length} of its slow points are shown.`;
}

// The state glides to its next place while the network plays; else, and with reduced motion, it is there at once.
function moveTo(step) {
  cancelAnimationFrame(player.frame);
  const from = scene.shown;
  if (!player.timer || calm.matches || Math.abs(step - from) > 1.5) {
    scene.shown = step;
    return draw();
  }
  const start = performance.now();
  const duration = Math.min(250, 600 / Number(control("speed").value));
  const glide = (now) => {
    const share = Math.min(Math.max((now - start) / duration, 0), 1);
    scene.shown = from + (step - from) * share;
    draw();
    if (share < 1) player.frame = requestAnimationFrame(glide);
  };
  player.frame = requestAnimationFrame(glide);
}

function play() {
  if (choice.step >= lastStep()) change({ step: 0 });
  player.timer = setInterval(advance, 1000 / Number(control("speed").value));
  control("play").textContent = "Pause";
}

function advance() {
  change({ step: choice.step + 1 });
  if (choice.step >= lastStep()) pause();
}

function pause() {
  clearInterval(player.timer);
  player.timer = null;
  control("play").textContent = "Play";
  control("counter").setAttribute("aria-live", "polite");
}

function toggle() {
  if (player.timer) pause();
  else play();
}

function stepBy(count) {
  pause();
  change({ step: choice.step + count });
}

// Left and right step, space plays, wherever the key means nothing else; in a strip the focus follows the word.
function keyOnPage(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("select, input[type=text]")) return;
  const inStrip = event.target.closest(".strip");
  const steps = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (steps && !event.target.matches("input")) {
    const place = inStrip ? [...document.querySelectorAll(".strip")].indexOf(inStrip) : -1;
    stepBy(steps);
    if (inStrip) document.querySelectorAll(".strip")[place].querySelector(".words button[tabindex='0']").focus();
  } else if (event.key === " " && !event.target.matches("button, a")) toggle();
  else return;
  event.preventDefault();
}

function listen() {
  for (const name of ["model", "l2", "seed", "sentence", "colour", "shade", "order", "otherOrder"]) {
    const valueOf = NUMBERS.includes(name) ? Number : String;
    control(name).addEventListener("change", (event) => change({ [name]: valueOf(event.target.value) }));
  }
  control("otherSentence").addEventListener("change", (event) => {
    const sameAsShown = event.target.value === SAME && choice.otherOrder === choice.order;
    change({ otherSentence: event.target.value, ...(sameAsShown && { otherOrder: choice.order ? 0 : 1 }) });
  });
  control("sentence").addEventListener("change", () => stepBy(Infinity));
  for (const view of ["2", "3"]) control(`view${view}`).addEventListener("click", () => change({ view }));
  control("controls").addEventListener("submit", (event) => event.preventDefault());
  control("zoomIn").addEventListener("click", () => zoomBy(1.25));
  control("zoomOut").addEventListener("click", () => zoomBy(0.8));
  control("zoomReset").addEventListener("click", resetView);
  const points = () => currentNetwork().points.length;
  control("pointForward").addEventListener("click", () => showPoint((scene.point + 1) % points()));
  control("pointBack").addEventListener("click", () => showPoint((Math.max(scene.point, 0) + points() - 1) % points()));
  control("play").addEventListener("click", toggle);
  control("back").addEventListener("click", () => stepBy(-1));
  control("forward").addEventListener("click", () => stepBy(1));
  control("step").addEventListener("input", (event) => stepBy(Number(event.target.value) - choice.step));
  control("speed").addEventListener("change", () => player.timer && (pause(), play()));
  control("typed").addEventListener("submit", readTyped);
  document.addEventListener("keydown", keyOnPage);
  window.addEventListener("hashchange", () => {
    pause();
    readHash();
    change({});
  });
  listenToCanvas();
  new ResizeObserver(resize).observe(canvas);
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
  places: () => currentNetwork().points.map((row) => onScreen(row, currentNetwork())),
  colours: () => currentNetwork().points.map((_, i) => pointColour(currentNetwork(), i)),
  turn: () => [scene.yaw, scene.pitch],
};

makeLabels();
readHash();
settle();
findTraces();
listen();
resize();
refresh();
document.documentElement.dataset.ready = "1";
