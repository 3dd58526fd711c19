"use strict";
// A heading of the table of networks sorts its rows: numbers by size, text by letters, empty values last.
const table = document.getElementById("runs");
const body = table.tBodies[0];
const headings = [...table.tHead.rows[0].cells];

function compare(a, b, sign) {
  if (a === "" || b === "") return (a === "") - (b === "");
  const [x, y] = [Number(a), Number(b)];
  const order = Number.isNaN(x) || Number.isNaN(y) ? a.localeCompare(b, "en", { numeric: true }) : x - y;
  return sign * order;
}

headings.forEach((heading, column) => {
  heading.querySelector("button").addEventListener("click", () => {
    const sign = heading.getAttribute("aria-sort") === "ascending" ? -1 : 1;
    headings.forEach((other) => other.setAttribute("aria-sort", "none"));
    heading.setAttribute("aria-sort", sign === 1 ? "ascending" : "descending");
    const value = (row) => row.cells[column].dataset.value;
    [...body.rows].sort((a, b) => compare(value(a), value(b), sign)).forEach((row) => body.append(row));
  });
});
