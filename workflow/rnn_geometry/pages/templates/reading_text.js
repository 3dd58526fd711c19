// What running text has beside `reading.js`: labels in the place of hidden states, and slow coordinates.
const STROKES = ["var(--ink)", "var(--apart)", "var(--link)", "var(--grey)"];

function drawMore(network, one) {
  part("whatread").textContent = "The label, which the network never saw";
  part("whatcourse").textContent = "The label along the text";
  [...part("beliefs").tBodies[0].rows].forEach((row, k) => row.classList.toggle("comes", k === one.label));
  const drawing = part("slow"), last = one.words.length, reach = network.reach;
  const x = (t) => MARGIN + (840 * t) / last, y = (value) => 100 - (85 * value) / reach;
  drawing.replaceChildren();
  shape("line", { x1: MARGIN, x2: 870, y1: y(0), y2: y(0), stroke: "var(--line)" }, drawing);
  shape("line", { x1: x(choice.step), x2: x(choice.step), y1: 5, y2: 195, stroke: "var(--ink)", "stroke-width": 1.5 }, drawing);
  const note = part("slownote"), rows = one.places.slice(LEAST);
  note.replaceChildren("Along the slowest modes, in standard deviations over test texts, level: the slow point they are at. Slowest first: ");
  rows[0].forEach((_, k) => {
    const points = rows.map((row, t) => `${x(t + LEAST).toFixed(1)},${y(row[k]).toFixed(1)}`).join(" ");
    shape("polyline", { points, fill: "none", stroke: STROKES[k], "stroke-width": k ? 1.8 : 3 }, drawing);
    const key = made("span", "", "key dot");
    key.style.background = STROKES[k];
    note.append(key, ` ${number(one.places[choice.step][k])}`);
  });
  drawing.setAttribute("aria-label", `The state along its slowest modes over ${last} words; now after ${choice.step}`);
}

function toldOf(network, one, at) {
  const read = one.read[at], most = read.indexOf(Math.max(...read)), [word, said] = one.next[at][0];
  const comes = at < one.words.length ? `; “${one.words[at]}” comes, of which it said ${one.comes[at].toFixed(3)}` : "";
  return `After “${one.words[at - 1]}”: the state says “${network.states[most]}” (${number(read[most])}), word counts say so by ${number(one.known[at][most])}; the text is of “${network.states[one.label]}”. `
    + `Next the network expects “${word}” most (${number(said)})${comes}.`;
}
