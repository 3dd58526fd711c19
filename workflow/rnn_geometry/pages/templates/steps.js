// Going through something a step at a time: what is chosen, keys, the address. Stands behind the page's
// own script, which gives ITEM, LEAST, items, steps, titled and draw.
const MILLISECONDS = 900; // of a step while it plays
const networks = JSON.parse(document.getElementById("data").textContent).networks;
const choice = { network: 0, [ITEM]: 0, step: LEAST };
let timer = 0;

function part(name) {
  return document.getElementById(name);
}

function chosen() {
  return items(networks[choice.network])[choice[ITEM]];
}

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
  choice[ITEM] = within(choice[ITEM], items(networks[choice.network]).length - 1);
  choice.step = Math.max(LEAST, within(choice.step, steps(chosen())));
}

function change(changes) {
  Object.assign(choice, changes);
  settle();
  draw();
  history.replaceState(null, "", `#network=${choice.network}&${ITEM}=${choice[ITEM]}&step=${choice.step}`);
}

function readHash() {
  const asked = new URLSearchParams(location.hash.slice(1));
  for (const name of Object.keys(choice)) if (asked.has(name)) choice[name] = Number(asked.get(name));
}

function drawControls() {
  const last = steps(chosen());
  fill(part("network"), networks.map((network) => network.title), choice.network);
  fill(part(ITEM), items(networks[choice.network]).map((each, i) => `${i + 1}: ${titled(each)}`), choice[ITEM]);
  part("step").max = last;
  part("step").value = choice.step;
  part("counter").textContent = `${choice.step} of ${last}`;
  part("back").disabled = choice.step === LEAST;
  part("forward").disabled = choice.step === last;
  part("play").textContent = timer ? "Pause" : "Play";
  part("told").setAttribute("aria-live", timer ? "off" : "polite");
}

function pause() {
  clearInterval(timer);
  timer = 0;
}

function toggle() {
  if (timer) pause();
  else {
    if (choice.step === steps(chosen())) choice.step = LEAST;
    timer = setInterval(() => {
      if (choice.step + 1 >= steps(chosen())) pause();
      change({ step: choice.step + 1 });
    }, MILLISECONDS);
  }
  draw();
}

const KEYS = {
  ArrowLeft: () => change({ step: choice.step - 1 }),
  ArrowRight: () => change({ step: choice.step + 1 }),
  ArrowUp: () => change({ [ITEM]: choice[ITEM] - 1, step: LEAST }),
  ArrowDown: () => change({ [ITEM]: choice[ITEM] + 1, step: LEAST }),
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
for (const name of ["network", ITEM])
  part(name).addEventListener("change", (event) => { pause(); change({ [name]: Number(event.target.value), step: LEAST }); });
part("step").addEventListener("input", (event) => { pause(); change({ step: Number(event.target.value) }); });
part("back").addEventListener("click", () => { pause(); change({ step: choice.step - 1 }); });
part("forward").addEventListener("click", () => { pause(); change({ step: choice.step + 1 }); });
part("play").addEventListener("click", toggle);
part("controls").addEventListener("submit", (event) => event.preventDefault());
window.addEventListener("hashchange", () => { pause(); readHash(); change({}); });
readHash();
change({});
