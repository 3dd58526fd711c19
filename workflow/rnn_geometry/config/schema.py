"""A configuration held against its schema: one sentence for a person, and defaults filled in."""

from __future__ import annotations

import difflib
import functools
import json
import re
from collections.abc import Mapping
from typing import Any

from rnn_geometry.errors import UserError, in_part, listed


def check_schema(config: Mapping[str, Any], schema: Mapping[str, Any], name: str = "") -> None:
    """Hold a configuration against its schema.

    Parameters
    ----------
    config
        The configuration, or a part of it.
    schema
        A JSON schema.
    name
        The key that holds `config`; empty for the whole.

    Raises
    ------
    UserError
        For the first key that the schema refuses.
    """
    errors = sorted(
        _validator()(schema).iter_errors(config), key=lambda error: list(map(str, error.path))
    )
    if errors:
        raise UserError(_sentence(errors[0], name))


@functools.cache
def _validator():
    """Return a validator's class to which 1.0 is no integer: seeds are in names, sizes count."""
    from jsonschema import Draft202012Validator, validators

    types = Draft202012Validator.TYPE_CHECKER.redefine(
        "integer", lambda _, value: type(value) is int
    )
    return validators.extend(Draft202012Validator, type_checker=types)


def _sentence(error, name: str) -> str:
    """Turn a jsonschema error into one sentence for a person."""
    key = _join(name, _dotted(error.absolute_path)).rstrip(".")
    if error.validator == "additionalProperties":
        known = list(error.schema.get("properties", {}))
        unknown = next(name for name in error.instance if name not in known)
        return f"config key {_join(key, unknown)}: unknown key; {_accepted(unknown, known)}."
    if error.validator == "required":
        missing = next(name for name in error.validator_value if name not in error.instance)
        return f"config key {_join(key, missing)}: missing; it must be given."
    return f"config key {key or '(top level)'}: {_reason(error)}."


KINDS = {
    "string": "a text (in quotes)",
    "array": "a list such as [a, b]",
    "object": "a mapping of keys to values",
    "integer": "a whole number such as 10",
    "number": "a number such as 0.5",
    "boolean": "true or false",
    "null": "null",
}
MOST_WORDS = 12  # values that a sentence names all
REASONS = {
    "type": "{value} is not accepted; accepted is {kind}{hint}",
    "enum": "{value} is not accepted; accepted are {words}",
    "minimum": "{value} is less than {limit}, the smallest accepted value",
    "maximum": "{value} is more than {limit}, the largest accepted value",
    "exclusiveMinimum": "{value} is not accepted, it must be more than {limit}",
    "exclusiveMaximum": "{value} is not accepted, it must be less than {limit}",
    "minItems": "{value} is too short; at least {limit} entries are needed",
    "maxItems": "{value} is too long; at most {limit} entries are accepted",
    "uniqueItems": "{value} names an entry twice; name each once",
    "minLength": "an empty text is not accepted; write one",
    "maxLength": "{value} is too long; at most {limit} characters are accepted",
    "pattern": "{value} is not accepted; {pattern}",
}


def _reason(error) -> str:
    """Say what is wrong with a value and what is accepted."""
    limit, value = error.validator_value, error.instance
    number = isinstance(value, str) and re.fullmatch(r"[0-9.]+e[+-]?[0-9]+", value)
    hint = f" (YAML reads {value} as text; write it with a point, as 1.0e-3)" if number else ""
    words = _words(limit) if isinstance(limit, (str, list)) else ""
    kinds = [limit] if isinstance(limit, str) else limit
    told = str(error.message).rstrip(".").replace("{", "{{").replace("}", "}}")
    template = REASONS.get(str(error.validator), told)
    return template.format(
        value=_shown(value),
        limit=limit,
        words=words,
        kind=_words([KINDS[name] for name in kinds]) if error.validator == "type" else "",
        hint=hint,
        pattern=_pattern_words(limit),
    )


def _shown(value: Any) -> str:
    """Return a value on one line, in part if it is long."""
    return in_part(json.dumps(value, ensure_ascii=False, default=str))


def _pattern_words(pattern: Any) -> str:
    if "A-Za-z0-9" in str(pattern):
        return (
            "a name is made of letters, digits, '.', '_' and '-' and begins with a letter or digit"
        )
    if str(pattern).startswith("^(zero"):
        return (
            "accepted are zero, mean, padding, word:<a word of the vocabulary> "
            "and vector:<numbers, by commas>"
        )
    if str(pattern).startswith("^same"):
        return "accepted is same, or a list such as [10, 11]"
    return "it must be a quoted decimal number such as '3e-4'"


def _words(values: Any) -> str:
    values = [values] if isinstance(values, str) else list(values)
    if len(values) > MOST_WORDS:
        return listed(values)
    return ", ".join(map(str, values[:-1])) + (" or " if len(values) > 1 else "") + str(values[-1])


def _dotted(path) -> str:
    text = ""
    for part in path:
        text = f"{text}[{part}]" if isinstance(part, int) else _join(text, part)
    return text


def _join(parent: str, child: str) -> str:
    return f"{parent}.{child}" if parent else str(child)


def _accepted(name: str, known) -> str:
    """Name the nearest known key, and as many others as a sentence has room for."""
    close = difflib.get_close_matches(in_part(str(name)), list(known), n=1)
    names = listed(sorted(known), limit=120)
    return f"did you mean '{close[0]}'? (accepted: {names})" if close else f"Accepted: {names}"


def with_defaults(value: Any, schema: Mapping[str, Any], root: Mapping[str, Any]) -> Any:
    """Return a copy in which every missing property has the default that the schema states.

    Parameters
    ----------
    value
        What the schema describes.
    schema
        A JSON schema, or a part of one.
    root
        The whole schema, in which references are looked up.
    """
    schema = _follow(schema, root)
    if isinstance(value, Mapping):
        filled = {key: _fill(key, item, schema, root) for key, item in value.items()}
        for key, sub in schema.get("properties", {}).items():
            sub = {**_follow(sub, root), **sub}
            if key not in filled and "default" in sub:
                filled[key] = with_defaults(sub["default"], sub, root)
        return filled
    if isinstance(value, list):
        return [with_defaults(item, schema.get("items", {}), root) for item in value]
    return value


def _fill(key: str, item: Any, schema: Mapping[str, Any], root: Mapping[str, Any]) -> Any:
    extra = schema.get("additionalProperties")
    sub = schema.get("properties", {}).get(key, extra if isinstance(extra, Mapping) else {})
    return with_defaults(item, sub, root)


def _follow(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = schema.get("$ref")
    return root["$defs"][reference.rsplit("/", 1)[1]] if reference else schema
