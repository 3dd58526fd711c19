"use strict";
// The page of verdicts: a filter, folding, and links that land with what is around them in sight.
const form = document.getElementById("filter");
const claims = [...document.querySelectorAll("article.claim")];
const names = new Map(claims.map((claim) => [claim.dataset.claim, claim]));
const lines = [...document.querySelectorAll(".overview tbody tr:not(.beside)")];
const columns = [...document.querySelectorAll(".overview [data-cell]")];
const filter = document.querySelector(".filter");
const narrow = window.matchMedia("(max-width: 640px)");
const picked = document.getElementById("picked");
const unfold = document.getElementById("unfold");

// What stays on top takes room: the name of a claim stays below it.
function measured() {
  const stays = getComputedStyle(filter).position === "sticky";
  document.body.style.setProperty("--bar", (stays ? filter.offsetHeight - 1 : 0) + "px");
}

const claimOf = (line) => names.get(line.dataset.claim);

// In the grid the name of a claim leads to its block.
lines.forEach((line) => {
  const name = line.querySelector(".name"), link = document.createElement("a");
  link.href = "#" + claimOf(line).id;
  link.textContent = name.textContent;
  name.replaceChildren(link);
});

// Where statements do not stand beside the grid, that of the line pointed at stands below the filter; of a box why it is
// what it is, before it.
function tell(event) {
  const line = event.target.closest("tr[data-claim]");
  if (!line) return;
  const box = event.target.closest("td.v a");
  const statement = line.cells[0].title;
  document.getElementById("told").textContent = box ? box.title + ". " + statement : line.dataset.claim + ": " + statement;
}
for (const kind of ["mouseover", "focusin"]) document.querySelector(".overview").addEventListener(kind, tell);

const texts = new Map(claims.map((claim) => [
  claim,
  [claim.dataset.claim, claim.dataset.metric, ...["header", ".criterion"].map((part) => claim.querySelector(part).textContent)]
    .join(" ").toLowerCase(),
]));

function asked() {
  const values = Object.fromEntries(new FormData(form));
  return { ...values, words: values.text.toLowerCase().split(/\s+/).filter(Boolean) };
}

// The grid shows the columns of the task and the cell that were asked for; on a telephone those of one task.
function narrowGrid(want) {
  const only = want.task || (narrow.matches ? picked.value : "");
  const asked = ({ task, cell }) => (!only || task === only) && (want.cell ? cell === want.cell : !narrow.matches || cell !== "all");
  picked.parentElement.hidden = !narrow.matches || Boolean(want.task);
  columns.forEach((one) => (one.hidden = !asked(one.dataset)));
  for (const head of document.querySelectorAll(".overview th.task")) {
    const shown = columns.filter((one) => one.matches("th") && one.dataset.task === head.dataset.task && !one.hidden);
    head.hidden = !shown.length;
    head.colSpan = Math.max(shown.length, 1);
  }
}

function fits(box, want) {
  const { task, cell, state, shipped } = box.dataset;
  return (!want.task || task === want.task) && (!want.cell || cell === want.cell) && (!want.state || [state, shipped].includes(want.state));
}

function apply() {
  const want = asked();
  const partly = want.task || want.cell || want.state;
  let [counted, beside] = [0, 0];
  for (const claim of claims) {
    const named = want.words.every((word) => texts.get(claim).includes(word));
    let some = 0;
    for (const box of claim.querySelectorAll(".shows td.v[data-state]")) {
      const good = named && fits(box, want);
      box.classList.toggle("off", !good);
      some += good;
      if (!good) continue;
      if ("exploratory" in claim.dataset || box.dataset.cell === "all") beside += 1;
      else counted += 1;
    }
    for (const row of claim.querySelectorAll(".shows tbody tr[data-task]"))
      row.hidden = Boolean(partly) && !row.querySelector("td.v[data-state]:not(.off)");
    for (const row of claim.querySelectorAll(".numbers tbody tr")) row.hidden = !fits(row, want);
    for (const mark of claim.querySelectorAll(".strip [data-cell]"))
      mark.classList.toggle("off", Boolean(want.cell) && mark.dataset.cell !== want.cell);
    claim.hidden = !named || !some;
  }
  narrowGrid(want);
  for (const part of document.querySelectorAll(".overview tbody.beside"))
    part.hidden = ![...part.rows].some((line) => !line.matches(".beside") && !claimOf(line).hidden);
  lines.forEach((line) => (line.hidden = claimOf(line).hidden || ![...line.cells].some((box) => !box.hidden && box.firstElementChild?.matches("a"))));
  for (const section of document.querySelectorAll("section"))
    section.hidden = !section.querySelector("article:not([hidden])");
  const left = claims.filter((claim) => !claim.hidden).length;
  document.getElementById("shown").textContent =
    left + " of " + claims.length + " claims, " + counted + " boxes" + (beside ? ", " + beside + " beside them" : "");
  document.getElementById("nothing").hidden = left > 0;
  measured();
  spread();
}

// Where the whole grid has room it scrolls with the page, its headings below the filter.
function spread() {
  const box = document.querySelector(".overview .scroll");
  box.classList.remove("spread");
  box.classList.toggle("spread", !narrow.matches && box.scrollWidth <= box.clientWidth + 1);
}

// Where the window is narrow a claim is its statement, its verdicts and where it fails; the rest is folded.
const pictures = claims.map((claim) => claim.querySelector(".picture"));

function fold() {
  pictures.forEach((picture) => (picture.open = !narrow.matches));
}

// Where there is room for them beside what was seen, exceptions are unfolded.
const exceptions = document.getElementById("exceptions");
if (exceptions) exceptions.open = window.matchMedia("(min-width: 1600px)").matches;

function clear() {
  form.reset();
}

// A link leads to a claim, or to its row of a task and cell: unfolded, and no filter hides it.
function land() {
  const aim = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  document.querySelectorAll(".aim").forEach((one) => one.classList.remove("aim"));
  if (aim && aim === exceptions) exceptions.open = true;
  const claim = aim && aim.closest("article.claim");
  if (!claim) return;
  if (claim.hidden || aim.hidden) {
    form.reset();
    apply();
  }
  const row = aim.closest("tr");
  claim.querySelector(".picture").open = true;
  if (row) row.closest("details").open = true;
  aim.classList.add("aim");
  (row ? claim : aim).scrollIntoView({ block: "start" });
  if (!row) return;
  const box = row.closest(".numbers");
  box.scrollTop = row.offsetTop - box.clientHeight / 2;
  row.focus({ preventScroll: true });
  // Where the block is taller than the window its head stays, and the row is brought in.
  if (row.getBoundingClientRect().bottom > window.innerHeight) row.scrollIntoView({ block: "center" });
}

form.addEventListener("input", apply);
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", () => setTimeout(apply));
document.getElementById("again").addEventListener("click", clear);
unfold.addEventListener("click", () => {
  const open = unfold.getAttribute("aria-pressed") !== "true";
  unfold.setAttribute("aria-pressed", String(open));
  unfold.textContent = open ? "Fold all" : "Unfold all";
  claims.forEach((claim) => (claim.querySelector(".numbers-of").open = open));
  pictures.forEach((picture) => (picture.open = open || !narrow.matches));
});
// Following the same link again lands there again.
document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="#"]');
  if (link && link.hash === location.hash) land();
});
window.addEventListener("hashchange", land);
window.addEventListener("resize", () => (measured(), spread()));
narrow.addEventListener("change", () => (fold(), apply()));
picked.addEventListener("change", apply);

const query = new URLSearchParams(location.search);
for (const field of form.querySelectorAll("[name]"))
  if (query.has(field.name)) field.value = query.get(field.name);
fold();
apply();
land();
// Who was sent here for one task and cell begins with what is shown of them.
if ([...query.keys()].some((name) => form.elements[name]) && !location.hash) filter.scrollIntoView();
// The browser goes to the row by itself once all is loaded: the block around it comes first.
window.addEventListener("load", () => setTimeout(land));
