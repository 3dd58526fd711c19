"use strict";
// A figure is a file that the page holds.
for (const link of document.querySelectorAll("a.png"))
  link.addEventListener("click", () => { link.href = link.closest("figure").querySelector("img").currentSrc; });

// A link leads to a number: its group is unfolded.
function land() {
  const aim = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const group = aim && aim.closest("details");
  if (!group) return;
  group.open = true;
  aim.scrollIntoView({ block: "center" });
  aim.focus({ preventScroll: true });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="#"]');
  if (link && link.hash === location.hash) land();
});
window.addEventListener("hashchange", land);
land();
