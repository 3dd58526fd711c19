"use strict";
// Above the table of networks: rows that hold some text, or one task or model alone. How many are left is said aloud.
const filters = [...document.querySelectorAll("[data-filter]")];
const left = document.getElementById("left");

function keeps(row, filter) {
  if (filter.value === "") return true;
  if (filter.dataset.filter === "text") return row.textContent.toLowerCase().includes(filter.value.toLowerCase());
  return row.dataset[filter.dataset.filter] === filter.value;
}

function filterRows() {
  const rows = [...document.getElementById("runs").tBodies[0].rows];
  rows.forEach((row) => { row.hidden = !filters.every((filter) => keeps(row, filter)); });
  const shown = rows.filter((row) => !row.hidden).length;
  left.textContent = shown === rows.length ? `${shown} networks` : `${shown} of ${rows.length} networks`;
}

filters.forEach((filter) => filter.addEventListener("input", filterRows));
filterRows();

// A link to something that is folded unfolds it.
function unfold() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
}
addEventListener("hashchange", unfold);
unfold();
