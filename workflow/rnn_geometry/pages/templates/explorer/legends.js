// The legends: colours of points and words, marks of trails and layers.
const SVG = "http://www.w3.org/2000/svg";
const FLOW_TOLD = `→ flow without words${data.dimension > 2 ? ", on the slice of components 1 and 2" : ""}`;

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
  const mark = document.createElementNS(SVG, "svg");
  mark.setAttribute("width", 34);
  mark.setAttribute("height", 12);
  const stroke = document.createElementNS(SVG, "path");
  stroke.setAttribute("d", "M0 6H24");
  stroke.setAttribute("stroke", second ? paint.second : paint.trail);
  stroke.setAttribute("stroke-width", 2);
  if (second) stroke.setAttribute("stroke-dasharray", "5 3");
  const head = document.createElementNS(SVG, "path");
  head.setAttribute("d", second ? "M28 1L33 6L28 11L23 6Z" : "M33 6A5 5 0 1 1 23 6A5 5 0 1 1 33 6Z");
  head.setAttribute("fill", paint.paper);
  head.setAttribute("stroke", paint.trail);
  head.setAttribute("stroke-width", 1.6);
  mark.append(stroke, head);
  return mark;
}

function drawLegend() {
  const { network } = scene.panels[0];
  const [low, high] = qRange(network).map(powerOf);
  const told = choice.colour === "q" ? "speed q:" : "decision at a slow point:";
  const entries = [element("span", { textContent: told })];
  if (choice.colour === "q") entries.push(ramp(paint.ramp, `${low} (slow)`, `${high} (fast)`));
  else entries.push(...presentCodes(network).map((code) => swatch(colourShown(code), codeName(code))));
  const read = !scene.panels.every(isEarly);
  if (read) entries.push(element("span", {}, trailMark(false), "this sentence"));
  if (read && reading.second) entries.push(element("span", {}, trailMark(true), "compared"));
  const ends = isEarly(scene.panels[0]) ? "× final states, in the colour of their label" : "× final states";
  const more = { final: ends, fixed: "■ stable fixed point, □ unstable", flow: FLOW_TOLD };
  for (const [name, text] of Object.entries(more)) {
    if (layered(name) && hasLayer(network, name)) entries.push(element("span", { textContent: text }));
  }
  document.getElementById("legend").replaceChildren(...entries);
}

function squares() {
  const most = currentNetwork().largestEffect.toFixed(2);
  const title = element("span", { textContent: "Squares: effect of a word on a class:" });
  return [title, ramp([paint.against, paint.neutral, paint.for], `−${most}`, `+${most}`)];
}

function drawShadeLegend() {
  const target = document.getElementById("shades");
  if (choice.shade === "strongest") {
    const text = data.multiLabel
      ? "A word has the colour of the label that it moves most; an underline marks moves against the label."
      : "A word has the colour of the class that it speaks for most, the stronger the more.";
    return target.replaceChildren(element("span", { textContent: text }), ...squares());
  }
  const title = element("span", { textContent: `Words and squares: effect on ${data.classNames[choice.shade]}:` });
  target.replaceChildren(title, squares().at(-1));
}
