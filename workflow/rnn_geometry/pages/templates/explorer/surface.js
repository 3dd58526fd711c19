// Two surfaces with the same few strokes: the canvas on the page (or of a PNG), and the text of an SVG.
const sprites = new Map();

// A disc as a small picture: a thousand of these are drawn in the time of two hundred paths.
function sprite(radius, fill, alpha, ratio) {
  const key = `${radius}|${fill}|${alpha}|${ratio}`;
  if (sprites.has(key)) return sprites.get(key);
  const size = Math.ceil(2 * radius * ratio) + 2;
  const made = new OffscreenCanvas(size, size);
  const pen = made.getContext("2d", { willReadFrequently: true });
  pen.globalAlpha = alpha;
  pen.fillStyle = fill;
  pen.beginPath();
  pen.arc(size / 2, size / 2, radius * ratio, 0, 2 * Math.PI);
  pen.fill();
  sprites.set(key, made.transferToImageBitmap());
  return sprites.get(key);
}

function canvasSurface(pen, ratio) {
  const trace = (places, close) => {
    pen.beginPath();
    places.forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)));
    if (close) pen.closePath();
  };
  return {
    dot(x, y, radius, fill, alpha = 1) {
      const picture = sprite(radius, fill, alpha, ratio);
      const size = picture.width / ratio;
      const whole = (at) => Math.round((at - size / 2) * ratio) / ratio; // whole pixels are copied, not mixed
      pen.drawImage(picture, whole(x), whole(y), size, size);
    },
    line(places, { colour, width = 1, dash = [], alpha = 1, close = false }) {
      trace(places, close);
      Object.assign(pen, { strokeStyle: colour, lineWidth: width, globalAlpha: alpha, lineJoin: "round" });
      pen.setLineDash(dash);
      pen.stroke();
      pen.setLineDash([]);
      pen.globalAlpha = 1;
    },
    area(places, { fill, alpha = 1 }) {
      trace(places, true);
      Object.assign(pen, { fillStyle: fill, globalAlpha: alpha });
      pen.fill();
      pen.globalAlpha = 1;
    },
    ring(x, y, radius, { fill, colour, width }) {
      pen.beginPath();
      pen.arc(x, y, radius, 0, 2 * Math.PI);
      if (fill) Object.assign(pen, { fillStyle: fill }).fill();
      Object.assign(pen, { strokeStyle: colour, lineWidth: width });
      pen.stroke();
    },
    text(words, x, y, { colour, align = "left", size = 12, weight = 400 }) {
      Object.assign(pen, { font: `${weight} ${size}px system-ui, sans-serif`, textAlign: align, fillStyle: colour });
      pen.fillText(words, x, y);
    },
    clip({ left, top, width, height }) {
      pen.save();
      pen.beginPath();
      pen.rect(left, top, width, height);
      pen.clip();
    },
    unclip: () => pen.restore(),
  };
}

const escaped = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
const rounded = (value) => Number(value.toFixed(2));

function svgSurface(width, height) {
  const parts = [];
  let clips = 0;
  const listed = (places) => places.map(([x, y]) => `${rounded(x)},${rounded(y)}`).join(" ");
  const add = (name, given, inner = "") => {
    const told = Object.entries(given).map(([key, value]) => `${key}="${escaped(String(value))}"`);
    parts.push(`<${name} ${told.join(" ")}${inner ? `>${inner}</${name}>` : "/>"}`);
  };
  return {
    dot: (x, y, radius, fill, alpha = 1) =>
      add("circle", { cx: rounded(x), cy: rounded(y), r: rounded(radius), fill, "fill-opacity": rounded(alpha) }),
    line(places, { colour, width: thick = 1, dash = [], alpha = 1, close = false }) {
      const given = { points: listed(places), fill: "none", stroke: colour, "stroke-width": thick };
      if (dash.length) given["stroke-dasharray"] = dash.join(" ");
      if (alpha < 1) given["stroke-opacity"] = rounded(alpha);
      add(close ? "polygon" : "polyline", { ...given, "stroke-linejoin": "round" });
    },
    area: (places, { fill, alpha = 1 }) =>
      add("polygon", { points: listed(places), fill, "fill-opacity": rounded(alpha) }),
    ring: (x, y, radius, { fill, colour, width: thick }) =>
      add("circle", { cx: rounded(x), cy: rounded(y), r: radius, fill: fill || "none", stroke: colour, "stroke-width": thick }),
    text(words, x, y, { colour, align = "left", size = 12, weight = 400 }) {
      const anchor = { left: "start", right: "end", center: "middle" }[align];
      const given = { x: rounded(x), y: rounded(y), fill: colour, "font-size": size, "font-weight": weight };
      add("text", { ...given, "text-anchor": anchor, "font-family": "Helvetica, Arial, sans-serif" }, escaped(words));
    },
    clip({ left, top, width: across, height: down }) {
      clips += 1;
      const rect = `<rect x="${left}" y="${top}" width="${across}" height="${down}"/>`;
      parts.push(`<clipPath id="c${clips}">${rect}</clipPath><g clip-path="url(#c${clips})">`);
    },
    unclip: () => parts.push("</g>"),
    written: () =>
      `<svg xmlns="${SVG}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">` +
      `<rect width="100%" height="100%" fill="${paint.paper}"/>${parts.join("")}</svg>\n`,
  };
}
