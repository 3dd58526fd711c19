// What can be taken away: a link to this view, the picture as PNG and SVG, the numbers of the sentences as CSV.
const CAPTION = 30; // pixels below the picture
const PNG_SCALE = 3;

function captionOf() {
  const { name, order, words } = reading.first;
  const at = `word ${Math.min(choice.step, words.length)} of ${words.length}`;
  const [{ network }] = scene.panels;
  const told = network.trained
    ? `step ${network.training.steps[network.noted]} of ${network.training.steps.at(-1)} of training`
    : `${name}, ${ORDERS[order]}; ${at}`;
  return `${data.title} (${data.task}); ${panelName(scene.panels[0])}; ${told}`;
}

function drawPicture(surface) {
  drawPanels(surface, scene.panels);
  for (const label of labels.children) {
    if (label.style.visibility !== "visible") continue;
    const { left, right, bottom } = label.box;
    surface.text(label.textContent, left + 4, bottom - 7, { colour: paint.ink, size: 13, weight: 600 });
    const colour = colourShown(data.classCodes[label.readout]);
    surface.line([[left, bottom - 2], [right, bottom - 2]], { colour, width: 3 });
  }
  surface.text(captionOf(), 10, scene.height + 19, { colour: paint.grey });
}

function svgOf() {
  const surface = svgSurface(Math.round(scene.width), Math.round(scene.height) + CAPTION);
  drawPicture(surface);
  draw();
  return surface.written();
}

function pngOf() {
  const picture = document.createElement("canvas");
  picture.width = Math.round(scene.width * PNG_SCALE);
  picture.height = Math.round((scene.height + CAPTION) * PNG_SCALE);
  const own = picture.getContext("2d");
  own.scale(PNG_SCALE, PNG_SCALE);
  own.fillStyle = paint.paper;
  own.fillRect(0, 0, scene.width, scene.height + CAPTION);
  drawPicture(canvasSurface(own, PNG_SCALE));
  draw();
  return new Promise((done) => picture.toBlob(done, "image/png"));
}

const quoted = (value) => (/[",\n\r]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value));

// A row a word and one before the first, of every sentence on show in every panel.
function csvOf() {
  const along = Array.from({ length: data.components }, (_, i) => `component_${i + 1}`);
  const named = (what) => data.classNames.map((name) => `${what} ${name}`);
  const head = ["model", "l2", "seed", "sentence", "order", "step", "word", "decided", ...named("logit"), ...named("effect"), ...along];
  const rows = scene.panels.flatMap((panel) => [panel.first, panel.second].filter(Boolean).flatMap((trace) => rowsOfTrace(panel, trace)));
  return [head, ...rows].map((row) => row.map(quoted).join(",")).join("\r\n") + "\r\n";
}

function rowsOfTrace({ network }, trace) {
  const who = [network.model, network.l2, network.seed, trace.name, ORDERS[trace.order]];
  return trace.outputs.map((logits, step) => {
    const effect = step ? effectOf(trace.outputs, step) : data.classNames.map(() => "");
    const short = (values) => Array.from(values, (value) => (typeof value === "number" ? Number(value.toPrecision(6)) : value));
    const place = Array.from({ length: data.components }, (_, i) => trace.positions[step][i] ?? "");
    const decided = codeName(codeOfLogits(logits));
    return [...who, step, step ? trace.words[step - 1] : "", decided, ...short(logits), ...short(effect), ...short(place)];
  });
}

function save(content, kind, ending) {
  const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type: kind }));
  const { model, seed } = currentNetwork();
  const link = element("a", { download: `${data.task}_${model}_${seed}.${ending}` });
  link.setAttribute("href", url);
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

function listenToShare() {
  control("copyLink").addEventListener("click", copyLink);
  control("savePng").addEventListener("click", async () => save(await pngOf(), "image/png", "png"));
  control("saveSvg").addEventListener("click", () => save(svgOf(), "image/svg+xml", "svg"));
  control("saveCsv").addEventListener("click", () => save(csvOf(), "text/csv", "csv"));
}
