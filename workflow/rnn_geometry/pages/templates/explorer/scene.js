// What a panel shows: slow points, readouts, the trails of one or two sentences. The view is orthographic.
const canvas = document.getElementById("canvas");
const pen = canvas.getContext("2d", { willReadFrequently: true });
const scene = { width: 1, height: 1, shown: 0, point: -1, at: 0, panels: [], asked: null };
const LONGEST_ARROW = 1.12; // of the size of the cloud: names stand beyond the points
const BINS = 8; // kinds of discs by depth

function qRange(network) {
  if (!network.qLimits) {
    const known = network.logQ.filter((value) => value !== null).sort((a, b) => a - b);
    const at = (share) => known[Math.round(share * (known.length - 1))] ?? 0;
    network.qLimits = [at(0.02), at(0.98)];
  }
  return network.qLimits;
}

function pointColour(network, i) {
  if (choice.colour !== "q") return colourShown(network.decision[i]);
  const [low, high] = qRange(network);
  return network.logQ[i] === null ? paint.grey : rampColour((network.logQ[i] - low) / Math.max(high - low, 1e-9));
}

function pointColours(network) {
  const key = `${choice.colour} ${darkness.matches}`;
  if (network.coloursFor !== key) {
    const coloured = network.points.map((_, i) => pointColour(network, i));
    Object.assign(network, { coloursFor: key, coloured });
  }
  return network.coloured;
}

function arrowTips(network) {
  if (network.tips) return network.tips;
  const longest = largest((network.trained ?? network).readouts.map((row) => Math.hypot(...row)));
  const cloud = quantile((network.trained ?? network).points.map((row) => Math.hypot(...row)), 0.97);
  network.tips = network.readouts.map((row) => row.map((value) => (value / longest) * LONGEST_ARROW * cloud));
  return network.tips;
}

// Which networks have a panel, where it lies, and what they read.
function makePanels() {
  const indices = shownNetworks();
  const boxes = layoutOf(indices.length, scene.width, scene.height);
  scene.panels = indices.map((index, i) => ({
    ...boxes[i], index, network: networkShown(index), turn: i ? turnOf(indices[0], index) : null, ...readingOf(index),
  }));
}

function turnOf(first, index) {
  const d = Math.min(data.dimension ?? 0, data.components);
  return d ? turnTo(networkOf(first).readouts, networkOf(index).readouts, d) : null;
}

function draw() {
  cancelAnimationFrame(scene.asked);
  scene.asked = null;
  const ratio = window.devicePixelRatio || 1;
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, scene.width, scene.height);
  drawPanels(canvasSurface(pen, ratio), scene.panels);
  placeLabels();
}

// Once a frame, however many events ask for it.
function drawSoon() {
  scene.asked ??= requestAnimationFrame(draw);
}

function drawPanels(surface, panels) {
  const basis = basisOf();
  panels.forEach((panel, i) => {
    aim(panel, basis.map((row) => turnedBack(row, panel.turn)));
    projectPoints(panel);
    surface.clip(panel);
    drawPanel(surface, panel, i);
    surface.unclip();
    if (panels.length > 1) drawFrame(surface, panel);
  });
}

function drawFrame(surface, { left, top, width, height }) {
  const corners = [[left, top], [left + width, top], [left + width, top + height], [left, top + height]];
  surface.line(corners, { colour: paint.rule, width: 1, close: true, alpha: 0.6 });
}

function drawPanel(surface, panel, number) {
  const { network } = panel;
  const on = (name) => layered(name) && hasLayer(network, name);
  drawAxes(surface, panel);
  if (on("flow")) drawFlow(surface, panel);
  if (on("shape")) drawShape(surface, panel);
  if (on("points")) drawPoints(surface, panel);
  if (on("final")) drawFinal(surface, panel);
  if (on("fixed")) drawFixed(surface, panel);
  panel.arrows = arrowTips(network).map((tip) => onScreen(panel, tip));
  panel.origin = onScreen(panel, new Float64Array(data.components));
  if (on("readouts")) {
    panel.arrows.forEach((tip, i) => drawArrow(surface, panel.origin, tip, colourShown(data.classCodes[i])));
  }
  panel.heads = [];
  if (panel.second && !isEarly(panel)) drawTrail(surface, panel, panel.second, "second");
  if (panel.first && !isEarly(panel)) drawTrail(surface, panel, panel.first, "first");
  if (scene.point >= 0 && scene.at === number) {
    surface.ring(panel.x[scene.point], panel.y[scene.point], 7, { colour: paint.ink, width: 2 });
  }
  if (scene.panels.length > 1) drawTitle(surface, panel);
}

function panelName(panel) {
  const { said, l2, seed } = panel.network;
  return `${said}${severalL2() ? `, L2 ${l2}` : ""}, seed ${seed}`;
}

function drawTitle(surface, panel) {
  surface.text(panelName(panel), panel.left + 8, panel.top + 17, { colour: paint.ink, weight: 600 });
  if (isEarly(panel)) {
    const { training: of, noted } = panel.network;
    return surface.text(`step ${of.steps[noted]}, accuracy ${numberOr(of.accuracy[noted], 2)}`, panel.left + 8, panel.top + 34, { colour: paint.ink });
  }
  if (!panel.first) return;
  const standing = standingOf(panel.first, choice.step);
  surface.ring(panel.left + 13, panel.top + 30, 4, { fill: standingColour(standing), colour: paint.ink, width: 1 });
  surface.text(shortened(standingName(standing)), panel.left + 22, panel.top + 34, { colour: paint.ink });
}

function drawAxes(surface, panel) {
  const look = { colour: paint.grey };
  if (!deep() && !panel.turn) {
    const [first, second] = frameOrder();
    const right = panel.left + panel.width;
    const bottom = panel.top + panel.height;
    const name = panel.width > 300 ? "component" : "";
    surface.text(`${name} ${first + 1} →`, right - 10, bottom - 10, { ...look, align: "right" });
    return surface.text(`↑ ${name} ${second + 1}`, panel.left + 10, bottom - 10, look);
  }
  const origin = [panel.left + 34, panel.top + panel.height - 34];
  for (let i = 0; i < data.components; i += 1) {
    const [x, y] = [panel.basis[0][i], -panel.basis[1][i]];
    if (Math.hypot(x, y) < 0.12) continue;
    surface.line([origin, [origin[0] + 20 * x, origin[1] + 20 * y]], { colour: paint.rule, width: 1.2 });
    surface.text(String(i + 1), origin[0] + 27 * x, origin[1] + 27 * y + 4, { ...look, align: "center" });
  }
}

// Nearer points are larger and stronger.
function drawPoints(surface, panel) {
  const colours = pointColours(panel.network);
  const solid = deep();
  for (const i of panel.order) {
    const bin = solid ? Math.min(Math.max(Math.round(((panel.z[i] + 1) / 2) * BINS), 0), BINS) : BINS / 2;
    const near = (2 * bin) / BINS - 1;
    const radius = solid ? 2.9 + 1.5 * near : 2.8;
    surface.dot(panel.x[i], panel.y[i], radius, colours[i], solid ? 0.6 + 0.36 * near : 0.62);
  }
}

function drawArrow(surface, from, to, colour) {
  const angle = Math.atan2(to[1] - from[1], to[0] - from[0]);
  if (Math.hypot(to[0] - from[0], to[1] - from[1]) < 6) return;
  const stem = [to[0] - 8 * Math.cos(angle), to[1] - 8 * Math.sin(angle)];
  surface.line([from, stem], { colour: paint.halo, width: 5 });
  surface.line([from, stem], { colour, width: 2.2 });
  const wings = [angle + 2.6, angle - 2.6].map((side) => [to[0] + 11 * Math.cos(side), to[1] + 11 * Math.sin(side)]);
  surface.area([to, ...wings], { fill: colour });
}

// Rows of a trace up to a step that may lie between two words while the state moves.
function pathTo(rows, step) {
  const end = Math.min(step, rows.length - 1);
  const whole = Math.floor(end);
  const path = rows.slice(0, whole + 1);
  if (end === whole) return path;
  return [...path, rows[whole].map((value, i) => value + (end - whole) * (rows[whole + 1][i] - value))];
}

function drawTrail(surface, panel, trace, kind) {
  const path = pathTo(trace.positions, scene.shown).map((row) => onScreen(panel, row));
  const first = kind === "first";
  const colour = first ? paint.trail : paint.second;
  surface.line(path, { colour: paint.halo, width: 4.5 });
  surface.line(path, { colour, width: 1.7, dash: first ? [] : [6, 4] });
  for (const [x, y] of path.slice(0, -1)) surface.dot(x, y, 2, colour);
  panel.heads.push(path.at(-1));
  drawHead(surface, path.at(-1), first, standingColour(standingOf(trace, choice.step)));
}

// A disc for the first sentence and a diamond for the second, in the colour of what the network decides there.
function drawHead(surface, [x, y], first, fill) {
  if (first) {
    surface.ring(x, y, 8, { colour: paint.ring, width: 6 });
    return surface.ring(x, y, 8, { fill, colour: paint.trail, width: 2.6 });
  }
  const diamond = [[x, y - 9], [x + 9, y], [x, y + 9], [x - 9, y]];
  surface.line(diamond, { colour: paint.ring, width: 6, close: true });
  surface.area(diamond, { fill });
  surface.line(diamond, { colour: paint.trail, width: 2.6, close: true });
}
