import pytest
import torch

from rnn_geometry.networks._buffers import BUFFERS, Buffers
from rnn_geometry.networks.make import make_cell
from rnn_geometry.networks.unrolled import has_unrolled, last_outputs

KINDS = ("vanilla", "ugrnn", "gru", "gru_reset_before")
WORDS, E, H = 7, 5, 6
SIZES = [(5, 6), (5, 64), (13, 50), (16, 48), (128, 100)]
NAMES = ("weight_ih", "weight_hh", "bias")


def cells_of(kind, count, dtype=torch.float64, sizes=(E, H)):
    cells = []
    for seed in range(count):
        cell = make_cell(kind, *sizes)
        cell.reset_parameters(torch.Generator().manual_seed(seed))
        with torch.no_grad():
            cell.bias.normal_(generator=torch.Generator().manual_seed(seed))
        cells.append(cell.to(dtype))
    return cells


def stacked(cells):
    return {
        name: torch.stack([getattr(cell, name).detach() for cell in cells]).requires_grad_()
        for name in NAMES
    }


def texts(count, batch=4, steps=6, low=1):
    draw = torch.Generator().manual_seed(count)
    tokens = torch.randint(WORDS, (count, batch, steps), generator=draw)
    return tokens, torch.randint(low, steps + 1, (count, batch), generator=draw)


def vectors(count, dtype=torch.float64, entries=E):
    draw = torch.Generator().manual_seed(99)
    return torch.randn(count, WORDS, entries, generator=draw, dtype=dtype)


def by_autograd(cell, words, tokens, lengths):
    """The last output of each text, by the cell's own step, one word after the other."""
    found = type(cell).__mro__[-3].unroll(cell, words[tokens])
    return cell.output(found)[torch.arange(len(tokens)), lengths - 1]


def gradients(cells, words, tokens, lengths):
    """What last_outputs returns, and its gradients of a fixed sum."""
    weights, words = stacked(cells), words.clone().requires_grad_()
    found = last_outputs(cells[0], weights, words, tokens, lengths)
    (
        found * torch.linspace(-1, 1, found[0].numel()).to(found).view(found[0].shape)
    ).sum().backward()
    return {"outputs": found, "words": words.grad} | {n: weights[n].grad for n in NAMES}


@pytest.mark.parametrize("shared", [False, True], ids=["own words", "shared words"])
@pytest.mark.parametrize("kind", KINDS)
def test_equal_to_the_step_and_its_autograd(kind, shared):
    cells, (tokens, lengths) = cells_of(kind, 3), texts(3)
    words = vectors(1 if shared else 3)
    found = gradients(cells, words, tokens, lengths)
    active = words.clone().requires_grad_()
    for k, cell in enumerate(cells):
        outputs = by_autograd(cell, active[0 if shared else k], tokens[k], lengths[k])
        assert torch.allclose(outputs, found["outputs"][k], rtol=0, atol=1e-13)
        (
            outputs * torch.linspace(-1, 1, outputs.numel()).to(outputs).view(outputs.shape)
        ).sum().backward()
        for name in NAMES:
            assert torch.allclose(getattr(cell, name).grad, found[name][k], rtol=0, atol=1e-12)
    assert torch.allclose(active.grad, found["words"], rtol=0, atol=1e-12)
    assert float(found["words"].abs().max()) > 1e-3


@pytest.mark.parametrize("batch", [64, 37, 1])
@pytest.mark.parametrize("companions", [2, 3, 8])
@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("kind", KINDS)
def test_a_network_is_the_same_to_the_bit_whoever_shares_its_batch(kind, sizes, companions, batch):
    cells = cells_of(kind, companions, torch.float32, sizes)
    tokens, lengths = texts(companions, batch, 11)
    words = vectors(companions, torch.float32, sizes[0])
    together = gradients(cells, words, tokens, lengths)
    for k in (0, companions - 1):
        part = slice(k, k + 1)
        alone = gradients(cells[part], words[part], tokens[part], lengths[part])
        for name, value in alone.items():
            assert torch.equal(value, together[name][part]), name


@pytest.mark.parametrize("kind", KINDS)
def test_what_follows_a_text_does_not_matter(kind):
    cells, (tokens, lengths) = cells_of(kind, 2), texts(2)
    after = torch.arange(tokens.shape[2]) >= lengths[..., None]
    other = torch.where(after, (tokens + 1) % WORDS, tokens)
    assert not torch.equal(tokens, other)
    found = [gradients(cells, vectors(2), t, lengths) for t in (tokens, other)]
    for name in found[0]:
        assert torch.equal(found[0][name], found[1][name]), name


def test_longer_and_shorter_batches_in_turn_leave_nothing_behind():
    cells, words = cells_of("gru", 2), vectors(2)
    first = gradients(cells, words, *texts(2, steps=6))
    for steps in (2, 9, 3, 6):
        gradients(cells, words, *texts(2, steps=steps))
    again = gradients(cells, words, *texts(2, steps=6))
    assert all(torch.equal(first[name], again[name]) for name in first)


def test_two_passes_before_the_first_gradient_do_not_share_memory():
    cells, words = cells_of("ugrnn", 2), vectors(2)
    expected = gradients(cells, words, *texts(2))["weight_hh"]
    weights = stacked(cells)
    first = last_outputs(cells[0], weights, words, *texts(2))
    last_outputs(cells[0], weights, words.flip(0), *texts(2))
    scale = torch.linspace(-1, 1, first[0].numel()).to(first).view(first[0].shape)
    (first * scale).sum().backward()
    assert torch.equal(weights["weight_hh"].grad, expected)


def test_without_gradients_the_same_outputs_and_all_memory_given_back():
    cells, words = cells_of("vanilla", 2), vectors(2)
    expected = gradients(cells, words, *texts(2))["outputs"]
    lying = sum(map(len, BUFFERS._free))
    with torch.no_grad():
        found = last_outputs(cells[0], stacked(cells), words, *texts(2))
    assert torch.equal(found, expected)
    assert sum(map(len, BUFFERS._free)) == lying


def test_reading_in_inference_mode_does_not_stand_in_the_way_of_training():
    cells, words = cells_of("gru", 2), vectors(2)
    BUFFERS.clear()
    with torch.inference_mode():
        read = last_outputs(cells[0], stacked(cells), words, *texts(2))
    expected = gradients(cells, words, *texts(2))["outputs"]
    assert torch.equal(read, expected)


def test_a_second_gradient_is_refused():
    cells = cells_of("gru", 1)
    found = last_outputs(cells[0], stacked(cells), vectors(1), *texts(1)).sum()
    found.backward(retain_graph=True)
    with pytest.raises(RuntimeError, match="can be taken once"):
        found.backward()


def test_only_the_cells_themselves_are_unrolled():
    assert [has_unrolled(make_cell(kind, E, H)) for kind in KINDS] == [True] * 4
    assert not has_unrolled(make_cell("lstm", E, H))
    own = type("Own", (type(make_cell("gru", E, H)),), {})
    assert not has_unrolled(own(E, H))


def test_buffers_serve_what_fits_and_keep_no_more_than_was_in_use():
    buffers, like = Buffers(), torch.zeros(1)
    large = buffers.take(like, 4, 5)
    where = large.data_ptr()
    buffers.give(large)
    small = buffers.take(like, 2, 3)
    assert small.shape == (2, 3)
    assert small.data_ptr() == where
    buffers.give(small)
    assert buffers.take(like.double(), 2).dtype == torch.float64
    assert len(buffers._free) == 0  # the one of another dtype made room
