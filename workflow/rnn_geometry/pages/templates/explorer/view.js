// From components to the screen: which of them are shown, turned by hand and by the tour; panels side by side share it.
const START = { yaw: -0.55, pitch: 0.4, zoom: 1, pan: [0, 0], tour: 0 }; // its turn follows the network
const TURNS = 48; // of a full turn, tried for the opening
const SHORTEST = 0.55; // of the longest arrow: what points at the reader is no good beginning
const view = { ...START };
const TOUR_PLANES = [[0, 3, 1], [1, 4, 0.63], [2, 3, 0.41], [0, 2, 0.27]]; // pairs of places and how fast they turn
const MOST_PANELS = 4;
const GAP = 6; // pixels between panels

// Components in the order of the frame: the three that are chosen, then the rest.
function frameOrder() {
  const chosen = choice.components.split(",").map((number) => Number(number) - 1);
  const rest = Array.from({ length: data.components }, (_, i) => i).filter((i) => !chosen.includes(i));
  return [...chosen, ...rest];
}

const deep = () => choice.view === "3" || view.tour !== 0;

function turnedBy(yaw, pitch) {
  const [cy, sy, cp, sp] = [Math.cos(yaw), Math.sin(yaw), Math.cos(pitch), Math.sin(pitch)];
  return [[cy, 0, sy], [sy * sp, cp, -cy * sp], [sy * cp, -sp, -cy * cp]];
}

// A page opens where the readouts are furthest apart on the screen and none points at the reader.
function openingTurn(network) {
  const order = frameOrder().slice(0, 3);
  const arrows = network.readouts.map((row) => order.map((i) => row[i]));
  const longest = largest(arrows.map((row) => Math.hypot(...row)));
  let most = -Infinity;
  for (let i = 0; i < TURNS; i += 1) {
    for (let j = -4; j <= 4; j += 1) {
      const turn = { yaw: Number((((i - TURNS / 2) * 2 * Math.PI) / TURNS).toFixed(4)), pitch: Number((0.15 * j).toFixed(4)) }; // as in links
      const good = apartBy(arrows, longest, turnedBy(turn.yaw, turn.pitch));
      if (good > most + 1e-9) [most] = [good, Object.assign(START, turn)];
    }
  }
}

// The least angle between two arrows on the screen; less where an arrow is short.
function apartBy(arrows, longest, [right, up]) {
  const along = (row, axis) => row.reduce((sum, value, i) => sum + value * axis[i], 0);
  const flat = arrows.map((row) => [along(row, right), along(row, up)]);
  const angles = flat.map(([x, y]) => Math.atan2(y, x)).sort((a, b) => a - b);
  const gaps = angles.map((angle, i) => (i ? angle - angles[i - 1] : angle + 2 * Math.PI - angles.at(-1)));
  const shortest = Math.min(...flat.map(([x, y]) => Math.hypot(x, y))) / longest;
  return Math.min(...gaps) * Math.min(shortest / SHORTEST, 1);
}

// Whether the view is still as a page opens.
const untouched = () => ["yaw", "pitch", "zoom", "tour"].every((name) => view[name] === START[name]) && !view.pan.some(Boolean);

// Rows to the right, up and towards the reader, each as long as there are components.
function basisOf() {
  const order = frameOrder();
  const turned = turnedBy(view.yaw, view.pitch);
  const flat = [[1, 0, 0], [0, 1, 0], [0, 0, -1]];
  return (choice.view === "3" ? turned : flat).map((row) => inComponents(toured(row), order));
}

function toured(row) {
  const long = Array.from({ length: data.components }, (_, i) => row[i] ?? 0);
  if (!view.tour) return long;
  for (const [a, b, speed] of TOUR_PLANES) {
    if (b >= long.length) continue;
    const [c, s] = [Math.cos(view.tour * speed), Math.sin(view.tour * speed)];
    [long[a], long[b]] = [c * long[a] - s * long[b], s * long[a] + c * long[b]];
  }
  return long;
}

function inComponents(row, order) {
  const placed = new Float64Array(row.length);
  order.forEach((component, i) => (placed[component] = row[i]));
  return placed;
}

// Rectangles of panels: in a row where none gets narrower than half its height, else two by two or one below the other.
function layoutOf(count, width, height) {
  const broad = width > 250 * count && width / count >= height / 2;
  const columns = count < 3 ? (width > height || count === 1 ? count : 1) : broad ? count : 2;
  const rows = Math.ceil(count / columns);
  const across = (width - GAP * (columns - 1)) / columns;
  const down = (height - GAP * (rows - 1)) / rows;
  return Array.from({ length: count }, (_, i) => ({
    left: (i % columns) * (across + GAP),
    top: Math.floor(i / columns) * (down + GAP),
    width: across,
    height: down,
  }));
}

// Networks on show: the chosen one, then one of every other cell, or the other seeds of its cell.
function shownNetworks() {
  const chosen = currentIndex();
  const all = data.networks.map((one, i) => ({ ...one, i }));
  const own = data.networks[chosen];
  if (choice.side === "seeds") {
    const others = all.filter((one) => one.model === own.model && one.l2 === own.l2 && one.i !== chosen);
    return [chosen, ...others.map((one) => one.i)].slice(0, MOST_PANELS);
  }
  if (choice.side !== "cells") return [chosen];
  const models = unique(all.map((one) => one.model)).filter((model) => model !== own.model);
  const of = (model) => all.filter((one) => one.model === model);
  const best = (model) => of(model).find((one) => one.seed === own.seed) ?? of(model)[0];
  return [chosen, ...models.map((model) => best(model).i)].slice(0, MOST_PANELS);
}

// How a panel is filled: a ball around the manifold while it turns, else the box of what lies in the plane.
function fitOf(panel, basis) {
  const [wide, high] = [panel.width, panel.height];
  const network = panel.network.trained ?? panel.network; // one scale for all of a training
  if (deep()) return { scale: Math.max(Math.min(wide, high) / 2 - 26, 20) / ballOf(network), centre: [0, 0] };
  const box = boxOf(network, basis);
  const across = Math.max(wide - (wide > 420 ? 150 : 70), 30) / Math.max(box.right - box.left, 1e-9);
  const down = Math.max(high - 76, 30) / Math.max(box.top - box.bottom, 1e-9);
  const centre = [(box.left + box.right) / 2, (box.bottom + box.top) / 2];
  return { scale: Math.min(across, down), centre };
}

// The radius in which almost all points and all arrows lie, of the components that turn.
function ballOf(network) {
  const key = view.tour ? "all" : choice.components;
  if (network.ballKey !== key) {
    const order = view.tour ? frameOrder() : frameOrder().slice(0, 3);
    const size = (row) => Math.hypot(...order.map((i) => row[i]));
    const ball = Math.max(quantile(network.points.map(size), 0.97), largest(arrowTips(network).map(size)));
    Object.assign(network, { ballKey: key, ball });
  }
  return network.ball;
}

function boxOf(network, basis) {
  const key = `${choice.components} ${scene.panels[0]?.index}`;
  if (network.boxKey === key) return network.box;
  const along = (row, axis) => row.reduce((sum, value, i) => sum + value * axis[i], 0);
  const rows = [...network.points, ...arrowTips(network)];
  const [x, y] = [0, 1].map((i) => rows.map((row) => along(row, basis[i])));
  const [least, most] = [(values) => values.reduce((a, b) => Math.min(a, b), 0), largest];
  Object.assign(network, { boxKey: key, box: { left: least(x), right: most(x), bottom: least(y), top: most(y) } });
  return network.box;
}

// Ready a panel for `onScreen`.
function aim(panel, basis) {
  const { scale, centre } = fitOf(panel, basis);
  const side = Math.min(panel.width, panel.height);
  panel.basis = basis;
  panel.scale = scale * view.zoom;
  panel.middle = [panel.left + panel.width / 2 + view.pan[0] * side, panel.top + panel.height / 2 + view.pan[1] * side];
  panel.middle[0] -= panel.scale * centre[0];
  panel.middle[1] += panel.scale * centre[1];
}

// Pixels to the right and down, and how near: 1 at the reach of the manifold towards the reader.
function onScreen(panel, row) {
  const [right, up, near] = panel.basis;
  let [x, y, z] = [0, 0, 0];
  for (let i = 0; i < row.length; i += 1) {
    x += row[i] * right[i];
    y += row[i] * up[i];
    z += row[i] * near[i];
  }
  return [panel.middle[0] + panel.scale * x, panel.middle[1] - panel.scale * y, z / panel.network.reach];
}

// The same for all slow points at once.
function projectPoints(panel) {
  const { flat, points } = panel.network;
  const count = points.length;
  const size = data.components;
  if (panel.x?.length !== count) {
    for (const name of ["x", "y", "z"]) panel[name] = new Float64Array(count);
    panel.order = Array.from({ length: count }, (_, i) => i);
  }
  const [right, up, near] = panel.basis;
  for (let i = 0, at = 0; i < count; i += 1) {
    let [x, y, z] = [0, 0, 0];
    for (let j = 0; j < size; j += 1, at += 1) {
      x += flat[at] * right[j];
      y += flat[at] * up[j];
      z += flat[at] * near[j];
    }
    panel.x[i] = panel.middle[0] + panel.scale * x;
    panel.y[i] = panel.middle[1] - panel.scale * y;
    panel.z[i] = z / panel.network.reach;
  }
  if (deep()) panel.order.sort((a, b) => panel.z[a] - panel.z[b]);
}
