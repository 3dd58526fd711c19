// The location's hash: what is chosen, and from where it is looked at.
const link = { timer: null };
const VIEWED = ["yaw", "pitch", "zoom", "panX", "panY", "tour"];

const viewNumbers = () => [view.yaw, view.pitch, view.zoom, ...view.pan, view.tour].map((value) => Number(value.toFixed(4)));

function hashOf() {
  const parts = ["model", ...(severalL2() ? ["l2"] : []), "seed", "sentence", "order", "step"];
  parts.push(...Object.keys(DEFAULTS).filter((name) => choice[name] !== DEFAULTS[name]));
  const told = parts.map((name) => `${name}=${encodeURIComponent(choice[name])}`);
  const start = [START.yaw, START.pitch, START.zoom, ...START.pan, START.tour];
  if (viewNumbers().some((value, i) => value !== start[i])) told.push(`look=${viewNumbers().join(",")}`);
  return "#" + told.join("&");
}

function readHash() {
  const values = new URLSearchParams(location.hash.slice(1));
  for (const [name, value] of Object.entries(DEFAULTS)) if (!values.has(name)) choice[name] = value;
  for (const [name, value] of values) {
    if (Object.hasOwn(choice, name)) choice[name] = NUMBERS.includes(name) ? Number(value) : value;
  }
  readLook(values.get("look"));
}

function readLook(text) {
  const numbers = (text ?? "").split(",").map(Number);
  if (numbers.length !== VIEWED.length || !numbers.every(Number.isFinite)) return Object.assign(view, START, { pan: [0, 0] });
  const [yaw, pitch, zoom, panX, panY, tour] = numbers;
  const within = (value, low, high) => Math.min(Math.max(value, low), high);
  Object.assign(view, { yaw, pitch: within(pitch, -1.5, 1.5), zoom: within(zoom, 0.4, 40), pan: [panX, panY], tour });
}

// Browsers allow few changes of the location a second: while something moves it is written once it rests.
function writeHash() {
  clearTimeout(link.timer);
  link.timer = null;
  if (location.hash !== hashOf()) history.replaceState(null, "", hashOf());
}

function writeHashSoon() {
  link.timer ??= setTimeout(writeHash, 300);
}

async function copyLink() {
  writeHash();
  const note = document.getElementById("shared");
  try {
    await navigator.clipboard.writeText(location.href);
    note.textContent = "The link is copied: it leads to this very view.";
  } catch {
    note.textContent = `Copy this: ${location.href}`;
  }
}
