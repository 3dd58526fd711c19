"use strict";
// The nine terms: parts of the decoder's state by parts of the encoder's.
const PARTS = ["μ", "χ", "δ"];
const TERMS = PARTS.flatMap((decoder) => PARTS.map((encoder) => decoder + encoder));
const MILLISECONDS = 900; // of a step while it plays
const networks = JSON.parse(document.getElementById("data").textContent).networks;
const choice = { network: 0, phrase: 0, step: 1 };
let timer = 0;

const part = (name) => document.getElementById(name);
const phrase = () => networks[choice.network].phrases[choice.phrase];
const largest = (row) => row.indexOf(Math.max(...row));

function signed(value) {
  const size = Math.abs(value).toFixed(1);
  return Number(size) === 0 ? size : (value < 0 ? "−" : "+") + size;
}

// As strong as letters on it can still be read.
const look = (weight) => `rgba(var(--look), ${(0.4 * weight).toFixed(3)})`;

// Scroll a region sideways, never the page, until a part of it is in the middle.
function centre(node) {
  const region = node.closest(".scroll");
  region.scrollLeft += node.getBoundingClientRect().left - region.getBoundingClientRect().left - (region.clientWidth - node.offsetWidth) / 2;
}

function made(kind, text, className) {
  const node = document.createElement(kind);
  node.textContent = text;
  if (className) node.className = className;
  return node;
}

function fill(select, texts, at) {
  select.replaceChildren(...texts.map((text, i) => new Option(text, i, false, i === at)));
}

// Every number of the choice within what there is.
function settle() {
  const within = (value, most) => Math.min(Math.max(Number.isInteger(value) ? value : 0, 0), most);
  choice.network = within(choice.network, networks.length - 1);
  choice.phrase = within(choice.phrase, networks[choice.network].phrases.length - 1);
  choice.step = Math.max(1, within(choice.step, phrase().wanted.length));
}

function change(changes) {
  Object.assign(choice, changes);
  settle();
  draw();
  history.replaceState(null, "", `#network=${choice.network}&phrase=${choice.phrase}&step=${choice.step}`);
}

function readHash() {
  const asked = new URLSearchParams(location.hash.slice(1));
  for (const name of Object.keys(choice)) if (asked.has(name)) choice[name] = Number(asked.get(name));
}

function draw() {
  const one = phrase(), attends = networks[choice.network].attends, at = choice.step - 1;
  fill(part("network"), networks.map((network) => network.title), choice.network);
  fill(part("phrase"), networks[choice.network].phrases.map((each, i) => `${i + 1}: ${each.read.join(" ")}`), choice.phrase);
  part("step").max = one.wanted.length;
  part("step").value = choice.step;
  part("counter").textContent = `${choice.step} of ${one.wanted.length}`;
  part("back").disabled = at === 0;
  part("forward").disabled = choice.step === one.wanted.length;
  part("play").textContent = timer ? "Pause" : "Play";
  part("told").setAttribute("aria-live", timer ? "off" : "polite");
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

function pause() {
  clearInterval(timer);
  timer = 0;
}

function toggle() {
  if (timer) pause();
  else {
    if (choice.step === phrase().wanted.length) choice.step = 1;
    timer = setInterval(() => {
      if (choice.step + 1 >= phrase().wanted.length) pause();
      change({ step: choice.step + 1 });
    }, MILLISECONDS);
  }
  draw();
}

const KEYS = {
  ArrowLeft: () => change({ step: choice.step - 1 }),
  ArrowRight: () => change({ step: choice.step + 1 }),
  ArrowUp: () => change({ phrase: choice.phrase - 1, step: 1 }),
  ArrowDown: () => change({ phrase: choice.phrase + 1, step: 1 }),
};

document.addEventListener("keydown", (event) => {
  // Selects, the slider and regions that scroll have keys of their own.
  const own = event.target.closest("select, input, .scroll, a") || event.altKey || event.ctrlKey || event.metaKey;
  if (own) return;
  if (event.key === " " && !event.target.closest("button")) toggle();
  else if (KEYS[event.key]) {
    pause();
    KEYS[event.key]();
  } else return;
  event.preventDefault();
});
for (const name of ["network", "phrase"])
  part(name).addEventListener("change", (event) => { pause(); change({ [name]: Number(event.target.value), step: 1 }); });
part("step").addEventListener("input", (event) => { pause(); change({ step: Number(event.target.value) }); });
part("back").addEventListener("click", () => { pause(); change({ step: choice.step - 1 }); });
part("forward").addEventListener("click", () => { pause(); change({ step: choice.step + 1 }); });
part("play").addEventListener("click", toggle);
part("controls").addEventListener("submit", (event) => event.preventDefault());
window.addEventListener("hashchange", () => { pause(); readHash(); change({}); });
readHash();
change({});
