// Looking around: zooming, turning, moving, and asking a slow point what it is.
function resize() {
  const box = canvas.getBoundingClientRect();
  const ratio = window.devicePixelRatio || 1;
  Object.assign(scene, { width: Math.max(box.width, 1), height: Math.max(box.height, 1) });
  canvas.width = Math.round(scene.width * ratio);
  canvas.height = Math.round(scene.height * ratio);
  draw();
}

function zoomBy(factor, x = scene.width / 2, y = scene.height / 2) {
  const zoom = Math.min(Math.max(scene.zoom * factor, 0.4), 40);
  const centre = [scene.width / 2, scene.height / 2];
  scene.pan = [x, y].map((at, i) => at - centre[i] - ((at - centre[i] - scene.pan[i]) * zoom) / scene.zoom);
  scene.zoom = zoom;
  draw();
}

function resetView() {
  Object.assign(scene, { zoom: 1, pan: [0, 0], yaw: -0.55, pitch: 0.4 });
  draw();
}

function moveBy(right, down) {
  if (choice.view === "3") {
    scene.yaw += right * 0.01;
    scene.pitch = Math.min(Math.max(scene.pitch + down * 0.01, -1.5), 1.5);
  } else scene.pan = [scene.pan[0] + right, scene.pan[1] + down];
  draw();
}

function nearestPoint(x, y, within) {
  const network = currentNetwork();
  let best = -1;
  let least = within;
  network.points.forEach((row, i) => {
    const [px, py] = onScreen(row, network);
    const distance = Math.hypot(px - x, py - y);
    if (distance < least) [best, least] = [i, distance];
  });
  return best;
}

function showPoint(i) {
  if (i === scene.point) return;
  scene.point = i;
  document.getElementById("details").textContent = i < 0 ? POINT_HELP : describePoint(currentNetwork(), i);
  draw();
}

const POINT_HELP = document.getElementById("details").textContent;

function describePoint(network, i) {
  const q = network.logQ[i] === null ? "q unknown" : `log10 q = ${network.logQ[i].toFixed(1).replace("-", "−")}`;
  const tau = network.tau[i];
  const time = tau === null ? "no slow mode" : `longest time constant ${tau >= 1e5 ? "over 100,000" : tau} words`;
  const corner = data.multiLabel ? "" : `nearest corner: ${codeName(network.corner[i])}; `;
  const decision = `decision here: ${codeName(network.decision[i])}`;
  return `Slow point ${i + 1} of ${network.points.length}: ${q}; ${time}; ${corner}${decision}.`;
}

function listenToCanvas() {
  const drags = new Map();
  let moved = 0;
  const place = (event) => [event.offsetX, event.offsetY];
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    drags.set(event.pointerId, [event.clientX, event.clientY]);
    moved = 0;
  });
  canvas.addEventListener("pointermove", (event) => {
    const from = drags.get(event.pointerId);
    if (!from) return showPoint(nearestPoint(...place(event), 14));
    const change = [event.clientX - from[0], event.clientY - from[1]];
    moved += Math.hypot(...change);
    drags.set(event.pointerId, [event.clientX, event.clientY]);
    moveBy(...change);
  });
  canvas.addEventListener("pointerup", (event) => {
    drags.delete(event.pointerId);
    if (moved < 6) showPoint(nearestPoint(...place(event), event.pointerType === "touch" ? 28 : 14));
  });
  canvas.addEventListener("pointercancel", (event) => drags.delete(event.pointerId));
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoomBy(Math.exp(-event.deltaY * 0.0015), event.offsetX, event.offsetY);
  }, { passive: false });
  canvas.addEventListener("keydown", keyOnCanvas);
}

function keyOnCanvas(event) {
  const count = currentNetwork().points.length;
  const actions = {
    ArrowLeft: () => moveBy(-12, 0),
    ArrowRight: () => moveBy(12, 0),
    ArrowUp: () => moveBy(0, -12),
    ArrowDown: () => moveBy(0, 12),
    "+": () => zoomBy(1.25),
    "-": () => zoomBy(0.8),
    0: resetView,
    ".": () => showPoint((scene.point + 1) % count),
    ",": () => showPoint((Math.max(scene.point, 0) + count - 1) % count),
  };
  const action = event.ctrlKey || event.metaKey || event.altKey ? null : actions[event.key];
  if (!action) return;
  event.preventDefault();
  event.stopPropagation();
  action();
}
