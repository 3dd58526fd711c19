// The whole sentence at once: logits after every word as lines, and below each word what it does to every class. One
// cursor runs through both.
const WHOLE = { lines: 150, band: 7, gap: 10, row: 18, least: 13, letters: 11 };
const whole = { place: null };

function svg(name, given = {}, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(given)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function makeWhole() {
  const host = control("whole");
  const width = host.parentElement.clientWidth;
  if (!reading.first || width < 1) return;
  const trace = reading.first;
  const margin = width < 600 ? 80 : 104;
  const steps = lastStep();
  const across = (step) => margin + ((width - 2 * margin) * step) / Math.max(steps, 1);
  const row = classes > 10 ? 14 : WHOLE.row;
  const heat = WHOLE.lines + WHOLE.band + WHOLE.gap;
  const bottom = heat + row * classes;
  const named = across(1) - across(0) >= WHOLE.least;
  whole.place = { across, heat, bottom };
  const column = svg("rect", { y: heat - 1, height: row * classes + 2, fill: "none", stroke: paint.ink, "stroke-width": 2 });
  const cursor = svg("line", { y1: 0, y2: bottom, stroke: paint.ink, "stroke-width": 1, "stroke-dasharray": "3 3" });
  Object.assign(whole, { column, cursor, steps });
  const below = named ? wordsBelow(trace, across, bottom + 6) : [];
  host.replaceChildren(
    ...linesOf(trace, across, width, margin),
    ...bandOf(trace, across),
    ...heatOf(trace, across, heat, row, margin),
    ...below,
    column,
    cursor,
  );
  const height = bottom + 10 + largest([0, ...below.map((word) => word.getComputedTextLength())]);
  host.setAttribute("viewBox", `0 0 ${width} ${height}`);
  host.setAttribute("width", width);
  host.setAttribute("height", height);
  markWhole();
}

function markWhole() {
  if (!whole.place) return;
  const { across } = whole.place;
  const step = Math.min(choice.step, whole.steps);
  whole.cursor.setAttribute("x1", across(step));
  whole.cursor.setAttribute("x2", across(step));
  const within = step > 0 && step <= reading.first.words.length;
  whole.column.setAttribute("visibility", within ? "visible" : "hidden");
  if (!within) return;
  whole.column.setAttribute("x", across(step - 1));
  whole.column.setAttribute("width", across(step) - across(step - 1));
}

function linesOf(trace, across, width, margin) {
  const traces = [trace, reading.second].filter(Boolean);
  const values = traces.flatMap((one) => one.outputs.flatMap((row) => [...row]));
  const [low, high] = [values.reduce((a, b) => Math.min(a, b), 0), largest(values)];
  const down = (value) => 8 + ((high - value) / Math.max(high - low, 1e-6)) * (WHOLE.lines - 16);
  const ticks = [high, 0, low].filter((value, i, all) => !i || Math.abs(down(value) - down(all[i - 1])) > 14);
  const right = width - margin;
  const parts = ticks.flatMap((value) => [
    svg("line", { x1: margin, x2: right, y1: down(value), y2: down(value), stroke: paint.faint }),
    svg("text", { x: margin - 8, y: down(value) + 4, class: "tick", "text-anchor": "end" }, value ? signed(value, 1) : "0"),
  ]);
  traces.forEach((one, which) => data.classNames.forEach((_, i) => {
    const points = one.outputs.map((row, step) => `${across(step).toFixed(1)},${down(row[i]).toFixed(1)}`).join(" ");
    const look = { points, fill: "none", stroke: colourShown(data.classCodes[i]), "stroke-width": which ? 1.3 : 2.2 };
    parts.push(svg("polyline", { ...look, ...(which && { "stroke-dasharray": "5 4" }) }));
  }));
  return [...parts, ...endNames(trace, down, across(trace.words.length) + 6, margin)];
}

// Names at the ends of the lines, pushed apart; where lines are many the rows below name the colours.
function endNames(trace, down, x, margin) {
  if (classes * WHOLE.least > WHOLE.lines) return [];
  const ends = data.classNames.map((name, i) => ({ name, i, y: down(trace.outputs.at(-1)[i]) })).sort((a, b) => a.y - b.y);
  ends.forEach((one, i) => (one.y = Math.max(one.y, i ? ends[i - 1].y + WHOLE.least : 10)));
  const over = Math.max(ends.at(-1).y - (WHOLE.lines - 4), 0);
  const text = ({ name, i, y }) => {
    const mark = svg("tspan", { fill: colourShown(data.classCodes[i]) }, "■ ");
    return svg("text", { x, y: y - over + 4, class: "tick" }, mark, shortened(name, margin < 100 ? 7 : 13));
  };
  return ends.map(text);
}

function bandOf(trace, across) {
  return trace.words.map((_, i) => svg("rect", {
    x: across(i), y: WHOLE.lines, width: Math.max(across(i + 1) - across(i) - 0.5, 0.5), height: WHOLE.band,
    fill: standingColour(standingOf(trace, i + 1)),
  }));
}

function heatOf(trace, across, top, row, margin) {
  const most = currentNetwork().largestEffect;
  const names = data.classNames.map((name, i) => {
    const mark = svg("tspan", { fill: colourShown(data.classCodes[i]) }, "■ ");
    const place = { x: margin - 8, y: top + row * i + row / 2 + 4, class: "tick", "text-anchor": "end" };
    return svg("text", place, mark, shortened(name, margin < 100 ? 7 : 13));
  });
  const cells = trace.words.flatMap((word, step) => Array.from(effectOf(trace.outputs, step + 1), (effect, i) => svg("rect", {
    x: across(step), y: top + row * i, width: Math.max(across(step + 1) - across(step) - 1, 0.5), height: row - 1,
    fill: divergent(Math.max(Math.min(effect / most, 1), -1)),
  }, svg("title", {}, `${word}: ${data.classNames[i]} ${signed(effect)}`))));
  return [...names, ...cells];
}

function wordsBelow(trace, across, top) {
  return trace.words.map((word, i) => {
    const x = (across(i) + across(i + 1)) / 2 + 4;
    const place = { "text-anchor": "end", transform: `translate(${x} ${top}) rotate(-90)`, class: "tick" };
    return svg("text", place, shortened(word, WHOLE.letters));
  });
}

function stepAt(event) {
  const box = control("whole").getBoundingClientRect();
  const { across } = whole.place;
  const step = ((event.clientX - box.left - across(0)) / (across(whole.steps) - across(0))) * whole.steps;
  const onSquares = event.clientY - box.top >= whole.place.heat;
  return onSquares ? Math.ceil(step) : Math.round(step); // a square lies before the step that its word leads to
}

function listenToWhole() {
  const host = control("whole");
  host.addEventListener("click", (event) => goTo(stepAt(event)));
  host.addEventListener("pointermove", (event) => event.buttons === 1 && event.pointerType === "mouse" && goTo(stepAt(event)));
}
