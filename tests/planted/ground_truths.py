"""Step functions whose fixed points, eigenvalues and manifolds are known in closed form."""

import numpy as np
import torch

NOTHING = np.zeros(1)  # the input of steps that read none
ROOT, SLOPE = 0.85855964, 0.394313  # of h' = tanh(1.5 h); the other root is 0, of slope 1.5
SHIFTED_ROOT, SHIFTED_GHOST = 0.943, -0.672  # of h' = tanh(1.5 h + .35)
EIGENVALUES = np.array([1.0, 0.99, 0.95, 0.5, -0.3, 0.2])
TAU = np.array([1e5, 99.499162, 19.495726, 1.442695, 0.830584, 0.621335])


def draw(shape, seed=0):
    return torch.from_numpy(np.random.default_rng(seed).uniform(-1, 1, shape))


def tensor(values):
    return torch.as_tensor(np.asarray(values, dtype=np.float64))


def linear_matrix(kind):
    """Return a matrix with EIGENVALUES: Q Lambda Q^T (normal) or P Lambda P^-1 (non-normal)."""
    size = len(EIGENVALUES)
    basis = np.random.default_rng(3).normal(size=(size, size))
    if kind == "normal":
        basis = np.linalg.qr(basis)[0]
    return basis @ np.diag(EIGENVALUES) @ np.linalg.inv(basis)


def linear_step(matrix, inputs=None):
    """h' = U h + B x."""
    matrix = tensor(matrix)
    inputs = torch.zeros(len(matrix), 1, dtype=torch.float64) if inputs is None else tensor(inputs)
    return lambda h, x: h @ matrix.T + x @ inputs.T


def tanh_step(weight=1.5, bias=0.0):
    """h' = tanh(weight h + bias), unit by unit."""
    return lambda h, x: torch.tanh(weight * h + bias)


def mixed_step(h, x):
    """A step of no known cell that couples all units and reads its input: S = 3, E = 2."""
    weights = tensor([[0.4, -0.9, 0.2], [0.8, 0.3, -0.5], [-0.1, 0.6, 0.7]])
    inputs = tensor([[1.0, -0.5], [0.3, 0.8], [-0.7, 0.1]])
    return torch.tanh(
        h @ weights.T + torch.sin(h).prod(1, keepdim=True) + x @ inputs.T
    ) * torch.exp(-0.1 * h**2)


def rolled_step(size):
    """h' = tanh(h S) S[i] = -roll(linspace(-1, 1, n), -i): 3, 3, 9 roots for n = 2, 3, 4."""
    line = np.linspace(-1, 1, size)
    matrix = tensor([-np.roll(line, -i) for i in range(size)])
    return lambda h, x: torch.tanh(h @ matrix)


def ring_step(h, x):
    """Fix the unit circle in the first two of three coordinates, with eigenvalues 1, .6, .6."""
    radius = torch.linalg.vector_norm(h[:, :2], dim=1, keepdim=True)
    return torch.cat([h[:, :2] * (1 + 0.6 * (radius - 1)) / radius, 0.6 * h[:, 2:]], 1)


def hold_units(cell, held):
    """Cut a gated cell's recurrence; `held` units are kept for ever, others decay (tau .7615)."""
    size, gate = cell.hidden_size, cell.hold_gate
    with torch.no_grad():
        for weight in cell.parameters():
            weight.zero_()
        hold = cell.bias[gate * size : (gate + 1) * size]
        hold.fill_(-1.0)
        hold[:held] = 40.0  # its sigmoid is 1 exactly in float64
    return cell
