// What lies around the slow points: the shape between corners, the flow, final states, fixed points.
const LAYERS = {
  points: "slow points",
  readouts: "readouts",
  shape: "edges and faces",
  final: "final states",
  fixed: "fixed points",
  flow: "flow",
};
const DEFAULT_LAYERS = "points.readouts.shape";
const layered = (name) => choice.layers.split(".").includes(name);

function hasLayer(network, name) {
  if (name === "shape") return data.shape.edges.length > 0;
  if (name === "flow") return Boolean(network.flow);
  if (name === "fixed") return network.fixed.rows.length > 0;
  if (name === "training") return Boolean(network.training);
  return true;
}

function drawShape(surface, panel) {
  const corners = panel.network.corners.map((row) => row && onScreen(panel, row));
  const there = (codes) => codes.every((code) => corners[code]);
  const depth = (codes) => codes.reduce((sum, code) => sum + corners[code][2], 0) / codes.length;
  const faces = data.shape.faces.filter(there).sort((a, b) => depth(a) - depth(b));
  const thin = 0.14 / Math.sqrt(Math.max(faces.length, 1));
  for (const codes of faces) surface.area(codes.map((code) => corners[code]), { fill: paint.grey, alpha: thin });
  for (const codes of data.shape.edges.filter(there)) {
    const near = deep() ? depth(codes) : 0.4;
    const look = { colour: paint.grey, width: 1.2 + 0.5 * near, alpha: Math.min(Math.max(0.5 + 0.35 * near, 0.15), 0.9) };
    surface.line(codes.map((code) => corners[code]), look);
  }
}

// Arrows of the flow under the hold input, longer than they are: only their ratios are true.
function drawFlow(surface, panel) {
  const { places, velocities, lengths, most } = panel.network.flow;
  const longest = 18;
  places.forEach((place, i) => {
    const from = onScreen(panel, place);
    const share = (0.35 + 0.65 * Math.min(lengths[i] / most, 1)) * longest;
    const far = velocities[i].map((value, j) => place[j] + value);
    const to = onScreen(panel, far);
    const size = Math.hypot(to[0] - from[0], to[1] - from[1]);
    if (size < 1e-9) return;
    const step = [((to[0] - from[0]) / size) * share, ((to[1] - from[1]) / size) * share];
    const end = [from[0] + step[0], from[1] + step[1]];
    const barb = (turn) => [end[0] - 0.32 * (step[0] - turn * step[1]), end[1] - 0.32 * (step[1] + turn * step[0])];
    surface.line([from, end], { colour: paint.grey, width: 1, alpha: 0.65 });
    surface.line([barb(0.7), end, barb(-0.7)], { colour: paint.grey, width: 1, alpha: 0.65 });
  });
}

// Small crosses in the colour of what is decided there.
function drawFinal(surface, panel) {
  const { rows, decision } = panel.network.final;
  rows.forEach((row, i) => {
    const [x, y] = onScreen(panel, row);
    const look = { colour: colourShown(decision[i]), width: 1.3, alpha: 0.8 };
    surface.line([[x - 3, y - 3], [x + 3, y + 3]], look);
    surface.line([[x - 3, y + 3], [x + 3, y - 3]], look);
  });
}

// Squares: filled where the point is stable, hollow where something grows.
function drawFixed(surface, panel) {
  const { rows, stability } = panel.network.fixed;
  rows.forEach((row, i) => {
    const [x, y] = onScreen(panel, row);
    const box = [[x - 5, y - 5], [x + 5, y - 5], [x + 5, y + 5], [x - 5, y + 5]];
    surface.area(box, { fill: stability[i] ? paint.paper : paint.ink, alpha: 0.92 });
    surface.line(box, { colour: paint.ink, width: 1.8, close: true });
  });
}
