"""The columns of transformers_language.csv: language models that need no step to be measured."""

from __future__ import annotations

from rnn_geometry.geometry.language_tables import (
    CAUSES,
    EXPECTED,
    FACTS,
    HELD,
    NULLS,
    QUALITY,
    REST,
)
from rnn_geometry.geometry.network import CONTROL, IDENTITY, LOSS_FALLING, TRAIN_SECONDS
from rnn_geometry.geometry.transformers import PLACES, WHERE
from rnn_geometry.store.columns import Column, columns

BELIEFS = columns(
    *(
        Column(
            f"belief_r2_{place}",
            f"`belief_r2` by a linear map of that place's own, {WHERE[place]}",
        )
        for place in PLACES
    )
)
FOLLOWED = columns(
    Column(
        "followed_all_places",
        "half-way through a text what stands at all places so far becomes that of another text, in"
        " every layer, and three words are read that change no hidden state: share of the expected"
        " change of predictions that comes about",
    ),
    Column("followed_one_place", "the same of the last of these places; with a step its state"),
    Column("followed_other_places", "the same of all places before that one; 0 with a step"),
    Column("followed_pairs", "pairs of texts in which these words may come", kind="count"),
)
HELD_WITHOUT_STEP = columns(
    *(
        HELD[name]
        for name in ("participation_ratio", "components_95", "belief_r2", "dimension_held")
    ),
    {name: NULLS[name] for name in ("belief_r2_random", "dimension_held_random")},
)
LM_WITHOUT_STEP = columns(
    *(IDENTITY, CONTROL, FACTS, EXPECTED, QUALITY, LOSS_FALLING, HELD_WITHOUT_STEP),
    *(BELIEFS, FOLLOWED, TRAIN_SECONDS),
)
# Of language.csv: numbers of a step, and of texts that a network says by itself.
LM_OF_A_STEP = columns(
    {name: HELD[name] for name in ("dimension_said", "dimension_said_off")},
    {name: REST[name] for name in ("slow_participation_ratio", "slow_modes", "stable", "ends")},
    {name: CAUSES[name] for name in ("patch_followed", "patch_whole")},
)
TRANSFORMERS_LANGUAGE = columns(LM_WITHOUT_STEP, LM_OF_A_STEP)
