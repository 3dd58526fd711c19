// Names of the readouts beside their arrows, in every panel.
const labels = document.getElementById("labels");
const SHORT = 22;
const CROWDED = 28; // names in all panels; of more only the first panel has them

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function shortened(text, limit = SHORT) {
  return text.length <= limit ? text : text.slice(0, limit - 1) + "…";
}

// What tells one class from the others, as few letters as do: for panels that have no room for names.
function initials() {
  const words = data.classNames.map((name) => name.split(" "));
  const shared = words.every((one) => one.length > 1 && one[0] === words[0][0]) ? 1 : 0;
  const told = words.map((one) => one.slice(shared).join(" "));
  const enough = [1, 2, 3, 4].find((size) => unique(told.map((text) => text.slice(0, size))).length === told.length);
  return told.map((text) => text.slice(0, enough ?? 4));
}

const SMALL = 260; // pixels across a panel

function makeLabels() {
  const short = scene.panels.some(({ width }) => width < SMALL) ? initials() : null;
  const named = scene.panels.length * classes > CROWDED ? scene.panels.slice(0, 1) : scene.panels;
  labels.replaceChildren(...named.flatMap((_, panel) => data.classNames.map((name, i) => {
    const label = element("span", { textContent: short?.[i] ?? shortened(name, named.length > 1 ? 14 : SHORT), title: name });
    Object.assign(label, { panel, readout: i });
    label.style.borderColor = colourShown(data.classCodes[i]);
    return label;
  })));
  for (const label of labels.children) label.size = [label.offsetWidth, label.offsetHeight];
}

// A name goes beyond the tip of its arrow, or nearby where others are; with no room at all it is left to the legend.
function placeLabels() {
  const taken = [...scene.panels.flatMap(axisBoxes), ...scene.panels.flatMap(headBoxes), ...tellHiddenAxes()];
  for (const label of labels.children) {
    const panel = scene.panels[label.panel];
    const box = panel && layered("readouts") ? freeBox(panel, panel.arrows[label.readout], label.size, taken) : null;
    label.style.visibility = box ? "visible" : "hidden";
    if (!box) continue;
    taken.push(box);
    label.box = box;
    label.style.transform = `translate(${box.left.toFixed(1)}px, ${box.top.toFixed(1)}px)`;
  }
}

// How many dimensions of the manifold the view leaves out, on the stage; returns where that stands.
function tellHiddenAxes() {
  const note = document.getElementById("hiddenAxes");
  const all = Math.min(data.dimension ?? 0, data.components);
  const left = all - (deep() ? 3 : 2);
  note.hidden = left <= 0 || Boolean(view.tour) || scene.panels.length > 1; // small panels have names there
  if (note.hidden) return [];
  note.textContent = `${left} of ${all} dimensions ${left > 1 ? "are" : "is"} not seen here: Tour turns ${left > 1 ? "them" : "it"} into view`;
  const [x, top] = [note.offsetLeft, note.offsetTop];
  return [{ left: x, top, right: x + note.offsetWidth, bottom: top + note.offsetHeight }];
}

// Where the states of a panel are: no name may hide them.
function headBoxes({ heads }) {
  return heads.map(([x, y]) => ({ left: x - 10, top: y - 10, right: x + 10, bottom: y + 10 }));
}

// Where the canvas names a panel and its axes.
function axisBoxes({ left, top, width, height }) {
  const [right, bottom] = [left + width, top + height];
  const title = { left, top, right: left + (scene.panels.length > 1 ? 150 : 0), bottom: top + 40 };
  if (deep()) return [title, { left, top: bottom - 68, right: left + 70, bottom }];
  const named = { width: width > 300 ? 108 : 40, height: 26 };
  return [
    title,
    { left, top: bottom - named.height, right: left + named.width, bottom },
    { left: right - named.width, top: bottom - named.height, right, bottom },
  ];
}

function freeBox(panel, tip, [width, height], taken) {
  const [right, bottom] = [panel.left + panel.width, panel.top + panel.height];
  if (tip[0] < panel.left || tip[1] < panel.top || tip[0] > right || tip[1] > bottom) return null;
  const along = [tip[0] - panel.origin[0], tip[1] - panel.origin[1]];
  const length = Math.max(Math.hypot(...along), 1e-6);
  const [east, south] = along.map((value) => value / length);
  const head = { left: tip[0] - 5, top: tip[1] - 5, right: tip[0] + 5, bottom: tip[1] + 5 };
  for (const shift of [0, 1, -1, 2, -2, 3, -3]) {
    const left = tip[0] + east * 8 + ((east - 1) / 2) * width;
    const top = tip[1] + south * 8 + ((south - 1) / 2) * height + shift * (height + 2);
    const box = {
      left: Math.min(Math.max(left, panel.left + 4), right - width - 4),
      top: Math.min(Math.max(top, panel.top + 4), bottom - height - 4),
    };
    Object.assign(box, { right: box.left + width, bottom: box.top + height });
    if (![head, ...taken].some((other) => crosses(box, other))) return box;
  }
  return null;
}

function crosses(a, b) {
  return a.left < b.right + 2 && b.left < a.right + 2 && a.top < b.bottom + 1 && b.top < a.bottom + 1;
}
