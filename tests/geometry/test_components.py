"""Components of states and terms of alignments, on planted ones."""

import numpy as np
import pytest

from rnn_geometry.geometry import alignment, components

N, T, S, V, H = 2000, 6, 5, 4, 7


def planted(seed, places, noise, n=N):
    """Return states of known mu, chi and delta; words are uniform, so that chi has mean zero."""
    rng = np.random.default_rng(0)
    mu, chi = rng.normal(size=(places, H)), rng.normal(size=(V, H))
    chi -= chi.mean(0)
    rng = np.random.default_rng(seed)
    words = rng.integers(V, size=(n, places))
    lengths = rng.integers(places - 2, places + 1, size=n)
    delta = noise * rng.normal(size=(n, places, H))
    states = mu + chi[words] + delta
    states[np.arange(places) >= lengths[:, None]] = np.nan
    return states, words, lengths, mu, chi, delta


def test_planted_parts_are_found_on_other_phrases():
    means = components.estimate(*planted(1, T, 0.3)[:3], vocabulary=V)
    states, words, lengths, mu, chi, delta = planted(2, T, 0.3)
    assert np.abs(means.by_place - mu).max() < 0.15
    assert np.abs(means.by_word - chi).max() < 0.05
    known = means.known(words, lengths)
    assert (known == (np.arange(T) < lengths[:, None])).all()
    parts = means.split(states, words, lengths)
    assert np.allclose(parts.sum(0)[known], states[known])
    assert (parts[:, ~known] == 0).all()
    assert np.abs(parts[2] - delta)[known].max() < 0.2
    total = states[known].var(0).sum()
    assert components.explained(parts, known) == pytest.approx(1 - 0.09 * H / total, abs=0.01)
    of_word = (chi**2).sum() / V
    expected = of_word / (of_word + 0.09 * H)
    assert components.explained_by_word(parts, known) == pytest.approx(expected, abs=0.02)


def test_words_and_places_that_were_not_met_are_left_out():
    words, lengths = np.array([[0, 1], [1, 0]]), np.array([2, 2])
    means = components.estimate(np.ones((2, 2, 1)), words, lengths, vocabulary=3)
    later = np.array([[0, 2, 0]])
    assert means.known(later, np.array([3])).tolist() == [[True, False, False]]
    assert (means.split(np.ones((1, 3, 1)), later, np.array([3])).sum(0).ravel() == [1, 0, 0]).all()
    with pytest.raises(ValueError, match="no phrase has a word"):
        components.estimate(np.ones((2, 2, 1)), words, np.array([0, 0]), vocabulary=3)
    with pytest.raises(ValueError, match="do not fit"):
        components.estimate(np.ones((2, 3, 1)), words, lengths, vocabulary=3)


def split_sides(noise):
    found = []
    for places, seed in ((S, 3), (T, 5)):
        means = components.estimate(*planted(seed, places, noise)[:3], vocabulary=V)
        states, words, lengths, *_ = planted(seed + 1, places, noise, n=300)
        known = means.known(words, lengths)
        found.append((means.split(states, words, lengths), known, np.nan_to_num(states)))
    return found


@pytest.mark.parametrize("learned", [False, True])
def test_nine_terms_sum_to_the_alignment_and_shares_to_one(learned):
    (decoder, said, h_d), (encoder, read, h_e) = split_sides(0.5)
    matrix = np.random.default_rng(9).normal(size=(H, H)) if learned else np.eye(H)
    terms = alignment.terms(decoder, encoder, matrix if learned else None)
    expected = np.einsum("nsh,hk,ntk->nst", h_d, matrix, h_e)
    both = said[:, :, None] & read[:, None, :]
    assert np.allclose(terms.sum((0, 1))[both], expected[both])
    shares = alignment.signed_shares(terms, said, read)
    assert shares.sum() == pytest.approx(1)
    by_hand = np.zeros((3, 3))
    for n, s in np.argwhere(said):
        row = terms[:, :, n, s, read[n]]
        moved = row - row.mean(-1, keepdims=True)
        by_hand += (moved * moved.sum((0, 1))).sum(-1)
    assert np.allclose(shares, by_hand / by_hand.sum())
    sizes = np.zeros((3, 3))
    for n, s in np.argwhere(said):
        place = np.where(read[n], terms[:, :, n, s].sum((0, 1)), -np.inf).argmax()
        sizes += np.abs(terms[:, :, n, s, place])
    assert np.allclose(alignment.absolute_shares(terms, said, read), sizes / sizes.sum())


def test_shares_between_places_attended_are_those_of_the_attended_places():
    """Far away mu.mu decides, between the two places attended chi.chi does."""
    terms = np.zeros((3, 3, 1, 1, 4))
    terms[0, 0, 0, 0] = [0.0, 0.0, -50.0, -90.0]
    terms[1, 1, 0, 0] = [1.0, 0.0, 0.0, 0.0]
    total = np.exp(terms.sum((0, 1)))
    attention = total / total.sum(-1, keepdims=True)
    said, read = np.ones((1, 1), bool), np.ones((1, 4), bool)
    alike = alignment.signed_shares(terms, said, read)
    attended = alignment.signed_shares(terms, said, read, attention)
    assert alike[0, 0] > 0.98
    assert attended[1, 1] == pytest.approx(1, abs=1e-6)
    assert alignment.signed_shares(terms, said, read, np.ones((1, 1, 4))) == pytest.approx(alike)
    past = np.array([[True, True, True, False]])
    unseen = np.where(past[:, None], attention, np.nan)
    assert alignment.signed_shares(terms, said, past, unseen)[1, 1] == pytest.approx(1, abs=1e-6)


def test_attention_follows_the_terms_that_lead_it():
    said, read = np.ones((1, 3), bool), np.ones((1, 6), bool)
    terms = np.zeros((3, 3, 1, 3, 6))
    terms[0, 0, 0] = 3 * np.eye(6)[:3]
    nothing = np.zeros((3, 3), bool)
    time, words = nothing.copy(), nothing.copy()
    time[:, 0], words[1, 1:] = True, True
    led = alignment.share_led
    assert led(terms, said, read, 2, time) == led(terms, said, read, -1, time) == 1
    assert led(terms, said, read, 2, nothing) == led(terms, said, read, 2, words) == 0
    # A match of words twice as strong stays where it was until it is moved as well.
    terms[1, 1, 0] = 6 * np.eye(6)[:3]
    assert led(terms, said, read, 2, time) == 0
    assert led(terms, said, read, 2, time | words) == 1
    assert np.isnan(led(terms, said, read, 6, time))
    short = np.arange(6) < np.array([[4]])
    assert led(terms, said, short, 1, time | words) == 1


def test_what_is_added_to_a_row_changes_signed_shares_not_at_all():
    (decoder, said, _), (encoder, read, _) = split_sides(0.5)
    terms = alignment.terms(decoder, encoder)
    raised = terms.copy()
    raised[1, 0] += np.arange(S)[:, None] * 10
    one, other = (alignment.signed_shares(found, said, read) for found in (terms, raised))
    assert np.allclose(one, other)
    one, other = (alignment.absolute_shares(found, said, read) for found in (terms, raised))
    assert not np.allclose(one, other)


def test_states_without_a_rest_have_shares_without_it():
    (decoder, said, _), (encoder, read, _) = split_sides(0.0)
    terms = alignment.terms(decoder, encoder)
    shares = alignment.signed_shares(terms, said, read)
    # What is left is the error of the means, which falls as 1 / n.
    assert np.abs(shares[2]).max() < 5e-3
    assert np.abs(shares[:, 2]).max() < 5e-3
    assert shares[:2, :2].sum() == pytest.approx(1, abs=5e-3)


def test_likeness_to_the_average_falls_with_the_mixture():
    diagonal = np.tile(np.eye(4), (50, 1, 1))
    mixed = diagonal.copy()
    for i in range(0, 50, 2):
        mixed[i] = np.roll(np.eye(4), i // 2, axis=1)
    short = diagonal.copy()
    short[:, 3] = short[:, :, 3] = np.nan
    assert alignment.likeness_to_average(diagonal) == pytest.approx(1)
    assert alignment.likeness_to_average(short) == pytest.approx(1)
    assert alignment.likeness_to_average(mixed) < 0.9


def test_agreement_of_ranks_needs_networks_that_differ():
    agreement = alignment.rank_agreement
    assert agreement([1, 2, 3, 4], [1, 4, 9, 16]) == pytest.approx(1)
    assert agreement([1, 2, 3, 4], [4, 3, 2, 1]) == pytest.approx(-1)
    assert agreement([1, 2, 4, 3], [1, 2, 3, 4]) == pytest.approx(0.8)
    assert agreement([1, None, 2], [1, 2, 3]) is None
    assert agreement([1, 1, 1, 1], [1, 2, 3, 4]) is None


def test_a_path_that_is_mu_explains_it():
    mu = np.random.default_rng(0).normal(size=(T, H))
    assert components.explained_by_path(mu, mu) == 1
    assert components.explained_by_path(mu, np.tile(mu.mean(0), (T, 1))) == pytest.approx(0)
