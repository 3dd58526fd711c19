// The canvas: slow points, readouts, the trails of one or two sentences. Coordinates are along the principal axes of
// the slow points; the view is orthographic.
const canvas = document.getElementById("canvas");
const pen = canvas.getContext("2d");
const scene = { width: 1, height: 1, zoom: 1, pan: [0, 0], yaw: -0.55, pitch: 0.4, shown: 0, point: -1 };
const INK = "#222";
const GREY = "#595959";
const RAMP = ["#3b0f6f", "#3b528b", "#21918c", "#4fb35c", "#b5c92e"]; // slow to fast, dark to light
const LONGEST_ARROW = 0.82; // of the reach: leaves room for the name

function mixed(first, second, share) {
  const part = (colour, i) => parseInt(colour.slice(1 + 2 * i, 3 + 2 * i), 16);
  const between = (i) => Math.round(part(first, i) + share * (part(second, i) - part(first, i)));
  return `rgb(${[0, 1, 2].map(between).join(",")})`;
}

function rampColour(share) {
  const at = Math.min(Math.max(share, 0), 1) * (RAMP.length - 1);
  const low = Math.min(Math.floor(at), RAMP.length - 2);
  return mixed(RAMP[low], RAMP[low + 1], at - low);
}

function qRange(network) {
  if (!network.qLimits) {
    const known = network.logQ.filter((value) => value !== null).sort((a, b) => a - b);
    const at = (share) => known[Math.round(share * (known.length - 1))] ?? 0;
    network.qLimits = [at(0.02), at(0.98)];
  }
  return network.qLimits;
}

function pointColour(network, i) {
  if (choice.colour !== "q") return colourOf(network.decision[i]);
  const [low, high] = qRange(network);
  return network.logQ[i] === null ? GREY : rampColour((network.logQ[i] - low) / Math.max(high - low, 1e-9));
}

function turned(row) {
  if (choice.view === "2") return [row[0], row[1], 0];
  const x = row[0] * Math.cos(scene.yaw) + row[2] * Math.sin(scene.yaw);
  const back = row[2] * Math.cos(scene.yaw) - row[0] * Math.sin(scene.yaw);
  const [up, deep] = [Math.cos(scene.pitch), Math.sin(scene.pitch)];
  return [x, row[1] * up - back * deep, row[1] * deep + back * up];
}

function onScreen(row, network) {
  const scale = ((Math.min(scene.width, scene.height) / 2 - 8) / network.reach) * scene.zoom;
  const [x, y, depth] = turned(row);
  return [scene.width / 2 + scene.pan[0] + scale * x, scene.height / 2 + scene.pan[1] - scale * y, depth];
}

function arrowTips(network) {
  const longest = largest(network.readouts.map((row) => Math.hypot(...row)));
  return network.readouts.map((row) => row.map((value) => (value / longest) * LONGEST_ARROW * network.reach));
}

function draw() {
  const network = currentNetwork();
  const ratio = window.devicePixelRatio || 1;
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, scene.width, scene.height);
  drawAxes(network);
  drawPoints(network);
  const tips = arrowTips(network).map((tip) => onScreen(tip, network));
  tips.forEach((tip, i) => drawArrow(onScreen([0, 0, 0], network), tip, colourOf(data.classCodes[i])));
  if (reading.second) drawTrail(reading.second, network, "second");
  drawTrail(reading.first, network, "first");
  placeLabels(tips);
}

function drawAxes(network) {
  pen.font = "12px system-ui, sans-serif";
  pen.fillStyle = GREY;
  pen.strokeStyle = "#b5b5b5";
  pen.lineWidth = 1;
  if (choice.view === "2") return drawPlaneAxes();
  const origin = [30, scene.height - 30];
  [[1, 0, 0], [0, 1, 0], [0, 0, 1]].forEach((axis, i) => {
    const [x, y] = turned(axis);
    line([origin, [origin[0] + 22 * x, origin[1] - 22 * y]]);
    pen.fillText(String(i + 1), origin[0] + 28 * x - 3, origin[1] - 28 * y + 4);
  });
}

function drawPlaneAxes() {
  pen.textAlign = "right";
  pen.fillText(`${data.axisName} 1 →`, scene.width - 10, scene.height - 10);
  pen.textAlign = "left";
  pen.fillText(`↑ ${data.axisName} 2`, 10, 18);
}

function line(places) {
  pen.beginPath();
  places.forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)));
  pen.stroke();
}

function disc([x, y], radius) {
  pen.beginPath();
  pen.arc(x, y, radius, 0, 2 * Math.PI);
}

function drawPoints(network) {
  const places = network.points.map((row) => onScreen(row, network));
  const order = places.map((_, i) => i);
  if (choice.view === "3") order.sort((a, b) => places[b][2] - places[a][2]);
  for (const i of order) {
    const near = choice.view === "3" ? -places[i][2] / network.reach : 0;
    pen.globalAlpha = 0.62 + 0.2 * near;
    pen.fillStyle = pointColour(network, i);
    disc(places[i], 3 + 0.8 * near);
    pen.fill();
  }
  pen.globalAlpha = 1;
  if (scene.point >= 0) {
    pen.strokeStyle = INK;
    pen.lineWidth = 2;
    disc(places[scene.point], 7);
    pen.stroke();
  }
}

function drawArrow(from, to, colour) {
  const angle = Math.atan2(to[1] - from[1], to[0] - from[0]);
  if (Math.hypot(to[0] - from[0], to[1] - from[1]) < 6) return;
  const stem = [to[0] - 8 * Math.cos(angle), to[1] - 8 * Math.sin(angle)];
  for (const [width, style] of [[5, "rgba(255,255,255,.85)"], [2.2, colour]]) {
    pen.lineWidth = width;
    pen.strokeStyle = style;
    line([from, stem]);
  }
  pen.fillStyle = colour;
  pen.beginPath();
  pen.moveTo(to[0], to[1]);
  for (const side of [angle + 2.6, angle - 2.6]) pen.lineTo(to[0] + 11 * Math.cos(side), to[1] + 11 * Math.sin(side));
  pen.fill();
}

// Rows of a trace up to a step that may lie between two words while the state moves.
function pathTo(rows, step) {
  const end = Math.min(step, rows.length - 1);
  const whole = Math.floor(end);
  const path = rows.slice(0, whole + 1);
  if (end === whole) return path;
  return [...path, rows[whole].map((value, i) => value + (end - whole) * (rows[whole + 1][i] - value))];
}

function drawTrail(trace, network, kind) {
  const path = pathTo(trace.positions, scene.shown).map((row) => onScreen(row, network));
  const look = kind === "first" ? { colour: "#000", dash: [] } : { colour: "#565656", dash: [6, 4] };
  pen.lineJoin = "round";
  pen.lineWidth = 4.5;
  pen.strokeStyle = "rgba(255,255,255,.9)";
  line(path);
  pen.lineWidth = 1.7;
  pen.strokeStyle = look.colour;
  pen.setLineDash(look.dash);
  line(path);
  pen.setLineDash([]);
  pen.fillStyle = look.colour;
  for (const place of path.slice(0, -1)) {
    disc(place, 2);
    pen.fill();
  }
  const logits = trace.outputs[Math.min(choice.step, trace.words.length)];
  drawHead(path.at(-1), kind, colourOf(codeOfLogits(logits)));
}

const DIAMOND = [[0, -9], [9, 0], [0, 9], [-9, 0]];

// A disc for the first sentence and a diamond for the second, in the colour of what the network decides there.
function drawHead([x, y], kind, colour) {
  pen.beginPath();
  if (kind === "first") pen.arc(x, y, 8, 0, 2 * Math.PI);
  else for (const [right, down] of DIAMOND) pen.lineTo(x + right, y + down);
  pen.closePath();
  pen.fillStyle = colour;
  pen.strokeStyle = "#fff";
  pen.lineWidth = 6;
  pen.stroke();
  pen.fill();
  pen.strokeStyle = "#000";
  pen.lineWidth = 2.6;
  pen.stroke();
}
