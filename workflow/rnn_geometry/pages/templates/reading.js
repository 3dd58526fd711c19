"use strict";
// What `steps.js` asks for: the name of what is chosen beside a network, and the first step.
const ITEM = "text", LEAST = 0;
const items = (network) => network.texts;
const steps = (one) => one.words.length;
const titled = (one) => one.words.join(" ");
const PAIRS = [[0, 1], [0, 2], [1, 2]]; // components across and up
const BAR = 5; // rem, of a chance of one
const MARGIN = 30;
const LIFTED = 0.35; // of the way to white, on a dark page
const dark = matchMedia("(prefers-color-scheme: dark)");
let pair = 0, mapped = "";

function number(value) {
  return value.toFixed(2).replace("-", "−");
}

function mixed(belief, colours) {
  const parts = [0, 1, 2].map((i) => belief.reduce((sum, share, k) => sum + share * colours[k][i], 0));
  return plain(parts.map((part) => Math.min(Math.max(part, 0), 255)));
}

function plain(colour) {
  const lift = dark.matches ? LIFTED : 0;
  return `rgb(${colour.map((part) => Math.round(part + (255 - part) * lift)).join(", ")})`;
}

function shape(kind, attributes, parent) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", kind);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  parent.append(node);
  return node;
}

function draw() {
  const network = networks[choice.network], one = chosen();
  drawControls();
  drawTold(network, one);
  drawWords(network, one);
  drawBeliefs(network, one);
  drawNext(one);
  drawCourse(network, one);
  drawMap(network, one);
}

function drawTold(network, one) {
  const at = choice.step, known = one.known[at], most = known.indexOf(Math.max(...known));
  const [word, said, source] = one.next[at][0];
  const where = at ? `After “${one.words[at - 1]}”` : "Before the first word";
  part("told").textContent = `${where}: “${network.states[most]}” has a chance of ${number(known[most])}; the state says ${number(one.read[at][most])}. `
    + `Next the network expects “${word}” most (${number(said)}; the source says ${number(source)}).`;
  part("facts").textContent = network.facts;
}

function drawWords(network, one) {
  part("read").replaceChildren(...one.words.map((word, i) => {
    const item = made("li", word, i + 1 === choice.step ? "now" : i >= choice.step ? "ahead" : "");
    if (i < choice.step) item.style.borderBottomColor = mixed(one.read[i + 1], network.colours);
    return item;
  }));
  centre(part("read").children[Math.max(choice.step - 1, 0)]);
}

function measured(value, className) {
  const cell = made("td", number(value), "");
  const bar = made("span", "", `bar ${className}`);
  bar.style.width = `${(BAR * Math.min(Math.max(value, 0), 1)).toFixed(2)}rem`;
  cell.append(bar);
  return cell;
}

function filled(table, titles, rows) {
  const head = made("thead", ""), body = made("tbody", ""), top = made("tr", "");
  top.append(...titles.map((title) => made("th", title)));
  head.append(top);
  body.append(...rows);
  table.replaceChildren(head, body);
}

function named(title, cells, className) {
  const row = made("tr", "", className), name = made("th", title);
  name.scope = "row";
  row.append(name, ...cells);
  return row;
}

function drawBeliefs(network, one) {
  const at = choice.step;
  filled(part("beliefs"), ["hidden state", "known", "read"], network.states.map((state, k) => {
    const row = named(` ${state}`, [measured(one.known[at][k], "known"), measured(one.read[at][k], "")], "");
    const key = made("span", "", "key");
    key.style.background = plain(network.colours[k]);
    row.firstChild.prepend(key);
    return row;
  }));
}

function drawNext(one) {
  const comes = one.words[choice.step];
  filled(part("next"), ["word", "network", "source"], one.next[choice.step].map(([word, said, source]) =>
    named(word, [measured(said, ""), measured(source, "known")], word === comes ? "comes" : "")));
}

function drawCourse(network, one) {
  const drawing = part("course"), last = one.words.length;
  drawing.replaceChildren();
  drawing.setAttribute("aria-label", `Beliefs along the text, known and read; now after ${choice.step} of ${last} words`);
  const x = (t) => MARGIN + (840 * t) / last, y = (share) => 160 - 140 * Math.min(Math.max(share, -0.1), 1.1);
  for (const level of [0, 1]) shape("line", { x1: MARGIN, x2: 870, y1: y(level), y2: y(level), stroke: "var(--line)" }, drawing);
  shape("line", { x1: x(choice.step), x2: x(choice.step), y1: 5, y2: 175, stroke: "var(--ink)", "stroke-width": 1.5 }, drawing);
  network.states.forEach((_, k) => {
    const points = one.read.map((row, t) => `${x(t).toFixed(1)},${y(row[k]).toFixed(1)}`).join(" ");
    shape("polyline", { points, fill: "none", stroke: plain(network.colours[k]), "stroke-width": 2.5 }, drawing);
    one.known.forEach((row, t) => shape("circle", { cx: x(t), cy: y(row[k]), r: 4, fill: plain(network.colours[k]) }, drawing));
  });
}

// From components to the drawing: one scale for both, all that is visited within.
function scaled(network) {
  const [a, b] = PAIRS[pair], points = [...network.cloud, ...network.slow, ...network.texts.flatMap((text) => text.places)];
  const side = (i) => [Math.min(...points.map((point) => point[i])), Math.max(...points.map((point) => point[i]))];
  const [left, right] = side(a), [low, high] = side(b);
  const scale = Math.min((900 - 2 * MARGIN) / (right - left || 1), (520 - 2 * MARGIN) / (high - low || 1));
  return (point) => [450 + (point[a] - (left + right) / 2) * scale, 260 - (point[b] - (low + high) / 2) * scale];
}

function drawMap(network, one) {
  const drawing = part("map"), place = scaled(network), key = `${choice.network} ${pair}`;
  if (mapped !== key) {
    mapped = key;
    drawing.replaceChildren();
    network.cloud.forEach((point, i) => {
      const [cx, cy] = place(point);
      shape("circle", { cx, cy, r: 5, fill: mixed(network.beliefs[i], network.colours), "fill-opacity": 0.6 }, drawing);
    });
    for (const point of network.slow) {
      const [cx, cy] = place(point);
      shape("circle", { cx, cy, r: 1.8, fill: "var(--ink)" }, drawing);
    }
    network.roots.forEach((point, i) => {
      const [cx, cy] = place(point);
      if (network.unstable[i]) shape("rect", { x: cx - 7, y: cy - 7, width: 14, height: 14, fill: "#ffd24d", stroke: "var(--ink)", "stroke-width": 2, transform: `rotate(45 ${cx} ${cy})` }, drawing);
      else shape("circle", { cx, cy, r: 10, fill: "none", stroke: "var(--ink)", "stroke-width": 3 }, drawing);
    });
    shape("g", { id: "way" }, drawing);
    drawLegend(network);
  }
  const way = part("way"), points = one.places.slice(0, choice.step + 1).map(place);
  way.replaceChildren();
  shape("polyline", { points: points.map((xy) => xy.map((value) => value.toFixed(1)).join(",")).join(" "), fill: "none", stroke: "var(--apart)", "stroke-width": 2 }, way);
  const [cx, cy] = points[points.length - 1];
  shape("circle", { id: "here", cx, cy, r: 9, fill: "var(--apart)", stroke: "var(--ground)", "stroke-width": 2 }, way);
  drawing.setAttribute("aria-label", `States of the network along components ${PAIRS[pair].map((i) => i + 1).join(" and ")}, and the way of this text over ${choice.step} words`);
}

function drawLegend(network) {
  const legend = part("legend");
  legend.replaceChildren("States of test texts, coloured by belief:");
  const add = (name, className, colour) => {
    const key = made("span", "", `key dot ${className}`);
    if (colour) key.style.background = colour;
    legend.append(key, ` ${name}`);
  };
  network.states.forEach((state, k) => add(state, "", plain(network.colours[k])));
  add("slow points", "slow");
  add("stable fixed points", "stable");
  add("saddles", "saddle");
  add("the state now, and its way here", "here");
}

part("axes").replaceChildren(...PAIRS.map(([a, b], i) => new Option(`${a + 1} across, ${b + 1} up`, i)));
part("axes").addEventListener("change", (event) => { pair = Number(event.target.value); draw(); });
dark.addEventListener("change", () => { mapped = ""; draw(); });
