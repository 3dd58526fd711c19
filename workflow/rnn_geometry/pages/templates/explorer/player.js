// Steps and playing: the state glides to its next place while the network plays; else, and with reduced motion, it is
// there at once.
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

const player = { timer: null, frame: null, opening: null };
const GENTLE = 1200; // ms before a page plays by itself

// A page that is opened without a link to a place plays by itself, until a hand is laid on it.
function playSoon() {
  if (calm.matches) return;
  player.opening = setTimeout(play, GENTLE);
  for (const kind of ["pointerdown", "keydown", "wheel"]) window.addEventListener(kind, stay, { once: true });
}

function stay() {
  clearTimeout(player.opening);
}

function play() {
  stay();
  if (choice.step >= lastStep()) change({ step: 0 });
  clearInterval(player.timer);
  player.timer = setInterval(advance, 1000 / Number(control("speed").value));
  control("play").textContent = "Pause";
}

// Only the step changes: what the networks read is found already.
function advance() {
  choice.step = Math.min(choice.step + 1, lastStep());
  refresh();
  if (choice.step >= lastStep()) pause();
}

function pause() {
  stay();
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
  goTo(choice.step + count);
}

function goTo(step) {
  pause();
  change({ step });
}

// Left and right step, space plays, wherever the key means nothing else; in a strip the focus follows the word.
function keyOnPage(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("select, input[type=text], input[type=checkbox]")) return;
  const inStrip = event.target.closest(".strip");
  const steps = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (steps && !event.target.matches("input")) {
    const place = inStrip ? [...document.querySelectorAll(".strip")].indexOf(inStrip) : -1;
    stepBy(steps);
    if (inStrip) document.querySelectorAll(".strip")[place].querySelector(".words button[tabindex='0']").focus();
  } else if (event.key === " " && event.target.id === "trained") toggleTraining();
  else if (event.key === " " && !event.target.matches("button, a, summary")) toggle();
  else return;
  event.preventDefault();
}

