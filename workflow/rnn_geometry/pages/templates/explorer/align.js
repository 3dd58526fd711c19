// Networks side by side: the components of each are its own, so that alike manifolds lie turned or mirrored. Those of
// the manifold are turned (an orthogonal matrix, mirroring allowed) until readouts point as in the first panel.
const ALIGN_STEPS = 60;
const ALIGN_LEAST = 1e-6; // of the size of the products: what no readout fixes stays as it is

// The matrix that leads coordinates of `other` to those of `first` (rows of readouts), of the components 1 to d.
function turnTo(first, other, d) {
  const index = Array.from({ length: d }, (_, i) => i);
  const products = index.map((i) => index.map((j) => first.reduce((sum, row, c) => sum + row[i] * other[c][j], 0)));
  const size = Math.max(...products.flat().map(Math.abs));
  if (!(size > 0)) return null;
  return nearestTurn(products.map((row, i) => row.map((value, j) => value / size + (i === j ? ALIGN_LEAST : 0))));
}

// The orthogonal factor of a matrix, by Newton's iteration X <- (X + X^-T) / 2.
function nearestTurn(matrix) {
  let turn = matrix;
  for (let step = 0; step < ALIGN_STEPS; step += 1) {
    const inverse = inverted(turn);
    if (!inverse) return null;
    turn = turn.map((row, i) => row.map((value, j) => (value + inverse[j][i]) / 2));
  }
  return turn;
}

function inverted(matrix) {
  const size = matrix.length;
  const rows = matrix.map((row, i) => [...row, ...row.map((_, j) => Number(i === j))]);
  for (let at = 0; at < size; at += 1) {
    let best = at;
    for (let i = at; i < size; i += 1) if (Math.abs(rows[i][at]) > Math.abs(rows[best][at])) best = i;
    if (!(Math.abs(rows[best][at]) > 0)) return null;
    [rows[at], rows[best]] = [rows[best], rows[at]];
    const pivot = rows[at][at];
    rows[at] = rows[at].map((value) => value / pivot);
    rows.forEach((row, i) => {
      if (i !== at) rows[i] = row.map((value, j) => value - row[at] * rows[at][j]);
    });
  }
  return rows.map((row) => row.slice(size));
}

// A row of the basis of the first network in components of another one.
function turnedBack(row, turn) {
  if (!turn) return row;
  const own = Float64Array.from(row);
  turn.forEach((_, j) => (own[j] = turn.reduce((sum, line, i) => sum + line[j] * row[i], 0)));
  return own;
}
