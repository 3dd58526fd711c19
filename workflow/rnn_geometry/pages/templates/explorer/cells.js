// One step h' = F(h, x) of the built-in cells, with the equations of rnn_geometry/cells.py. Weights are
// {embedding, weight_ih, weight_hh, bias, readout.weight, readout.bias, origin, axes}: {shape, values}, and what a cell has
// besides. An imported GRU has bias_hn behind its reset gate; layers one above the other have weight_ih.0, weight_ih.1, ..
const sigmoid = (value) => 1 / (1 + Math.exp(-value));

function decodeWeights(stored) {
  const weights = {};
  for (const [name, { shape, values }] of Object.entries(stored)) weights[name] = { shape, values: floats(values) };
  return weights;
}

// Rows [start, start + count) of a matrix times a vector.
function product(matrix, vector, start = 0, count = matrix.shape[0]) {
  const width = matrix.shape[1];
  const result = new Float64Array(count);
  for (let row = 0; row < count; row += 1) {
    let sum = 0;
    const at = (start + row) * width;
    for (let column = 0; column < width; column += 1) sum += matrix.values[at + column] * vector[column];
    result[row] = sum;
  }
  return result;
}

const held = (hold, h, candidate) => h.map((value, i) => candidate[i] + hold[i] * (value - candidate[i]));

// Without the mean, divided by the standard deviation, scaled: as torch's layer_norm.
function normed(value, scale) {
  const mean = value.reduce((sum, one) => sum + one, 0) / value.length;
  const variance = value.reduce((sum, one) => sum + (one - mean) ** 2, 0) / value.length;
  return value.map((one, i) => (scale.values[i] * (one - mean)) / Math.sqrt(variance + 1e-5));
}

// How many times its units the flat state of a layer has.
const PARTS = {
  lstm: () => 2,
  lstm_norm: () => 2,
  lru: () => 2,
  slstm: () => 3,
  mamba: (layer) => 1 + layer.decay.shape[1],
  mlstm: (layer, units) => headSize(layer, units) + 2,
};
// The rows of an mLSTM are v, k, q, o of each unit, i and f of each head.
const headSize = (layer, units) => (2 * units) / (layer.weight_ih.shape[0] - 4 * units);

const CELLS = {
  vanilla(h, drive, weights) {
    const recurrent = product(weights.weight_hh, h);
    return drive.map((value, i) => Math.tanh(value + recurrent[i]));
  },
  relu(h, drive, weights) {
    const recurrent = product(weights.weight_hh, h);
    return drive.map((value, i) => Math.max(value + recurrent[i], 0));
  },
  gru(h, drive, weights) {
    const units = h.length;
    const recurrent = product(weights.weight_hh, h);
    const reset = h.map((_, i) => sigmoid(drive[i] + recurrent[i]));
    const hold = h.map((_, i) => sigmoid(drive[units + i] + recurrent[units + i]));
    const behind = (i) => recurrent[2 * units + i] + (weights.bias_hn ? weights.bias_hn.values[i] : 0);
    return held(hold, h, h.map((_, i) => Math.tanh(drive[2 * units + i] + reset[i] * behind(i))));
  },
  gru_reset_before(h, drive, weights) {
    const units = h.length;
    const gates = product(weights.weight_hh, h, 0, 2 * units);
    const hold = h.map((_, i) => sigmoid(drive[units + i] + gates[units + i]));
    const kept = h.map((value, i) => value * sigmoid(drive[i] + gates[i]));
    const recurrent = product(weights.weight_hh, kept, 2 * units, units);
    return held(hold, h, h.map((_, i) => Math.tanh(drive[2 * units + i] + recurrent[i])));
  },
  lstm(h, drive, weights) {
    const units = h.length / 2;
    const hidden = h.subarray(0, units);
    const recurrent = product(weights.weight_hh, hidden);
    const gate = (number, i) => drive[number * units + i] + recurrent[number * units + i];
    const next = new Float64Array(2 * units);
    for (let i = 0; i < units; i += 1) {
      const memory = sigmoid(gate(1, i)) * h[units + i] + sigmoid(gate(0, i)) * Math.tanh(gate(2, i));
      next[units + i] = memory;
      next[i] = sigmoid(gate(3, i)) * Math.tanh(memory);
    }
    return next;
  },
  ugrnn(h, drive, weights) {
    const units = h.length;
    const recurrent = product(weights.weight_hh, h);
    const hold = h.map((_, i) => sigmoid(drive[i] + recurrent[i]));
    return held(hold, h, h.map((_, i) => Math.tanh(drive[units + i] + recurrent[units + i])));
  },
  leaky(h, drive, weights) {
    const recurrent = product(weights.weight_hh, h);
    const leak = weights.leak.values[0];
    return h.map((value, i) => value + leak * (Math.tanh(drive[i] + recurrent[i]) - value));
  },
  mingru(h, drive) {
    return h.map((value, i) => value + sigmoid(drive[i]) * (drive[h.length + i] - value));
  },
  rg_lru(h, drive, weights) {
    const units = h.length;
    return h.map((value, i) => {
      const keep = Math.exp(-8 * sigmoid(drive[i]) * Math.log1p(Math.exp(weights.decay.values[i])));
      return keep * value + Math.sqrt(1 - keep * keep) * sigmoid(drive[units + i]) * drive[2 * units + i];
    });
  },
  lru(h, drive, weights) {
    const units = h.length / 2;
    const next = new Float64Array(2 * units);
    for (let i = 0; i < units; i += 1) {
      const radius = Math.exp(-Math.exp(weights.nu.values[i]));
      const phase = Math.exp(weights.theta.values[i]);
      const [real, imag] = [radius * Math.cos(phase), radius * Math.sin(phase)];
      const scale = Math.exp(weights.gamma.values[i]);
      next[i] = real * h[i] - imag * h[units + i] + scale * drive[i];
      next[units + i] = imag * h[i] + real * h[units + i] + scale * drive[units + i];
    }
    return next;
  },
  lstm_norm(h, drive, weights) {
    const units = h.length / 2;
    const recurrent = normed(product(weights.weight_hh, h.subarray(0, units)), weights.scale_hh);
    const input = normed(drive, weights.scale_ih);
    const gate = (number, i) => {
      const at = number * units + i;
      return input[at] + weights.bias.values[at] + recurrent[at];
    };
    const next = new Float64Array(2 * units);
    for (let i = 0; i < units; i += 1)
      next[units + i] = sigmoid(gate(1, i)) * h[units + i] + sigmoid(gate(0, i)) * Math.tanh(gate(2, i));
    const shown = normed(next.subarray(units), weights.scale_memory);
    for (let i = 0; i < units; i += 1)
      next[i] = sigmoid(gate(3, i)) * Math.tanh(shown[i] + weights.shift_memory.values[i]);
    return next;
  },
  slstm(h, drive, weights) {
    const units = h.length / 3;
    const recurrent = product(weights.weight_hh, h.subarray(0, units));
    const gate = (number, i) => drive[number * units + i] + recurrent[number * units + i];
    const next = new Float64Array(3 * units);
    for (let i = 0; i < units; i += 1) {
      const [opened, kept] = [Math.exp(gate(0, i)), sigmoid(gate(1, i))];
      next[units + i] = kept * h[units + i] + opened * Math.tanh(gate(2, i));
      next[2 * units + i] = kept * Math.abs(h[2 * units + i]) + opened;
      next[i] = (sigmoid(gate(3, i)) * next[units + i]) / next[2 * units + i];
    }
    return next;
  },
  mamba(h, drive, weights) {
    const [units, memories] = weights.decay.shape;
    const rank = weights.weight_step.shape[1];
    const step = product(weights.weight_step, drive.subarray(units, units + rank));
    const next = new Float64Array(h.length);
    for (let i = 0; i < units; i += 1) {
      const length = Math.log1p(Math.exp(step[i] + weights.bias_step.values[i]));
      for (let m = 0; m < memories; m += 1) {
        const at = i * memories + m;
        const keep = Math.exp(-length * Math.exp(weights.decay.values[at]));
        const memory = keep * h[units + at] + length * drive[i] * drive[units + rank + m];
        next[units + at] = memory;
        next[i] += memory * (drive[units + rank + memories + m] + weights.bias_read.values[m]);
      }
    }
    return next;
  },
  mlstm(h, drive, weights, units) {
    const size = headSize(weights, units);
    const next = new Float64Array(h.length);
    const [query, output] = [2 * units, 3 * units];
    for (let i = 0; i < units; i += 1) {
      const head = Math.floor(i / size);
      const opened = Math.exp(drive[4 * units + head]);
      const kept = sigmoid(drive[4 * units + units / size + head]);
      const normaliser = units * (size + 1);
      let [above, below] = [0, 0];
      for (let j = 0; j < size; j += 1) {
        const [at, other] = [units + i * size + j, head * size + j];
        const key = (opened * drive[units + other]) / Math.sqrt(size);
        next[at] = kept * h[at] + drive[i] * key;
        next[normaliser + other] = kept * h[normaliser + other] + key;
        above += next[at] * drive[query + other];
        below += next[normaliser + other] * drive[query + other];
      }
      next[i] = (sigmoid(drive[output + i]) * above) / Math.max(Math.abs(below), 1);
    }
    return next;
  },
};

// A x + b; a layer norm's shift comes after it, and an LRU has none.
function driveOf(layer, input) {
  const drive = product(layer.weight_ih, input);
  return layer.bias && !layer.scale_ih ? drive.map((value, i) => value + layer.bias.values[i]) : drive;
}

// The layers of a network, the one that reads the words first.
function layersOf(weights) {
  if (weights.weight_ih) return [weights];
  const layers = [];
  for (let at = 0; weights[`weight_ih.${at}`]; at += 1) {
    const own = Object.keys(weights).filter((name) => name.endsWith(`.${at}`));
    layers.push(Object.fromEntries(own.map((name) => [name.slice(0, -1 - `${at}`.length), weights[name]])));
  }
  return layers;
}

// The states h_0 = 0, h_1 .. h_T of a network that reads words, given by their ids; that of the last layer comes first.
function statesOf(cell, weights, tokens) {
  const layers = layersOf(weights);
  const kind = cell.replace(/-[0-9]+-layers$/, "");
  const units = weights["readout.weight"].shape[1];
  const size = units * (PARTS[kind]?.(layers[0], units) ?? 1);
  const width = weights.embedding.shape[1];
  const states = [new Float64Array(size * layers.length)];
  for (const token of tokens) {
    const before = states.at(-1);
    const after = new Float64Array(before.length);
    let input = weights.embedding.values.subarray(token * width, (token + 1) * width);
    layers.forEach((layer, i) => {
      const start = (layers.length - 1 - i) * size;
      const next = CELLS[kind](before.subarray(start, start + size), driveOf(layer, input), layer, units);
      after.set(next, start);
      input = next.subarray(0, units);
    });
    states.push(after);
  }
  return states;
}

function runTokens(network, tokens) {
  const weights = network.cellWeights;
  const states = statesOf(network.cell, weights, tokens);
  const units = weights["readout.weight"].shape[1];
  const fromOrigin = (state) => state.map((value, i) => value - weights.origin.values[i]);
  const withBias = (logits) => logits.map((value, i) => value + weights["readout.bias"].values[i]);
  return {
    states,
    positions: states.map((state) => product(weights.axes, fromOrigin(state))),
    outputs: states.map((state) => withBias(product(weights["readout.weight"], state.subarray(0, units)))),
  };
}
