// The logits as bars around zero

function makeBars() {
  const kinds = reading.second ? ["first", "second"] : ["first"];
  document.getElementById("bars").replaceChildren(...data.classNames.map((name, i) => {
    const values = kinds.map((kind) => {
      const track = element("span", { className: "track" }, element("i"));
      track.style.setProperty("--bar", colourShown(data.classCodes[i]));
      track.firstChild.style.background = colourShown(data.classCodes[i]);
      track.setAttribute("aria-hidden", "true");
      return element("div", { className: `value ${kind}` }, track, element("b"));
    });
    const cell = element("div", { className: "cell" }, ...values);
    cell.setAttribute("role", "cell");
    const head = element("span", { className: "name", textContent: name });
    head.setAttribute("role", "rowheader");
    const row = element("div", { className: "row" }, head, cell);
    row.setAttribute("role", "row");
    return row;
  }));
}

function drawBars() {
  const traces = [reading.first, reading.second].filter(Boolean);
  const rows = traces.map((trace) => trace.outputs[Math.min(choice.step, trace.words.length)]);
  const most = Math.max(currentNetwork().largestLogit, ...rows.map(largestSize));
  const decided = (logits, i) => !undecided(logits) && (data.multiLabel ? logits[i] >= 0 : codeOfLogits(logits) === i);
  document.querySelectorAll("#bars .row").forEach((row, i) => {
    row.classList.toggle("decided", decided(rows[0], i));
    row.querySelectorAll(".value").forEach((value, which) => {
      const share = (50 * rows[which][i]) / most;
      const place = { left: `${Math.min(50, 50 + share)}%`, width: `${Math.abs(share)}%` };
      Object.assign(value.querySelector("i").style, place);
      value.classList.toggle("decided", decided(rows[which], i));
      value.querySelector("b").textContent = signed(rows[which][i]);
    });
  });
}
