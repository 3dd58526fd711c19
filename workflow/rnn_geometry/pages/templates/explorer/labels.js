// Names of the readouts beside their arrows, and the legends.
const labels = document.getElementById("labels");
const SHORT = 22;

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function shortened(text, limit = SHORT) {
  return text.length <= limit ? text : text.slice(0, limit - 1) + "…";
}

function makeLabels() {
  labels.replaceChildren(...data.classNames.map((name, i) => {
    const label = element("span", { textContent: shortened(name) });
    label.style.borderColor = colourOf(data.classCodes[i]);
    return label;
  }));
  for (const label of labels.children) label.size = [label.offsetWidth, label.offsetHeight];
}

// A name goes beyond the tip of its arrow, or nearby where others are; with no room at all it is left to the legend.
function placeLabels(tips) {
  const taken = [zoomBox(), ...axisBoxes()];
  [...labels.children].forEach((label, i) => {
    const box = freeBox(tips[i], label.size, taken);
    label.style.visibility = box ? "visible" : "hidden";
    if (!box) return;
    taken.push(box);
    label.style.transform = `translate(${box.left.toFixed(1)}px, ${box.top.toFixed(1)}px)`;
  });
}

function zoomBox() {
  const buttons = document.getElementById("zoom");
  return { left: buttons.offsetLeft, top: 0, right: scene.width, bottom: buttons.offsetTop + buttons.offsetHeight };
}

// Where the canvas names its axes.
function axisBoxes() {
  const { width, height } = scene;
  if (choice.view === "3") return [{ left: 0, top: height - 64, right: 66, bottom: height }];
  const corner = { width: 108, height: 24 };
  return [
    { left: 0, top: 0, right: corner.width, bottom: corner.height },
    { left: width - corner.width, top: height - corner.height, right: width, bottom: height },
  ];
}

function freeBox(tip, [width, height], taken) {
  const centre = [scene.width / 2 + scene.pan[0], scene.height / 2 + scene.pan[1]];
  if (tip[0] < 0 || tip[1] < 0 || tip[0] > scene.width || tip[1] > scene.height) return null;
  const along = [tip[0] - centre[0], tip[1] - centre[1]];
  const length = Math.max(Math.hypot(...along), 1e-6);
  const [right, down] = along.map((value) => value / length);
  const head = { left: tip[0] - 5, top: tip[1] - 5, right: tip[0] + 5, bottom: tip[1] + 5 };
  for (const shift of [0, 1, -1, 2, -2, 3, -3]) {
    const left = tip[0] + right * 8 + ((right - 1) / 2) * width;
    const top = tip[1] + down * 8 + ((down - 1) / 2) * height + shift * (height + 2);
    const box = {
      left: Math.min(Math.max(left, 4), scene.width - width - 4),
      top: Math.min(Math.max(top, 4), scene.height - height - 4),
    };
    Object.assign(box, { right: box.left + width, bottom: box.top + height });
    if (![head, ...taken].some((other) => crosses(box, other))) return box;
  }
  return null;
}

function crosses(a, b) {
  return a.left < b.right + 2 && b.left < a.right + 2 && a.top < b.bottom + 1 && b.top < a.bottom + 1;
}

function swatch(colour, text) {
  const mark = element("i");
  mark.style.background = colour;
  return element("span", {}, mark, text);
}

function ramp(colours, low, high) {
  const bar = element("i", { className: "ramp" });
  bar.style.background = `linear-gradient(90deg, ${colours.join(",")})`;
  return element("span", {}, low, bar, high);
}

function presentCodes(network) {
  const found = new Set([...(data.multiLabel ? [] : data.classCodes), ...network.decision]);
  return [...found].sort((a, b) => a - b);
}

function trailMark(second) {
  const mark = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  mark.setAttribute("width", 34);
  mark.setAttribute("height", 12);
  const stroke = document.createElementNS(mark.namespaceURI, "path");
  stroke.setAttribute("d", "M0 6H24");
  stroke.setAttribute("stroke", second ? "#565656" : "#000");
  stroke.setAttribute("stroke-width", 2);
  if (second) stroke.setAttribute("stroke-dasharray", "5 3");
  const head = document.createElementNS(mark.namespaceURI, "path");
  head.setAttribute("d", second ? "M28 1L33 6L28 11L23 6Z" : "M33 6A5 5 0 1 1 23 6A5 5 0 1 1 33 6Z");
  head.setAttribute("fill", "#fff");
  head.setAttribute("stroke", "#000");
  head.setAttribute("stroke-width", 1.6);
  mark.append(stroke, head);
  return mark;
}

function drawLegend() {
  const network = currentNetwork();
  const [low, high] = qRange(network).map((value) => value.toFixed(1).replace("-", "−"));
  const told = choice.colour === "q" ? "log10 q:" : "decision at a slow point:";
  const entries = [element("span", { textContent: told })];
  if (choice.colour === "q") entries.push(ramp(RAMP, `${low} (slow)`, `${high} (fast)`));
  else entries.push(...presentCodes(network).map((code) => swatch(colourOf(code), codeName(code))));
  entries.push(element("span", {}, trailMark(false), "this sentence"));
  if (reading.second) entries.push(element("span", {}, trailMark(true), "compared"));
  document.getElementById("legend").replaceChildren(...entries);
}

function drawShadeLegend() {
  const target = document.getElementById("shades");
  if (choice.shade === "strongest") {
    const text = data.multiLabel
      ? "A word has the colour of the label that it moves most; an underline marks moves against the label."
      : "A word has the colour of the class that it speaks for most, the stronger the more.";
    return target.replaceChildren(element("span", { textContent: text }));
  }
  const most = currentNetwork().largestEffect.toFixed(2);
  const title = element("span", { textContent: `effect on ${data.classNames[choice.shade]}:` });
  target.replaceChildren(title, ramp([AGAINST, NEUTRAL, FOR], `−${most}`, `+${most}`));
}
