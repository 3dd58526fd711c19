"use strict";
// All that Snakemake embeds, in the order of reading: figures with captions below them. What
// Snakemake made (results, categories, workflow_desc) is read; where it is not there, its own view stays.
(() => {
  const page = document.getElementById("reading"), view = document.getElementById("reading-view");
  if (typeof results !== "object" || typeof categories !== "object") {
    document.getElementById("reading-style").disabled = true;
    page.hidden = true;
    return;
  }
  const known = JSON.parse(document.getElementById("reading-known").textContent);
  const titles = new Map(known.tasks), sentences = new Map(known.figures), cells = new Map(known.cells);
  const made = (name, text = "", more = {}) => Object.assign(document.createElement(name), { textContent: text }, more);
  const words = (name, html, more = {}) => Object.assign(document.createElement(name), { innerHTML: html }, more);
  // What would be long lines stands in two columns.
  const text = (html, className = "") => {
    const box = words("div", html);
    box.className = ["text", className, box.textContent.length > 330 ? "long" : ""].join(" ").trim();
    return box;
  };
  const stem = (path) => path.split("/").pop().replace(/\.[^.]+$/, "");
  const inOrder = (names, known) => {
    const order = [...known], at = (name) => order.indexOf(name) + 1 || order.length + 1;
    return [...names].sort((a, b) => at(a) - at(b) || a.localeCompare(b));
  };
  const figures = [...sentences.keys()];
  const upper = (text) => text.charAt(0).toUpperCase() + text.slice(1);
  const label = (one) => Object.entries(one.labels || { file: one.name }).map(([name, value]) => {
    if (name === "model") return cells.get(value) || value;
    return ["figure", "table", "file"].includes(name) ? upper(value.replace(/^\d+ /, "").replaceAll("_", " ")) : `${name} ${value}`;
  }).join(", ");
  const place = (path) => {
    const labels = results[path].labels || {}, own = Object.values(labels).join(" ");
    if (/^\d/.test(own)) return `${own} ${path}`;
    const rank = labels.model ? [...cells.keys()].indexOf(labels.model) : figures.indexOf(stem(path));
    return `${rank < 0 ? 999 : 100 + rank} ${own} ${path}`;
  };
  // The page knows files by where they lie beside it, Snakemake by where it was called.
  const beside = (path, file) => path === file || path.endsWith(`/${file}`);
  const isBlank = (path) => known.blank.some((file) => beside(path, file));
  const linksOf = (path) => (Object.entries(known.links).find(([file]) => beside(path, file)) || [])[1] || [];
  const linked = (path) => linksOf(path).flatMap(([text, href]) => [" · ", made("a", text, { href })]).slice(1);

  // The size stands in the first bytes of a PNG file, so that nothing moves when it is drawn. A picture is
  // taken from what is embedded once the part that holds it is open.
  const waiting = new Map();
  function picture(one) {
    const bytes = atob(one.data_uri.split("base64,")[1].slice(0, 44));
    const at = (place) => [0, 1, 2, 3].reduce((sum, i) => 256 * sum + bytes.charCodeAt(place + i), 0);
    const image = made("img", "", { width: at(16), height: at(20), loading: "lazy", decoding: "async", alt: label(one) });
    waiting.set(image, one.data_uri);
    return image;
  }
  const isOpen = (node) => [...waitFor(node)].every((box) => box.open);
  function* waitFor(node) {
    for (let box = node.parentElement.closest("details"); box; box = box.parentElement.closest("details")) yield box;
  }
  function load() {
    for (const [image, source] of waiting) if (isOpen(image)) {
      image.src = source;
      waiting.delete(image);
    }
  }

  const large = document.getElementById("large"), fit = document.getElementById("fit");
  const fitted = (is) => {
    large.classList.toggle("fitted", is);
    fit.setAttribute("aria-pressed", is);
  };
  fit.onclick = () => fitted(!large.classList.contains("fitted"));
  function enlarged(path, image, title) {
    const button = made("button", "", { type: "button", className: "zoom", title: "Larger" });
    button.setAttribute("aria-label", `Larger: ${title}`);
    button.append(image);
    button.onclick = () => {
      large.querySelector("strong").textContent = title;
      large.querySelector("span").replaceChildren(...linked(path));
      Object.assign(large.querySelector("img"), { src: image.src, alt: title });
      large.style.setProperty("--dots", `${image.getAttribute("width")}px`);
      fitted(false);
      large.showModal();
      large.querySelector("div").scrollTo(0, 0);
    };
    return button;
  }
  large.onclick = (event) => [large, fit.nextElementSibling].includes(event.target) && large.close();

  function figure(path, number, shared) {
    const one = results[path], own = sentences.get(stem(path).replace(/^sweep_.*/, "sweep")), title = `${number} ${label(one)}`;
    const box = made("figure", "", { id: `figure-${number}` }), told = made("figcaption");
    told.append(made("strong", title));
    if (own) told.append(made("strong", own, { className: "first" }));
    if (!shared && one.caption) told.append(text(one.caption));
    const links = linked(path);
    if (links.length) told.append(made("p", "", { className: "beside" }));
    if (links.length) told.lastChild.append("Beside this file: ", ...links);
    box.append(enlarged(path, picture(one), title), told);
    return box;
  }

  const folded = (title, heading, more = {}) => {
    const box = made("details", "", more), summary = made("summary");
    summary.append(made(heading, title));
    box.append(summary);
    return box;
  };

  // A network: its page where there is one, its panel folded.
  function network(path, number) {
    const one = results[path], title = `${number} ${label(one)}`, box = folded(title, "strong", { className: "network", id: `figure-${number}` });
    const links = linked(path);
    if (links.length) box.firstChild.append(" ", ...links);
    box.append(enlarged(path, picture(one), title));
    return box;
  }

  const file = (path, number) => {
    const one = results[path], line = made("li");
    line.append(made("a", `${number} ${label(one)}`, { href: one.data_uri, download: one.name }), ` (${one.name}, ${one.size})`);
    return line;
  };

  // How numbers were made: behind a line, since most readers want the file alone.
  const explained = (caption) => {
    const box = made("details", "", { className: "how" });
    box.append(made("summary", "What is in it, and how it was computed"), text(caption));
    return box;
  };

  // A caption that all figures of a group share stands once, above the first of such groups.
  let said = "";
  function group(paths, numbered, box) {
    const captions = new Set(paths.map((path) => results[path].caption));
    const shared = paths.length > 1 && captions.size === 1;
    const [drawn, others] = [true, false].map((is) => paths.filter((path) => (results[path].mime_type === "image/png") === is));
    const above = [];
    if (shared && !captions.has(said)) {
      [said] = captions;
      above.push(drawn.length ? text(said) : explained(said));
    }
    const frame = made("div"), list = made("ul", "", { className: "files" });
    drawn.forEach((path) => frame.append((results[path].labels || {}).model ? network(path, numbered()) : figure(path, numbered(), shared)));
    others.forEach((path) => {
      const line = file(path, numbered());
      if (!shared && results[path].caption) line.append(explained(results[path].caption));
      list.append(line);
    });
    const parts = [titlesIn(frame), frame, list].filter((one) => one.children.length);
    box.append(...(drawn.length ? [...above, ...parts] : [...parts, ...above]));
  }

  // Titles of some figures, each a link.
  function titlesIn(frame) {
    const list = made("ol", "", { className: "titles" }), boxes = [...frame.querySelectorAll("figure")];
    for (const box of boxes.length > 1 ? boxes : []) {
      const line = made("li");
      line.append(made("a", box.querySelector("strong").textContent, { href: `#${box.id}` }));
      list.append(line);
    }
    return list;
  }

  const counted = (count, what) => `${count} ${what}${count === 1 ? "" : "s"}`;
  const contents = made("ol", "", { className: "contents", id: "contents" }), own = made("button", "Snakemake’s own view: rules, code, run times", { type: "button" });
  if (typeof workflow_desc === "string") page.querySelector(".lead").append(text(workflow_desc, "about"));
  document.getElementById("waits").remove();
  page.append(contents, own);
  inOrder(Object.keys(categories), known.categories).forEach((category, i) => {
    const title = `${i + 1} ${category.replace(/^\d+ /, "")}`, section = folded(title, "h2", { id: `part-${i + 1}`, className: "part", open: i === 0 });
    let count = 0;
    const link = made("li"), parts = categories[category];
    link.append(made("a", title, { href: `#part-${i + 1}` }));
    contents.append(link);
    inOrder(Object.keys(parts), titles.keys()).forEach((part, j) => {
      const paths = parts[part].filter((path) => !isBlank(path)).sort((a, b) => place(a).localeCompare(place(b), "en", { numeric: true }));
      const box = part === "Other" ? section : folded(titles.get(part) || part, "h3", { open: j === 0, className: "task" });
      if (box !== section) box.firstChild.append(` ${counted(paths.length, (results[paths[0]] || {}).labels?.model ? "network" : "figure")}`);
      if (box !== section) section.append(box);
      group(paths, () => `${i + 1}.${(count += 1)}`, box);
    });
    section.firstChild.append(` ${counted(count, "item")}`);
    section.append(made("a", "↑ Contents", { href: "#contents", className: "back" }));
    page.append(section);
  });
  page.addEventListener("toggle", load, true);
  // A link opens what it leads to.
  function follow() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target || !page.contains(target)) return;
    if (target.matches("details")) target.open = true;
    for (const box of waitFor(target)) box.open = true;
    load();
    // Below the bar, once what opened has its place: a browser goes to a link before that.
    page.style.setProperty("--bar", `${getComputedStyle(contents).position === "sticky" ? contents.offsetHeight : 0}px`);
    requestAnimationFrame(() => target.scrollIntoView());
  }
  window.addEventListener("hashchange", follow);
  // A link to where the page already is opens it again.
  page.addEventListener("click", (event) => event.target.matches(`a[href="${location.hash || "#"}"]`) && follow());
  window.addEventListener("beforeprint", () => {
    page.querySelectorAll("details").forEach((box) => (box.open = true));
    load();
  });
  const show = (reading) => {
    document.getElementById("reading-style").disabled = !reading;
    document.getElementById("own-style").disabled = reading;
    page.hidden = !reading;
    view.hidden = reading;
  };
  own.onclick = () => show(false);
  view.onclick = () => show(true);
  load();
  show(true);
  follow();
})();
