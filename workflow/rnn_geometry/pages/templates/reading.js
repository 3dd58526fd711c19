// What `steps.js` asks for: the name of what is chosen beside a network; the page says the first step.
const ITEM = "text";
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
  drawNext(network, one);
  drawCourse(network, one);
  drawMap(network, one);
  drawMore(network, one);
}

function drawTold(network, one) {
  part("facts").textContent = network.facts;
  part("told").textContent = one.label === undefined ? toldOfTruth(network, one, choice.step) : toldOf(network, one, choice.step);
}

function toldOfTruth(network, one, at) {
  const known = one.known[at], most = known.indexOf(Math.max(...known));
  const [word, said, source] = one.next[at][0];
  const where = at ? `After “${one.words[at - 1]}”` : "Before the first word", read = number(one.read[at][most]);
  return network.sums
    ? `${where}: “${network.states[most]}” has a sum of ${number(known[most])}; one map for all places reads ${read}. If the sentence ended here, the network would say “${word}” most (${number(said)}).`
    : `${where}: “${network.states[most]}” has a chance of ${number(known[most])}; ${one.own ? "one map for all places reads" : "the state says"} ${read}. `
      + `Next the network expects “${word}” most (${number(said)}; the source says ${number(source)}).`;
}

function drawWords(network, one) {
  part("read").replaceChildren(...one.words.map((word, i) => {
    const item = made("li", word, i + 1 === choice.step ? "now" : i >= choice.step ? "ahead" : "");
    if (i < choice.step) item.style.borderBottomColor = shade(network, (one.mixed || one.read)[i + 1]);
    return item;
  }));
  centre(part("read").children[Math.max(choice.step - 1, 0)]);
}

// The colour of a place: outcomes have colours of their own where others are read.
function shade(network, shares) {
  return mixed(shares, network.shades || network.colours);
}

function measured(value, className, most = 1) {
  const cell = made("td", number(value), "");
  const bar = made("span", "", `bar ${className}`);
  bar.style.width = `${(BAR * Math.min(Math.max(value / most, 0), 1)).toFixed(2)}rem`;
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
  const titles = one.label !== undefined ? ["label", "word counts", "state"]
    : [network.sums ? "score" : "hidden state", "known", ...(one.own ? ["one map", "own map"] : ["read"])];
  const [, most] = network.range || [0, 1];
  filled(part("beliefs"), titles, network.states.map((state, k) => {
    const cells = [one.read, one.own].filter(Boolean).map((told) => measured(told[at][k], "", most));
    const row = named(` ${state}`, [measured(one.known[at][k], "known", most), ...cells], "");
    const key = made("span", "", "key");
    key.style.background = plain(network.colours[k]);
    row.firstChild.prepend(key);
    return row;
  }));
}

function drawNext(network, one) {
  const next = one.next[choice.step], comes = one.words[choice.step];
  if (network.sums) filled(part("next"), ["class", "network"], next.map(([word, said, right]) => named(word, [measured(said, "")], right ? "comes" : "")));
  else if (one.label !== undefined) filled(part("next"), ["word", "network"], next.map(([word, said]) => named(word, [measured(said, "")], word === comes ? "comes" : "")));
  else filled(part("next"), ["word", "network", "source"], next.map(([word, said, source]) =>
    named(word, [measured(said, ""), measured(source, "known")], word === comes ? "comes" : "")));
}

function drawCourse(network, one) {
  const drawing = part("course"), last = one.words.length;
  drawing.replaceChildren();
  drawing.setAttribute("aria-label", `${one.label !== undefined ? "Labels" : network.sums ? "Sums" : "Beliefs"} along the text; now after ${choice.step} of ${last} words`);
  const [low, high] = network.range || [0, 1];
  const x = (t) => MARGIN + (840 * t) / last, y = (value) => 160 - 140 * Math.min(Math.max((value - low) / (high - low), -0.1), 1.1);
  for (const level of [0, low, high]) shape("line", { x1: MARGIN, x2: 870, y1: y(level), y2: y(level), stroke: "var(--line)" }, drawing);
  shape("line", { x1: x(choice.step), x2: x(choice.step), y1: 5, y2: 175, stroke: "var(--ink)", "stroke-width": 1.5 }, drawing);
  network.states.forEach((_, k) => {
    const colour = plain(network.colours[k]), after = (rows) => rows.map((row, t) => [t, row]).slice(LEAST);
    for (const [rows, look] of [[one.read, { "stroke-width": 2.5 }], [one.own, { "stroke-width": 1.2, "stroke-dasharray": "6 4" }]]) {
      if (!rows) continue;
      const points = after(rows).map(([t, row]) => `${x(t).toFixed(1)},${y(row[k]).toFixed(1)}`).join(" ");
      shape("polyline", { points, fill: "none", stroke: colour, ...look }, drawing);
    }
    for (const [t, row] of after(one.known)) shape("circle", { cx: x(t), cy: y(row[k]), r: 4, fill: colour }, drawing);
  });
}

// From components to the drawing: one scale for both, all that is visited within.
function scaled(network) {
  const [a, b] = PAIRS[pair], points = [...network.cloud, ...(network.slow || []), ...network.texts.flatMap((text) => text.places.slice(LEAST))];
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
      shape("circle", { cx, cy, r: 5, fill: shade(network, network.beliefs[i]), "fill-opacity": 0.6 }, drawing);
    });
    for (const point of network.slow || []) {
      const [cx, cy] = place(point);
      shape("circle", { cx, cy, r: 1.8, fill: "var(--ink)" }, drawing);
    }
    (network.roots || []).forEach((point, i) => {
      const [cx, cy] = place(point);
      if (network.unstable[i]) shape("rect", { x: cx - 7, y: cy - 7, width: 14, height: 14, fill: "#ffd24d", stroke: "var(--ink)", "stroke-width": 2, transform: `rotate(45 ${cx} ${cy})` }, drawing);
      else shape("circle", { cx, cy, r: 10, fill: "none", stroke: "var(--ink)", "stroke-width": 3 }, drawing);
    });
    shape("g", { id: "way" }, drawing);
    drawLegend(network);
  }
  const way = part("way"), points = one.places.slice(LEAST, choice.step + 1).map(place);
  way.replaceChildren();
  shape("polyline", { points: points.map((xy) => xy.map((value) => value.toFixed(1)).join(",")).join(" "), fill: "none", stroke: "var(--apart)", "stroke-width": 2 }, way);
  const [cx, cy] = points[points.length - 1];
  shape("circle", { id: "here", cx, cy, r: 9, fill: "var(--apart)", stroke: "var(--ground)", "stroke-width": 2 }, way);
  drawing.setAttribute("aria-label", `${network.outcomes ? "What the readout sees" : "States of the network"} along components ${PAIRS[pair].map((i) => i + 1).join(" and ")}, and the way of this text over ${choice.step} words`);
}

function drawLegend(network) {
  const legend = part("legend");
  const by = network.reach ? "what they say of the label" : network.sums ? "what the network would decide" : "belief";
  legend.replaceChildren(`${network.outcomes ? "Places" : "States"} of test texts, coloured by ${by}:`);
  const add = (name, className, colour) => {
    const key = made("span", "", `key dot ${className}`);
    if (colour) key.style.background = colour;
    legend.append(key, ` ${name}`);
  };
  (network.outcomes || network.states).forEach((state, k) => add(state, "", plain((network.shades || network.colours)[k])));
  if (network.slow) for (const [name, className] of [["slow points", "slow"], ["stable fixed points", "stable"], ["saddles", "saddle"]]) add(name, className);
  add(`${network.outcomes ? "the place" : "the state"} now, and its way here`, "here");
}

part("axes").replaceChildren(...PAIRS.map(([a, b], i) => new Option(`${a + 1} across, ${b + 1} up`, i)));
part("axes").addEventListener("change", (event) => { pair = Number(event.target.value); draw(); });
dark.addEventListener("change", () => { mapped = ""; draw(); });
