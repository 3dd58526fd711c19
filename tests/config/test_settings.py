"""The configuration: defaults, and one sentence that names the key for every mistake."""

import copy

import pytest
import yaml
from conftest import PROJECT

from rnn_geometry.config import settings
from rnn_geometry.config.load import read_schema
from rnn_geometry.config.plain import plain
from rnn_geometry.config.schema import check_schema, with_defaults
from rnn_geometry.errors import UserError

SCHEMA = read_schema("config")
DEFAULT = yaml.safe_load((PROJECT / "config/config.yaml").read_text())


def changed(path: str, value):
    config = copy.deepcopy(DEFAULT)
    *parents, last = path.split(".")
    place = config
    for key in parents:
        place = place[int(key) if isinstance(place, list) else key]
    place[int(last) if isinstance(place, list) else last] = value
    return config


def test_the_default_configuration_is_complete():
    resolved = settings.resolve(DEFAULT, SCHEMA)
    assert resolved["models"]["vanilla"]["clip"] == 1.0
    assert resolved["models"]["gru"]["clip"] == 10.0
    assert resolved["tasks"][0]["length"] == 25
    assert resolved["analysis"]["exact_starts"] == 200


def test_defaults_of_the_schema_are_accepted_by_the_schema():
    resolved = with_defaults(DEFAULT, SCHEMA, SCHEMA)
    check_schema(resolved, SCHEMA)
    assert with_defaults(resolved, SCHEMA, SCHEMA) == resolved


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("sedes", [1], r"config key sedes: unknown key; did you mean 'seeds'\?"),
        (
            "models.gru.learning_rat",
            1,
            r"config key models.gru.learning_rat: unknown key; did you mean 'learning_rate'\?",
        ),
        (
            "models.gru.learning_rate",
            "1e-3",
            r"models.gru.learning_rate: .* accepted is a number .*with a point",
        ),
        (
            "models.gru.learning_rate",
            0,
            r"models.gru.learning_rate: 0 is not accepted, it must be more than 0",
        ),
        ("models.gru.l2", 0.001, r"models.gru.l2: 0.001 is not accepted; accepted is a text"),
        (
            "models.gru.l2",
            "much",
            r"models.gru.l2: \"much\" is not accepted; it must be a quoted decimal number",
        ),
        (
            "models.gru.cell",
            "grru",
            r"models.gru.cell: unknown cell 'grru'; accepted are vanilla, gru, ",
        ),
        (
            "models.gru.cell",
            "no_such_module:Cell",
            r"models.gru.cell: the module 'no_such_module' .* cannot be found",
        ),
        ("models.gru.epochs", 3, r"models.gru: give either steps or epochs"),
        ("models.gru.min_steps", 900, r"models.gru.min_steps: it goes with epochs.*`steps: 900`"),
        ("models.gru.min_steps", 0, r"models.gru.min_steps: 0 is less than 1"),
        ("cells.0", "gruu", r"config key cells: unknown cell 'gruu'; did you mean 'gru'\?"),
        ("cells", [], r"config key cells: \[\] is too short"),
        ("cells", "gru", r"config key cells: \"gru\" is not accepted; accepted is a list"),
        ("seeds", [1, 1], r"config key seeds: \[1, 1\] names an entry twice"),
        ("seeds.0", -1, r"config key seeds\[0\]: -1 is less than 0"),
        (
            "tasks.0.family",
            "sentiment",
            r"tasks\[0\].family: \"sentiment\" is not accepted; accepted are categorical",
        ),
        (
            "tasks.0.name",
            "../up",
            r"tasks\[0\].name: \"../up\" is not accepted; a name is made of letters",
        ),
        ("tasks.1.name", "categorical-3", r"tasks\[\].name: 'categorical-3' is used twice"),
        (
            "analysis.hold_input",
            "nothing",
            r"analysis.hold_input: \"nothing\" is not accepted; accepted are zero, mean",
        ),
        (
            "tasks.0.name",
            "name\n",
            r"tasks\[0\].name: \"name\\n\" is not accepted; a name is made of letters",
        ),
        ("tasks.0.name", "x" * 81, r"tasks\[0\].name: .* is too long; at most 80 characters"),
        (
            "tasks.0.train_size",
            "many",
            r"tasks\[0\].train_size: \"many\" is not accepted; accepted is a whole number",
        ),
        ("tasks.0.dev_size", 0, r"tasks\[0\].dev_size: 0 is less than 1"),
        ("seeds.0", 1.0, r"config key seeds\[0\]: 1.0 is not accepted; accepted is a whole number"),
        (
            "seeds.0",
            True,
            r"config key seeds\[0\]: true is not accepted; accepted is a whole number",
        ),
        ("models.gru.l2", "3e-4\n", r"models.gru.l2: .* is not accepted"),
        ("models.gru.l2", "1e999", r"models.gru.l2: .* is not accepted"),
        (
            "models.gru.learning_rate",
            float("nan"),
            r"models.gru.learning_rate: nan is not accepted",
        ),
        (
            "models.gru.cell",
            ".relative:Cell",
            r"models.gru.cell: the module '.relative' .* cannot be found",
        ),
        (
            "models.gru.cell",
            "json:not a name",
            r"models.gru.cell: the module 'json' .* cannot be found",
        ),
        (
            "models.gru.cell_options",
            {"bias": 1},
            r"gru.cell_options.bias: unknown key; .*hold_bias",
        ),
        (
            "models.gru.cell_options",
            {"hold_bias": "big"},
            r"gru.cell_options.hold_bias: \"big\" is not accepted; accepted is a number",
        ),
        (
            "models.gru",
            {"cell": "leaky", "steps": 5, "cell_options": {"leak": -3}},
            r"gru.cell_options.leak: -3 is not accepted; accepted is a number from 0.001 to 1\.",
        ),
        (
            "models.gru",
            {"cell": "mamba", "steps": 5, "cell_options": {"memories": 2.5}},
            r"cell_options.memories: 2.5 is not .*; accepted is a whole number from 1 to 64\.",
        ),
        (
            "models.gru",
            {"cell": "mlstm-2-layers", "steps": 5, "hidden_size": 6},
            r"head_size: 4 does not divide hidden_size 6; accepted are 1, 2, 3 and 6\.",
        ),
        (
            "models.gru",
            {"cell": "rg_lru", "steps": 5, "cell_options": {"smallest_radius": 0.9995}},
            r"smallest_radius: 0.9995 is not below largest_radius, which is 0.999; ",
        ),
        (
            "analysis.hold_input",
            "vector:1,,2",
            r"analysis.hold_input: \"vector:1,,2\" is not accepted",
        ),
        ("data_folder", "a{b}", r"config key data_folder: .* a path must not hold any of"),
        (
            "device",
            "tpu",
            r"config key device: \"tpu\" is not accepted; accepted are auto, cpu or cuda",
        ),
    ],
)
def test_a_mistake_is_one_sentence_that_names_the_key(path, value, sentence):
    with pytest.raises(UserError, match=sentence) as error:
        settings.resolve(changed(path, value), SCHEMA)
    assert "\n" not in str(error.value)


def test_a_missing_key_is_named():
    config = {key: value for key, value in DEFAULT.items() if key != "seeds"}
    with pytest.raises(UserError, match="config key seeds: missing"):
        settings.resolve(config, SCHEMA)


def test_plain_sorts_keys_at_every_level():
    nested = plain({"b": [{"d": 1, "c": 2}], "a": (1, 2)})
    assert list(nested) == ["a", "b"]
    assert list(nested["b"][0]) == ["c", "d"]
    assert nested["a"] == [1, 2]
