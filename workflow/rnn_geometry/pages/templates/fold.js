"use strict";
// Where the window is narrow, grids and figures are headings that unfold: the page is read, not scrolled.
const small = window.matchMedia("(max-width: 640px)");
const shownAtFirst = [...document.querySelectorAll("details.group[open]")];

function foldGroups() {
  shownAtFirst.forEach((group) => (group.open = !small.matches));
}

small.addEventListener("change", foldGroups);
foldGroups();
