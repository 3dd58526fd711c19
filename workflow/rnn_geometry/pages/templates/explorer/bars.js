// The logits as bars around zero: of one or two sentences, or of every network on show.

function barColumns() {
  if (scene.panels.length > 1)
    return scene.panels.map((panel) => ({ kind: "first", name: panelName(panel), trace: panel.first, network: panel.network }));
  const network = currentNetwork();
  const sentences = [["first", reading.first], ["second", reading.second]].filter(([, trace]) => trace);
  return sentences.map(([kind, trace]) => ({ kind, trace, network }));
}

function makeBars() {
  const columns = barColumns();
  const host = document.getElementById("bars");
  const named = columns.length > 1 && scene.panels.length > 1;
  host.classList.toggle("many", named);
  host.style.setProperty("--columns", named ? columns.length : 1);
  const made = data.classNames.map((name, i) => {
    const values = columns.map(({ kind }) => {
      const track = element("span", { className: "track" }, element("i"));
      track.style.setProperty("--bar", colourShown(data.classCodes[i]));
      track.firstChild.style.background = colourShown(data.classCodes[i]);
      track.setAttribute("aria-hidden", "true");
      return element("div", { className: `value ${kind}` }, track, element("b"));
    });
    // Every network has a cell of its own; two sentences share one.
    const cells = named ? values.map((value) => [value]) : [values];
    return rowOf(name, "rowheader", cells.map((inside) => withRole(element("div", { className: "cell" }, ...inside), "cell")));
  });
  const heads = columns.map(({ name }) => withRole(element("div", { className: "cell", textContent: name }), "columnheader"));
  host.replaceChildren(...(named ? [rowOf("", "cell", heads)] : []), ...made);
}

function withRole(made, role) {
  made.setAttribute("role", role);
  return made;
}

function rowOf(name, role, cells) {
  const head = withRole(element("span", { className: "name", textContent: name }), role);
  return withRole(element("div", { className: "row" }, head, ...cells), "row");
}

// Bars are as long as the largest logit of the sentence allows: of each network its own.
function longestBars(columns) {
  const most = columns.map(({ trace }) => (trace ? largest(trace.outputs.map(largestSize)) : 1));
  return scene.panels.length > 1 ? most : most.map(() => largest(most));
}

function drawBars() {
  const columns = barColumns();
  const most = longestBars(columns);
  const rows = columns.map(({ trace }) => trace && trace.outputs[Math.min(choice.step, trace.words.length)]);
  const standings = columns.map(({ trace }) => (trace ? standingOf(trace, choice.step) : null));
  const decided = (which, i) => standings[which] !== null && (data.multiLabel ? rows[which][i] >= 0 : standings[which] === i);
  [...document.querySelectorAll("#bars .row:has(.track)")].forEach((row, i) => {
    row.classList.toggle("decided", columns.length === 1 && decided(0, i));
    row.querySelectorAll(".value").forEach((value, which) => {
      const logits = rows[which];
      const share = logits ? (50 * logits[i]) / most[which] : 0;
      const place = { left: `${Math.min(50, 50 + share)}%`, width: `${Math.abs(share)}%` };
      Object.assign(value.querySelector("i").style, place);
      value.classList.toggle("decided", decided(which, i));
      value.querySelector("b").textContent = logits ? signed(logits[i]) : "not read";
    });
  });
}
