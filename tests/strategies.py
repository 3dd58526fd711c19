"""Configurations for tests, made from the schema.

Valid ones, some with one mistake, some with rubbish in them.
"""

import copy
import datetime
import re
from typing import Any, NamedTuple

from hypothesis import strategies as st

from rnn_geometry.config import imports
from rnn_geometry.config.kinds import ARCHITECTURE, OF_TRANSLATORS
from rnn_geometry.config.load import read_schema
from rnn_geometry.networks.pooling import POOLING
from rnn_geometry.tasks import synthetic as synthetic_tasks
from rnn_geometry.tasks.text import options as text_options

SCHEMA = read_schema("config")
# Every keyword of the schema has to be known here: an unknown one would be ignored in silence.
ABOUT = {"$schema", "$defs", "default", "$ref", "type", "enum", "const", "if", "then", "required"}
LIMITS = {
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "pattern",
}
PARTS = {
    "minItems",
    "maxItems",
    "uniqueItems",
    "items",
    "properties",
    "additionalProperties",
    "propertyNames",
}
KEYWORDS = ABOUT | LIMITS | PARTS
TYPES = {
    "null": lambda value: value is None,
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: type(value) is int,
    "number": lambda value: type(value) in (int, float),
    "string": lambda value: isinstance(value, str),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}
LARGEST = 2**63 - 1
MANY = 40  # keeps what is asked for small: a dry run takes a millisecond a job


def followed(schema):
    """Return a schema with its reference resolved."""
    name = schema.get("$ref", "").rsplit("/", 1)[-1]
    return {**SCHEMA["$defs"][name], **schema} if name else schema


def types_of(schema):
    """Return the types that a schema accepts; all where it names none."""
    named = schema.get("type", list(TYPES))
    return [named] if isinstance(named, str) else named


def subschemas(schema):
    """Yield a schema and every schema in it."""
    yield schema
    inner = [*schema.get("properties", {}).values(), *schema.get("$defs", {}).values()]
    inner += [
        schema[key]
        for key in ("items", "propertyNames", "additionalProperties", "if", "then")
        if key in schema
    ]
    for part in inner:
        if isinstance(part, dict):
            yield from subschemas(part)


def from_schema(schema, **overrides):
    """Return a strategy for what a schema accepts.

    Overrides: other strategies for some of its properties.
    """
    schema = followed(schema)
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    kinds = {
        "null": st.none,
        "boolean": st.booleans,
        "integer": lambda: _integers(schema),
        "number": lambda: _numbers(schema),
        "string": lambda: _texts(schema),
        "array": lambda: _lists(schema),
        "object": lambda: _objects(schema, overrides),
    }
    return st.one_of([kinds[kind]() for kind in types_of(schema)])


def _integers(schema):
    low = schema.get("minimum", 0)
    return st.integers(low, schema.get("maximum", low + MANY))


def _numbers(schema):
    low = schema.get("minimum", schema.get("exclusiveMinimum", 0))
    high = schema.get("maximum", schema.get("exclusiveMaximum", low + 100.0))
    open_ends = {
        "exclude_min": "exclusiveMinimum" in schema,
        "exclude_max": "exclusiveMaximum" in schema,
    }
    return st.floats(low, high, allow_nan=False, **open_ends)


def _texts(schema):
    if "pattern" in schema:
        # Of ASCII, as all our patterns mean it; `.` is any letter there is.
        found = st.from_regex(re.compile(schema["pattern"], re.ASCII), fullmatch=True)
        return found.filter(
            lambda text: text.isprintable() and len(text) <= min(schema.get("maxLength", 60), 60)
        )
    letters = st.characters(codec="utf-8", exclude_categories=("C", "Z"))
    return st.text(letters, min_size=schema.get("minLength", 0), max_size=9)


def _lists(schema):
    size = {
        "min_size": schema.get("minItems", 0),
        "max_size": schema.get("maxItems", schema.get("minItems", 0) + 2),
    }
    items = from_schema(schema.get("items", {"type": "integer"}))
    return st.lists(items, **size, unique=bool(schema.get("uniqueItems")))


def _objects(schema, overrides):
    known = {
        key: from_schema(part)
        for key, part in schema.get("properties", {}).items()
        if key not in overrides
    }
    known |= overrides
    required = {key: known.pop(key) for key in schema.get("required", ())}
    return st.fixed_dictionaries(required, optional=known)


# Names that no rule of ours refuses: letters of one case, no ending of a control or a figure.
NAMES = st.from_regex(r"[a-z][a-z0-9_.]{0,7}[0-9]", fullmatch=True)

# Options of synthetic tasks; a test holds them against the families.
# 16 and up: multilabel needs a word a label.
LENGTHS = st.integers(16, 40) | st.tuples(st.integers(1, 16), st.integers(16, 40)).map(list)
OPTIONS = {
    "categorical": {
        "classes": st.integers(2, 8),
        "sampling": st.sampled_from(["uniform_word", "uniform_score"]),
        "strong": st.booleans(),
        "negative": st.booleans(),
        "correlation": st.floats(0, 0.99),
    },
    "ordered": {"classes": st.sampled_from([2, 3, 5])},
    "ordered2d": {"classes": st.just(5)},
    "multilabel": {"labels": st.integers(1, 16)},
    "context": {"classes": st.just(2)},
}
COMMON = {
    "length": LENGTHS,
    "balanced": st.booleans(),
    "neutral": st.sampled_from(["zero", "one_hot"]),
}
SIZES = dict.fromkeys(("train_size", "dev_size", "test_size"), st.integers(1, 1000))
# Options of text tasks but for `source`; files are those of `write_texts`. One of three choices of
# classes is made.
FILES = {"train": "train.csv", "test": "test.csv"}
CLASSES = ("first_classes", "classes", "merge")
OR_NULL = st.none() | st.integers(3, 99)
TEXT = {
    "text_column": st.just("text"),
    "label_column": st.just("label"),
    "label_names": st.none() | st.just(["sun", "{rain}", "<b>"]),
    "multi_label": st.just(False),
    "first_classes": st.none() | st.integers(2, 3),
    "classes": st.none() | st.just([0, 2]),
    "merge": st.none() | st.just([[0, 1], ["<b>"]]),
    "unlabelled": st.just("drop"),  # the other is for several labels
    "empty_texts": st.sampled_from(["refuse", "drop"]),
    "label_offset": st.integers(0, 1),
    "tokenizer": st.sampled_from(["words", "whitespace", "characters"]),
    "vocabulary": st.none(),  # else a file, which tests of vocabularies write
    "minimum_count": st.integers(1, 5),
    "vocabulary_size": OR_NULL,
    "length_limit": OR_NULL,
    "too_long": st.sampled_from(["truncate", "keep_last", "drop"]),
    "skip_words": st.integers(0, 9),
    "word_order": st.sampled_from(["written", "reversed", "random"]),
    "joined": st.sampled_from([None, "alike"]),  # the other is for several labels
    "where": st.none() | st.just({"source": ["a/*", "!b*", 3], "{kind}": True}),
    "train_size": OR_NULL,
    "test_size": OR_NULL,
    "dev_size": OR_NULL,
    "balanced": st.sampled_from([True, False, "all"]),
    "ordered": st.booleans(),
}


def write_texts(folder):
    """Write the files that text tasks name."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in FILES.values():
        (folder / file).write_text(
            "text,label\nsun of the day,0\nrain of the night,1\nbold words,2\n"
        )


@st.composite
def tasks(draw, name, cells):
    """Draw a task with some options of its family, and perhaps networks of its own."""
    family = draw(st.sampled_from([*OPTIONS, "text"]))
    known = TEXT if family == "text" else {**OPTIONS[family], **COMMON, **SIZES}
    options = draw(
        st.fixed_dictionaries(
            {"source": st.just(FILES)} if family == "text" else {}, optional=known
        )
    )
    for other in [key for key in CLASSES if options.get(key)][1:]:
        del options[other]
    schema = SCHEMA["$defs"]["task"]["properties"]
    own = {key: from_schema(schema[key]) for key in ("seeds", "l2", "data_seed", "shuffled_labels")}
    own["cells"] = st.lists(st.sampled_from(cells), unique=True)
    return {
        "name": name,
        "family": family,
        **options,
        **draw(st.fixed_dictionaries({}, optional=own)),
    }


def _recipe():
    """Return the schema of a classifier that is trained here: other tests write the other keys."""
    model = SCHEMA["$defs"]["model"]
    others = {*imports.KEYS, ARCHITECTURE, POOLING, *OF_TRANSLATORS}
    own = {key: value for key, value in model["properties"].items() if key not in others}
    return {**model, "properties": own, "required": ["cell"]}


RECIPE = _recipe()


@st.composite
def models(draw):
    """Draw a recipe of a built-in cell, with steps or epochs."""
    built_in = st.sampled_from(["vanilla", "gru", "gru_reset_before", "lstm", "ugrnn"])
    no_options = st.just({})
    model = draw(from_schema(RECIPE, cell=built_in, cell_options=no_options))
    one = draw(st.sampled_from(["steps", "epochs"]))
    apart = ("steps", "epochs") if one == "epochs" else ("steps", "epochs", "min_steps")
    rest = {key: value for key, value in model.items() if key not in apart}
    return {**rest, one: draw(st.integers(1, 99))}


@st.composite
def sweeps(draw, name, task_names, cells):
    """Draw a sweep over one kind of setting."""
    values = {
        "hidden_size": st.integers(2, 99),
        "learning_rate": st.floats(1e-4, 1.0),
        "readout_bias": st.booleans(),
        "patience": st.one_of(st.none(), st.integers(1, 9)),
        "l2": from_schema(SCHEMA["$defs"]["decimal"]),
        "hold_input": st.sampled_from(["zero", "mean", "vector:0.5,-1e-2"]),
        "data_seed": st.integers(0, 9),
    }
    over = draw(st.sampled_from(list(values)))
    sweep = {"name": name, "over": over, "task": draw(st.sampled_from(task_names))}
    sweep["values"] = draw(
        st.lists(values[over], min_size=1, max_size=3, unique_by=lambda value: str(value).lower())
    )
    own = {
        "cells": st.lists(st.sampled_from(cells), min_size=1, unique=True),
        "seeds": st.just([3]),
    }
    if over != "data_seed":
        own["data_seeds"] = st.just([3, 4])
    return {**sweep, **draw(st.fixed_dictionaries({}, optional=own))}


@st.composite
def configurations(draw):
    """Draw a configuration that is accepted."""
    names = draw(st.lists(NAMES, min_size=2, max_size=7, unique=True))
    cells, others = names[: len(names) // 2], names[len(names) // 2 :]
    split = draw(st.integers(1, len(others)))
    chosen = [draw(tasks(name, cells)) for name in others[:split]]
    chosen[0].pop("cells", None)  # a run without any network is another matter
    top = {
        "tasks": st.just(chosen),
        "cells": st.lists(st.sampled_from(cells), min_size=1, unique=True),
        "models": st.just({name: draw(models()) for name in cells}),
        "text_sets": st.just({}),
        "sweeps": st.just([draw(sweeps(name, others[:split], cells)) for name in others[split:]]),
        "results": st.sampled_from(
            ["results", "my results; touch hacked", "a'b\"c/$(touch hacked)", "../über & so"]
        ),
        "data_folder": st.just("."),
        "claims": st.just("config/claims.yaml"),
        "claims_universality": st.just("config/claims_universality.yaml"),
        "synthetic": from_schema(SCHEMA["$defs"]["synthetic"], length=LENGTHS),
        "controls": _controls([task["name"] for task in chosen]),
        "explorer": from_schema(SCHEMA["properties"]["explorer"], sentences=st.just({})),
        # One snapshot is refused: the first step and the last are always kept.
        "training": from_schema(
            SCHEMA["properties"]["training"], snapshots=st.just(0) | st.integers(2, 50)
        ),
        "second_look": st.fixed_dictionaries({}, optional={"seeds": st.just([5, 6])}),
    }
    if any("data_seed" in task for task in chosen):
        top["data_seeds"] = st.just([])
    needed = {"models": draw(top["models"]), "data_folder": "."}
    return {**draw(from_schema(SCHEMA, **top)), **needed}


def _controls(names):
    tasks = st.one_of(st.none(), st.lists(st.sampled_from(names), min_size=1, unique=True))
    control = from_schema(SCHEMA["$defs"]["control"] | {"type": "object"}, tasks=tasks)
    return st.fixed_dictionaries(
        {}, optional=dict.fromkeys(("untrained", "shuffled_labels", "reservoir"), control)
    )


# One mistake


class Place(NamedTuple):
    """Where in a configuration a value lies, and the schema that it must keep."""

    path: tuple
    schema: dict


class Damage(NamedTuple):
    """A configuration with one mistake, and the key that the sentence about it must name."""

    config: dict
    key: str


def places(value, schema, path=()):
    """Yield every place of a configuration for which the schema says something."""
    schema = followed(schema)
    if set(schema) - {"default"}:
        yield Place(path, schema)
    if isinstance(value, dict):
        known, extra = schema.get("properties", {}), schema.get("additionalProperties")
        for key, item in value.items():
            part = known.get(key, extra if isinstance(extra, dict) else {})
            yield from places(item, part, (*path, key))
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield from places(item, schema.get("items", {}), (*path, i))


def dotted(path):
    """Return a path as our sentences write it: a[0].b."""
    return "".join(
        f"[{part}]" if isinstance(part, int) else f".{part}" for part in path
    ).removeprefix(".")


def value_at(config, path):
    """Return the value at a place of a configuration."""
    for part in path:
        config = config[part]
    return config


def replaced(config, path, value):
    """Return a copy of a configuration with another value at one place; no path: the value."""
    if not path:
        return value
    made = copy.deepcopy(config)
    value_at(made, path[:-1])[path[-1]] = value
    return made


WRONG_TYPES = (None, True, 5, 0.5, 2.0, "text", [], {})
NOT_NUMBERS = (float("nan"), float("inf"), -float("inf"))
NOT_NAMES = (
    "",
    "..",
    "../up",
    "/a/b",
    "a/b",
    "a b",
    "name\n",
    "a\n",
    "-x",
    ".hidden",
    "a;rm -rf x",
    "$(rm x)",
    "`x`",
    "'",
    '"',
    "{task}",
    "<x>",
    "naïve",
    "\u0430",
    "a\u202eb",
    "a\x00b",
    "x" * 300,
)


def wrong_values(schema, value):
    """Return values that a schema refuses in place of one that it accepts."""
    fits = [TYPES[kind] for kind in types_of(schema)]
    found = (
        []
        if "enum" in schema
        else [wrong for wrong in WRONG_TYPES if not any(fit(wrong) for fit in fits)]
    )
    if "enum" in schema:
        found += ["nonsense", None, 7]
    if {"integer", "number"} & set(types_of(schema)) and "type" in schema:
        found += [*NOT_NUMBERS, LARGEST + 1, -LARGEST - 2]
        found += [schema[key] - 1 for key in ("minimum",) if key in schema]
        found += [schema[key] + 1 for key in ("maximum",) if key in schema]
        found += [schema[key] for key in ("exclusiveMinimum", "exclusiveMaximum") if key in schema]
    if "pattern" in schema:
        found += NOT_NAMES  # none is a number or a hold input either
    if schema.get("minLength"):
        found.append("")
    if isinstance(value, list):
        found += [[]] if schema.get("minItems") else []
        found += [[*value, value[0]]] if schema.get("uniqueItems") and value else []
        found += [value * 9] if "maxItems" in schema else []
    return found


@st.composite
def damaged(draw, config):
    """Draw a damaged configuration.

    A wrong value, a key that nobody knows, or one that is missing.
    """
    found = list(places(config, SCHEMA))
    place = draw(st.sampled_from(found))
    value = value_at(config, place.path)
    wrong = wrong_values(place.schema, value) if place.path else []
    mistakes = [Damage(replaced(config, place.path, one), dotted(place.path)) for one in wrong]
    if isinstance(value, dict):
        if place.schema.get("additionalProperties") is False:
            key = draw(st.sampled_from(["sedes", "train", "Cell", "a b", "__proto__"]))
            mistakes.append(
                Damage(replaced(config, (*place.path, key), 1), dotted((*place.path, key)))
            )
        for key in place.schema.get("required", ()):
            rest = {name: item for name, item in value.items() if name != key}
            mistakes.append(Damage(replaced(config, place.path, rest), dotted((*place.path, key))))
    return draw(st.sampled_from(mistakes or list(contradictions(config))))


def contradictions(config):
    """Yield configurations of which every value is accepted by itself, and the whole is not."""
    for i, task in enumerate(config["tasks"]):
        yield Damage(
            replaced(config, ("tasks",), [*config["tasks"], task]),
            f"'{task['name']}' is used twice",
        )
        yield Damage(
            replaced(config, ("tasks", i, "cells"), ["nobody"]),
            f"tasks[{i}].cells: unknown cell 'nobody'",
        )
        yield Damage(replaced(config, ("tasks", i, "clases"), 3), "clases")
        yield Damage(
            replaced(config, ("tasks", i, "data"), "nothing"), f"config task '{task['name']}'"
        )
        for option, check in checks_of(task["family"]).items():
            for wrong in WRONG_TYPES + NOT_NUMBERS + (-1, 10**6, [3, 2]):
                if not check(wrong):
                    yield Damage(replaced(config, ("tasks", i, option), wrong), option)
    for i, _ in enumerate(config.get("sweeps", [])):
        yield Damage(
            replaced(config, ("sweeps", i, "task"), "nothing"),
            f"sweeps[{i}].task: unknown task 'nothing'",
        )
        yield Damage(
            replaced(config, ("sweeps", i, "cells"), ["nobody"]),
            f"sweeps[{i}].cells: unknown cell 'nobody'",
        )
    for name, model in config["models"].items():
        yield Damage(
            replaced(config, ("models", name), {**model, "steps": 3, "epochs": 3}),
            f"models.{name}: give",
        )
        yield Damage(
            replaced(config, ("models", name, "cell"), "grru"),
            f"models.{name}.cell: unknown cell 'grru'",
        )
        yield Damage(
            replaced(config, ("models", name, "cell_options"), {"bias": 1}), "cell_options.bias"
        )
    control = {"untrained": {"seeds": [1], "tasks": ["nothing"]}}
    yield Damage(
        {**config, "controls": control}, "controls.untrained.tasks: unknown task 'nothing'"
    )
    yield Damage({**config, "cells": ["nobody"]}, "nobody")
    yield Damage(
        {**config, "explorer": {"sentences": {"nothing": ["a"]}}}, "explorer.sentences.nothing"
    )


def checks_of(family):
    """Return the checks of a family's options by name, as the code that uses them has them."""
    if family == "text":
        return {name: check for name, (check, _) in text_options._ACCEPTED.items()}
    known = {**synthetic_tasks.FAMILIES[family].own, **synthetic_tasks._COMMON}
    sizes = dict.fromkeys(SIZES, lambda size: type(size) is int and size >= 1)
    return {name: option.check for name, option in known.items()} | sizes


# Rubbish

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([10**30, -(10**30), 10**400]),
    st.floats(),
    st.text(st.characters(), max_size=8),
    st.sampled_from(
        [
            "zero",
            "text",
            "categorical",
            "gru",
            "a.b:C",
            ":",
            "..",
            "x.y",
            ".x:y",
            "~",
            "{x}",
            "\x00",
        ]
    ),
    st.dates(),
    st.datetimes(),
    st.binary(max_size=3),
    st.just({1, 2}),
)
KEYS = st.one_of(
    st.text(max_size=5), st.integers(), st.none(), st.booleans(), st.just(datetime.date(2026, 1, 1))
)
RUBBISH = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=9,
)


@st.composite
def littered(draw, config):
    """Draw a configuration with rubbish at one place, or below a key unknown to its place."""
    path = draw(st.sampled_from([place.path for place in places(config, SCHEMA) if place.path]))
    value: Any = value_at(config, path)
    if isinstance(value, dict) and draw(st.booleans()):
        path = (*path, draw(KEYS))
    return replaced(config, path, draw(RUBBISH))
