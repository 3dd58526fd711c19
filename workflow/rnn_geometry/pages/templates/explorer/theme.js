// Colours of the canvas and of words, light or dark as the reader's system has it.
const THEMES = {
  light: {
    ink: "#222222", grey: "#595959", rule: "#b5b5b5", paper: "#ffffff", halo: "rgba(255,255,255,.88)",
    trail: "#000000", second: "#565656", ring: "#ffffff", neutral: "#f7f7f7", against: "#998ec3", for: "#f1a340",
    word: "#111111", faint: "#e9e9e6",
    ramp: ["#3b0f6f", "#3b528b", "#21918c", "#4fb35c", "#b5c92e"], // slow to fast, dark to light
  },
  dark: {
    ink: "#ececea", grey: "#b4b4b0", rule: "#6d6f74", paper: "#17191d", halo: "rgba(23,25,29,.85)",
    trail: "#ffffff", second: "#b9b9b9", ring: "#17191d", neutral: "#2a2d33", against: "#5e4fa2", for: "#9a5200",
    word: "#f4f4f2", faint: "#2a2d33",
    ramp: ["#b79af0", "#7d97ea", "#35b0a8", "#6fce7a", "#dde25a"],
  },
};
const darkness = window.matchMedia("(prefers-color-scheme: dark)");
const narrow = window.matchMedia("(max-width: 900px)");
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
const paint = {};
const DARKEST = 0.42; // on dark paper darker class colours would be lost

function mixed(first, second, share) {
  const part = (colour, i) => parseInt(colour.slice(1 + 2 * i, 3 + 2 * i), 16);
  const between = (i) => Math.round(part(first, i) + share * (part(second, i) - part(first, i)));
  return `rgb(${[0, 1, 2].map(between).join(",")})`;
}

function readTheme() {
  Object.assign(paint, THEMES[darkness.matches ? "dark" : "light"]);
  sprites.clear();
  shown.clear();
}

// The colour of a code on this paper: what is too dark for dark paper is mixed with white.
const shown = new Map();

function colourShown(code) {
  if (!shown.has(code)) {
    const colour = colourOf(code);
    const light = [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16) / 255);
    const strength = 0.3 * light[0] + 0.59 * light[1] + 0.11 * light[2];
    shown.set(code, darkness.matches && strength < DARKEST ? mixed(colour, "#ffffff", 0.35) : colour);
  }
  return shown.get(code);
}

function rampColour(share) {
  const at = Math.min(Math.max(share, 0), 1) * (paint.ramp.length - 1);
  const low = Math.min(Math.floor(at), paint.ramp.length - 2);
  return mixed(paint.ramp[low], paint.ramp[low + 1], at - low);
}
