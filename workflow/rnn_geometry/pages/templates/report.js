"use strict";
// All that Snakemake embeds, in the order of reading: figures with captions below them. What
// Snakemake made (results, categories, workflow_desc) is read; where it is not there, its own view stays.
(() => {
  if (typeof results !== "object" || typeof categories !== "object") {
    document.getElementById("reading-style").disabled = true;
    return;
  }
  const known = JSON.parse(document.getElementById("reading-known").textContent);
  const titles = new Map(known.tasks), sentences = new Map(known.figures);
  const page = document.getElementById("reading"), view = document.getElementById("reading-view");
  const made = (name, text = "", more = {}) => Object.assign(document.createElement(name), { textContent: text }, more);
  const words = (name, html, more = {}) => Object.assign(document.createElement(name), { innerHTML: html }, more);
  const stem = (path) => path.split("/").pop().replace(/\.[^.]+$/, "");
  const inOrder = (names, known) => {
    const order = [...known], at = (name) => order.indexOf(name) + 1 || order.length + 1;
    return [...names].sort((a, b) => at(a) - at(b) || a.localeCompare(b));
  };
  const figures = [...sentences.keys()];
  const upper = (text) => text.charAt(0).toUpperCase() + text.slice(1);
  const label = (one) => upper(Object.entries(one.labels || { file: one.name }).map(([name, value]) => {
    if (name === "model") return known.cells[value] || value;
    return ["figure", "table", "file"].includes(name) ? value.replace(/^\d+ /, "").replaceAll("_", " ") : `${name} ${value}`;
  }).join(", "));
  const place = (path) => {
    const own = Object.values(results[path].labels || {}).join(" ");
    return (/^\d/.test(own) ? own : String(100 + figures.indexOf(stem(path)))) + " " + path;
  };

  // The size stands in the first bytes of a PNG file, so that nothing moves when it is drawn.
  function picture(one) {
    const bytes = atob(one.data_uri.split("base64,")[1].slice(0, 44));
    const at = (place) => [0, 1, 2, 3].reduce((sum, i) => 256 * sum + bytes.charCodeAt(place + i), 0);
    return made("img", "", { width: at(16), height: at(20), loading: "lazy", decoding: "async", alt: label(one), src: one.data_uri });
  }

  function figure(path, number, shared) {
    const one = results[path], own = shared ? sentences.get(stem(path)) : "";
    const box = made("figure", "", { id: `figure-${number}` }), told = made("figcaption");
    told.append(made("strong", `${number} ${label(one)}`));
    if (own) told.append(made("p", own));
    else if (!shared && one.caption) told.append(words("div", one.caption));
    box.append(picture(one), told);
    return box;
  }

  const file = (path, number) => {
    const one = results[path], line = made("li");
    line.append(made("a", `${number} ${label(one)}`, { href: one.data_uri, download: one.name }), ` (${one.name}, ${one.size})`);
    return line;
  };

  // A caption that all figures of a group share stands once, above the first of such groups.
  let said = "";
  function group(paths, numbered, box) {
    const captions = new Set(paths.map((path) => results[path].caption));
    const shared = paths.length > 1 && captions.size === 1;
    if (shared && !captions.has(said)) {
      [said] = captions;
      box.append(words("div", said, { className: "caption" }));
    }
    const [drawn, others] = [true, false].map((is) => paths.filter((path) => (results[path].mime_type === "image/png") === is));
    const frame = made("div", "", { className: shared ? "small" : "" }), list = made("ul", "", { className: "files" });
    drawn.forEach((path) => frame.append(figure(path, numbered(), shared)));
    others.forEach((path) => {
      const line = file(path, numbered());
      if (!shared && results[path].caption) line.append(words("div", results[path].caption));
      list.append(line);
    });
    box.append(...[frame, list].filter((one) => one.children.length));
  }

  // Numbers of the figures of a part, each a link.
  function numbersOf(section) {
    const list = made("ol", "", { className: "numbers" });
    for (const box of section.querySelectorAll("figure")) {
      const line = made("li"), title = box.querySelector("strong").textContent;
      line.append(made("a", title.split(" ")[0], { href: `#${box.id}`, title }));
      list.append(line);
    }
    return list;
  }

  const lead = made("div", "", { className: "lead" }), contents = made("ol", "", { className: "contents", id: "contents" }), own = made("button", "Snakemake’s own view: rules, code, run times");
  if (typeof workflow_desc === "string") lead.innerHTML = workflow_desc;
  page.append(made("h1", "Archive of a run: every figure and table"), lead, contents, own);
  inOrder(Object.keys(categories), known.categories).forEach((category, i) => {
    const section = made("section", "", { id: `part-${i + 1}` }), title = `${i + 1} ${category.replace(/^\d+ /, "")}`;
    let count = 0;
    const link = made("li");
    link.append(made("a", title, { href: `#part-${i + 1}` }));
    contents.append(link);
    section.append(made("h2", title));
    const parts = categories[category];
    for (const part of inOrder(Object.keys(parts), titles.keys())) {
      if (part !== "Other") section.append(made("h3", titles.get(part) || part));
      const paths = [...parts[part]].sort((a, b) => place(a).localeCompare(place(b), "en", { numeric: true }));
      group(paths, () => `${i + 1}.${(count += 1)}`, section);
    }
    const back = made("a", "↑ Contents", { href: "#contents", className: "back" });
    section.firstChild.after(...[numbersOf(section)].filter((list) => list.children.length));
    section.append(back);
    page.append(section);
  });
  const show = (reading) => {
    document.getElementById("reading-style").disabled = !reading;
    document.getElementById("own-style").disabled = reading;
    page.hidden = !reading;
    view.hidden = reading;
  };
  own.onclick = () => show(false);
  view.onclick = () => show(true);
  show(true);
})();
