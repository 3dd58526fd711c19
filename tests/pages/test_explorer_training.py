"""The manifold during training, as it is on an explorer's page."""

import base64

import numpy as np
import pytest
from explorer_run import fake_explored, fake_meta, fake_snapshots, fake_vocabulary, followed

from rnn_geometry.pages import _explorer_training as training
from rnn_geometry.pages import explorer


def decoded(text, *shape, kind="<i2"):
    return np.frombuffer(base64.b64decode(text), dtype=kind).reshape(*shape)


@pytest.fixture(scope="module")
def network():
    return fake_explored(fake_meta(5), "gru")


def test_a_network_that_was_not_followed_has_none(network):
    assert training.training_entry(None, 3, 0, False) is None
    options = {"embed_parameters": 0}
    data = explorer.payload(fake_meta(5), fake_vocabulary(), [network], options)
    assert data["networks"][0]["training"] is None


def test_places_are_kept_to_a_ten_thousandth_of_the_largest(network):
    found = fake_snapshots(network)
    entry = training.training_entry(found, 4, 4, False)
    assert entry is not None
    places = decoded(entry["points"], 4, -1, 4) * entry["unit"]
    largest = np.abs(found.points[:, :, :4]).max()
    np.testing.assert_allclose(places, found.points[:, :, :4], atol=1e-4 * largest)
    np.testing.assert_array_equal(
        decoded(entry["decision"], 4, -1), found.logits.argmax(axis=2).astype(np.int16)
    )
    readouts = decoded(entry["readouts"], 4, 5, 4, kind="<f4")
    np.testing.assert_allclose(readouts.mean(axis=1), 0, atol=1e-6)


def test_the_last_step_lies_where_the_trained_network_is(network):
    data = explorer.payload(
        fake_meta(5), fake_vocabulary(), [followed(network)], {"embed_parameters": 0}
    )
    (entry,) = data["networks"]
    of = entry["training"]
    last = (decoded(of["points"], 4, -1, 4) * of["unit"])[-1]
    shown = decoded(entry["points"], -1, 4, kind="<f4")
    np.testing.assert_allclose(last, shown, atol=1e-3)
    np.testing.assert_allclose(
        decoded(of["readouts"], 4, 5, 4, kind="<f4")[-1],
        decoded(entry["readouts"], 5, 4, kind="<f4"),
        atol=1e-5,
    )


def test_what_has_no_dimension_says_so(network):
    entry = training.training_entry(fake_snapshots(network), 3, 4, False)
    assert entry is not None
    assert entry["dimension"][:2] == [0.0, None]
    assert entry["steps"] == [0, 5, 20, 80]
    assert entry["kept"] == 80


def test_labels_are_decided_one_by_one():
    meta = fake_meta(3, multi_label=True)
    network = fake_explored(meta, "gru")
    labels = np.eye(3, dtype=np.int8)[np.arange(30) % 3]
    entry = training.training_entry(fake_snapshots(network, labels=labels), 3, 4, True)
    assert entry is not None
    assert entry["labels"][:3] == [1, 2, 4]
    assert set(np.unique(decoded(entry["decision"], -1))) <= set(range(8))


def test_many_steps_of_many_networks_share_the_room(network):
    few, many = (
        training.training_entry(fake_snapshots(network), 4, steps, False) for steps in (4, 4000)
    )
    assert few is not None
    assert many is not None
    assert len(decoded(few["decision"], 4, -1)[0]) == 80
    assert len(decoded(many["decision"], 4, -1)[0]) == training.FEWEST
