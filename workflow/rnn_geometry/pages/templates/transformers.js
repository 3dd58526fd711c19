// What networks without a step have beside `reading.js`: names of what is read, and which places carry it on.
const CARRIED = [["all places so far", "var(--ink)"], ["the last one alone", "var(--apart)"], ["all others", "var(--link)"]];

function drawMore(network) {
  part("whatread").textContent = network.sums ? "Sums of the words so far" : "Belief: what is the hidden state?";
  part("whatsaid").textContent = network.sums ? "If the sentence ended here" : "The next word";
  part("whatcourse").textContent = network.sums ? "Sums along the text" : "Belief along the text";
  part("panel").href = network.panel;
  drawCarried(network);
}

function drawCarried(network) {
  const drawing = part("carried"), { cuts, shares } = network.carried, last = Math.max(...cuts, 2);
  const x = (t) => MARGIN + (840 * (t - 1)) / (last - 1), y = (share) => 175 - 150 * Math.min(Math.max(share, -0.1), 1.1);
  drawing.replaceChildren();
  for (const level of [0, 1]) shape("line", { x1: MARGIN, x2: 870, y1: y(level), y2: y(level), stroke: "var(--line)" }, drawing);
  const evenly = Array.from({ length: last }, (_, i) => `${x(i + 1).toFixed(1)},${y(1 / (i + 1)).toFixed(1)}`).join(" ");
  shape("polyline", { points: evenly, fill: "none", stroke: "var(--grey)", "stroke-dasharray": "6 4" }, drawing);
  CARRIED.forEach(([, stroke], k) => {
    const known = cuts.map((cut, i) => [cut, shares[i][k]]).filter(([, share]) => share !== null);
    const points = known.map(([cut, share]) => `${x(cut).toFixed(1)},${y(share).toFixed(1)}`).join(" ");
    shape("polyline", { points, fill: "none", stroke, "stroke-width": 2.5 }, drawing);
    for (const [cut, share] of known) shape("circle", { cx: x(cut), cy: y(share), r: 3.5, fill: stroke }, drawing);
  });
  if (choice.step <= last) shape("line", { x1: x(choice.step), x2: x(choice.step), y1: 5, y2: 195, stroke: "var(--ink)", "stroke-width": 1.5 }, drawing);
  const near = cuts.reduce((best, cut, i) => (Math.abs(cut - choice.step) < Math.abs(cuts[best] - choice.step) ? i : best), 0);
  const told = (share) => (share === null ? "no share" : number(share));
  const note = part("carriednote"), what = network.sums ? "decisions" : "the change of predictions";
  note.replaceChildren(`After ${cuts[near]} word${cuts[near] === 1 ? "" : "s"} what stands at some places becomes that of another text, and the rest is read on. Of ${what} follow: `);
  CARRIED.forEach(([name, colour], k) => {
    const key = made("span", "", "key dot");
    key.style.background = colour;
    note.append(key, ` ${name} ${told(shares[near][k])}`);
  });
  note.append(`. Dashed: one of all places, evenly.${network.step ? " This network has a step: its state is all that it carries on." : ""}`);
  drawing.setAttribute("aria-label", `Share of ${what} that follow all places, the last one and all others, from ${cuts[0]} to ${last} words`);
}
