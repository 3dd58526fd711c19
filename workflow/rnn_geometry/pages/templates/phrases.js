"use strict";
// What `steps.js` asks for: the name of what is chosen beside a network, and the first step.
const ITEM = "phrase", LEAST = 1;
const items = (network) => network.phrases;
const steps = (one) => one.wanted.length;
const titled = (one) => one.read.join(" ");
// The nine terms: parts of the decoder's state by parts of the encoder's.
const PARTS = ["μ", "χ", "δ"];
const TERMS = PARTS.flatMap((decoder) => PARTS.map((encoder) => decoder + encoder));
const largest = (row) => row.indexOf(Math.max(...row));

function signed(value) {
  const size = Math.abs(value).toFixed(1);
  return Number(size) === 0 ? size : (value < 0 ? "−" : "+") + size;
}

// As strong as letters on it can still be read.
const look = (weight) => `rgba(var(--look), ${(0.4 * weight).toFixed(3)})`;

function draw() {
  const one = chosen(), attends = networks[choice.network].attends, at = choice.step - 1;
  drawControls();
  part("attending").hidden = !attends;
  part("none").hidden = attends;
  part("reading").textContent = attends ? "Words read, and attention at this step" : "Words read";
  drawTold(one, at, attends);
  drawRead(one, at, attends);
  drawSaid(one, at);
  if (attends) {
    drawTerms(one, at);
    drawWhole(one, at);
  }
}

function drawTold(one, at, attends) {
  const right = one.said[at] === one.wanted[at];
  const told = part("told");
  told.replaceChildren(`It says “${one.said[at]}”, `, made("span", right ? "right." : `wrong: “${one.wanted[at]}”.`, right ? "" : "wrong"));
  if (!attends) return;
  const place = largest(one.attention[at]), source = one.sources[at];
  told.append(` It looks most at word ${place + 1}, “${one.read[place]}” (${one.attention[at][place].toFixed(2)} of its attention)`);
  told.append(source < 0 ? ". " : source === place ? ", which the word comes from. " : `; the word comes from word ${source + 1}, “${one.read[source]}”. `);
  const order = one.terms[at].map((row, i) => [row[place], TERMS[i]]).sort((a, b) => b[0] - a[0]);
  told.append(`Most for that place: ${order.slice(0, 2).map(([value, name]) => `${name} ${signed(value)}`).join(", ")}.`);
}

function drawRead(one, at, attends) {
  part("read").replaceChildren(...one.read.map((word, i) => {
    const item = made("li", word, one.sources[at] === i ? "source" : "");
    if (attends) {
      const weight = one.attention[at][i];
      item.style.background = look(weight);
      item.append(made("small", weight.toFixed(2)));
    }
    return item;
  }));
  centre(part("read").children[attends ? largest(one.attention[at]) : Math.max(one.sources[at], 0)]);
}

function drawSaid(one, at) {
  part("said").replaceChildren(...one.wanted.map((wanted, i) => {
    const wrong = one.said[i] !== wanted;
    const item = made("li", one.said[i], [i === at && "now", i > at && "ahead", wrong && "wrong"].filter(Boolean).join(" "));
    if (wrong) item.append(made("small", `not ${wanted}`));
    return item;
  }));
  centre(part("said").children[at]);
}

function tinted(value, limit) {
  const cell = made("td", signed(value));
  const share = Math.min(Math.abs(value) / limit, 1);
  cell.style.background = `rgba(var(${value < 0 ? "--against" : "--for"}), ${(0.5 * share).toFixed(3)})`;
  return cell;
}

function drawTerms(one, at) {
  const place = largest(one.attention[at]), rows = one.terms[at];
  const sum = one.read.map((_, t) => rows.reduce((total, row) => total + row[t], 0));
  const limit = Math.max(...sum.map(Math.abs), ...rows.flat().map(Math.abs), 1e-9);
  const head = made("tr", "");
  head.append(made("th", "term"), ...one.read.map((word, t) => made("th", word, t === place ? "at" : "")), made("th", "there"));
  const line = (name, row, className) => {
    const whole = made("tr", "", className);
    const title = made("th", name);
    title.scope = "row";
    const cells = row.map((value) => tinted(value, limit));
    cells[place].className = "at";
    whole.append(title, ...cells, tinted(row[place], limit));
    return whole;
  };
  const top = made("thead", ""), body = made("tbody", "");
  top.append(head);
  body.append(...rows.map((row, i) => line(TERMS[i], row, "")), line("sum", sum, "sum"));
  part("terms").replaceChildren(top, body);
  centre(head.children[place + 1]);
}

function drawWhole(one, at) {
  const head = made("tr", "");
  head.append(made("th", "says"), ...one.read.map((word) => made("th", word)));
  const top = made("thead", ""), body = made("tbody", "");
  top.append(head);
  one.attention.forEach((row, s) => {
    const line = made("tr", "", s === at ? "now" : "");
    const title = made("th", ""), button = made("button", one.said[s]);
    button.type = "button";
    title.scope = "row";
    title.append(button);
    line.append(title, ...row.map((weight, t) => {
      const cell = made("td", weight < 0.005 ? "" : weight.toFixed(2), one.sources[s] === t ? "source" : "");
      cell.style.background = look(weight);
      return cell;
    }));
    line.addEventListener("click", () => { pause(); change({ step: s + 1 }); });
    body.append(line);
  });
  part("whole").replaceChildren(top, body);
  centre(body.children[at].children[largest(one.attention[at]) + 1]);
}
