// Looking around by mouse, touch and keys: turning with some inertia, moving, zooming, pinching, and a tour.
const motion = { frame: null, tour: null };
const SLOWING = 325; // ms in which what turns by itself loses most of its speed
const TOUR_SPEED = 0.35; // radians a second

function resize() {
  const box = canvas.getBoundingClientRect();
  const ratio = window.devicePixelRatio || 1;
  Object.assign(scene, { width: Math.max(box.width, 1), height: Math.max(box.height, 1) });
  canvas.width = Math.round(scene.width * ratio);
  canvas.height = Math.round(scene.height * ratio);
  makePanels();
  makeLabels();
  draw();
  placeTip(scene.panels[scene.at] ?? scene.panels[0]);
}

const panelAt = (x, y) =>
  Math.max(scene.panels.findIndex((one) => x >= one.left && y >= one.top && x <= one.left + one.width && y <= one.top + one.height), 0);

// Zoom towards a place of the panel there; the others follow.
function zoomBy(factor, x = scene.panels[0].left + scene.panels[0].width / 2, y = scene.panels[0].top + scene.panels[0].height / 2) {
  const panel = scene.panels[panelAt(x, y)];
  const zoom = Math.min(Math.max(view.zoom * factor, 0.4), 40);
  const side = Math.min(panel.width, panel.height);
  const from = [(x - panel.left - panel.width / 2) / side, (y - panel.top - panel.height / 2) / side];
  view.pan = from.map((at, i) => at - ((at - view.pan[i]) * zoom) / view.zoom);
  view.zoom = zoom;
  draw();
  lookedAround();
}

function resetView() {
  stopTour();
  cancelAnimationFrame(motion.frame);
  Object.assign(view, { ...START, pan: [0, 0] });
  draw();
  lookedAround();
}

function panBy(right, down) {
  const side = Math.min(scene.panels[0].width, scene.panels[0].height);
  view.pan = [view.pan[0] + right / side, view.pan[1] + down / side];
  drawSoon();
}

function moveBy(right, down) {
  if (choice.view === "3") {
    view.yaw += right * 0.01;
    view.pitch = Math.min(Math.max(view.pitch + down * 0.01, -1.5), 1.5);
    drawSoon();
  } else panBy(right, down);
}

function lookedAround() {
  if (scene.point >= 0) placeTip(scene.panels[scene.at]);
  writeHashSoon();
}

// After a drag the manifold goes on turning for a moment.
function coast([right, down]) {
  cancelAnimationFrame(motion.frame);
  if (choice.view !== "3" || calm.matches || Math.hypot(right, down) < 0.05) return lookedAround();
  let before = performance.now();
  const go = (now) => {
    const passed = Math.min(now - before, 50);
    before = now;
    moveBy(right * passed, down * passed);
    [right, down] = [right, down].map((speed) => speed * Math.exp(-passed / SLOWING));
    if (Math.hypot(right, down) > 0.01) motion.frame = requestAnimationFrame(go);
    else lookedAround();
  };
  motion.frame = requestAnimationFrame(go);
}

// A walk through projections of all components, along circles of different speeds.
function toggleTour() {
  if (motion.tour) return stopTour();
  showPoint(-1);
  let before = performance.now();
  const go = (now) => {
    view.tour += (Math.min(now - before, 100) / 1000) * TOUR_SPEED;
    before = now;
    draw();
    motion.tour = requestAnimationFrame(go);
  };
  motion.tour = requestAnimationFrame(go);
  control("tour").setAttribute("aria-pressed", "true");
}

function stopTour() {
  if (!motion.tour) return;
  cancelAnimationFrame(motion.tour);
  motion.tour = null;
  control("tour").setAttribute("aria-pressed", "false");
  lookedAround();
}

function nearestPoint(x, y, within) {
  const at = panelAt(x, y);
  const panel = scene.panels[at];
  let [best, least] = [-1, within];
  for (let i = 0; layered("points") && i < panel.x.length; i += 1) {
    const distance = Math.hypot(panel.x[i] - x, panel.y[i] - y);
    if (distance < least) [best, least] = [i, distance];
  }
  return [best, at];
}

function listenToCanvas() {
  const drags = new Map();
  const hand = { moved: 0, speed: [0, 0], last: 0 };
  const place = (event) => [event.offsetX, event.offsetY];
  const middle = () => [0, 1].map((i) => [...drags.values()].reduce((sum, at) => sum + at[i], 0) / drags.size);
  const spread = () => {
    const [a, b] = drags.values();
    return Math.max(Math.hypot(a[0] - b[0], a[1] - b[1]), 1);
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    cancelAnimationFrame(motion.frame);
    drags.set(event.pointerId, place(event));
    Object.assign(hand, { moved: drags.size > 1 ? Infinity : 0, speed: [0, 0], last: event.timeStamp });
  });
  canvas.addEventListener("pointermove", (event) => {
    const from = drags.get(event.pointerId);
    if (!from) return showPoint(...nearestPoint(...place(event), 14));
    if (drags.size > 1) return pinch(event);
    const change = [event.offsetX - from[0], event.offsetY - from[1]];
    hand.moved += Math.hypot(...change);
    const passed = Math.max(event.timeStamp - hand.last, 1);
    hand.speed = change.map((value, i) => 0.4 * hand.speed[i] + (0.6 * value) / passed);
    hand.last = event.timeStamp;
    drags.set(event.pointerId, place(event));
    if (hand.moved > 6) tip.hidden = true;
    if (event.shiftKey) panBy(...change);
    else moveBy(...change);
  });
  // Two fingers: the distance zooms, the middle moves.
  function pinch(event) {
    const [size, centre] = [spread(), middle()];
    drags.set(event.pointerId, place(event));
    const now = middle();
    panBy(now[0] - centre[0], now[1] - centre[1]);
    zoomBy(spread() / size, ...now);
  }
  canvas.addEventListener("pointerup", (event) => {
    drags.delete(event.pointerId);
    if (hand.moved < 6) showPoint(...nearestPoint(...place(event), event.pointerType === "touch" ? 28 : 14));
    else if (!drags.size) coast(event.timeStamp - hand.last < 60 && Number.isFinite(hand.moved) ? hand.speed : [0, 0]);
  });
  canvas.addEventListener("pointercancel", (event) => drags.delete(event.pointerId));
  canvas.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && !drags.size && showPoint(-1));
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoomBy(Math.exp(-event.deltaY * 0.0015), event.offsetX, event.offsetY);
  }, { passive: false });
  canvas.addEventListener("keydown", keyOnCanvas);
}

function keyOnCanvas(event) {
  const move = (right, down) => () => {
    moveBy(right, down);
    lookedAround();
  };
  const actions = {
    ArrowLeft: move(-12, 0),
    ArrowRight: move(12, 0),
    ArrowUp: move(0, -12),
    ArrowDown: move(0, 12),
    "+": () => zoomBy(1.25),
    "-": () => zoomBy(0.8),
    0: resetView,
    ".": () => stepFrom(1),
    ",": () => stepFrom(-1),
  };
  const action = event.ctrlKey || event.metaKey || event.altKey ? null : actions[event.key];
  if (!action) return;
  event.preventDefault();
  event.stopPropagation();
  action();
}
