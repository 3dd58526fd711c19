"""Join what two runs of one battery have kept: parts that ran elsewhere, or on another day.

    python -m rnn_geometry.stages.merge_kept docs/data results/part/kept config/claims_text.yaml

puts the tables of the second folder into the first one and judges all networks again. Both are of
`snakemake keep_text`, or both of `keep_cells`. Parts of other code are refused; with `--other-code`
they are joined, where the file of claims says under `deviations` what differs.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from rnn_geometry.claims.saved import OWN, judged_again, read_networks, save_networks
from rnn_geometry.config.documents import CELLS, TEXT, below
from rnn_geometry.config.load import read_claims
from rnn_geometry.errors import UserError
from rnn_geometry.stages.keep_claims import DIGITS
from rnn_geometry.store.columns import read_frame

VERDICT = ["claim", "task", "cell"]
DECLARED = ("claims", "multiverse")  # tables whose columns say what is text in them


def merge(
    into: str | Path, part: str | Path, claims: Mapping[str, Any], *, other_code: bool = False
) -> dict[str, pd.DataFrame]:
    """Join the tables of two folders.

    Parameters
    ----------
    into
        The folder of the first part.
    part
        The folder of the other one.
    claims
        The checked file that both were judged by.
    other_code
        Whether networks of the other part may be of other code; its hashes are kept then.

    Returns
    -------
    dict
        By name, as far as both have them: `networks` of both; `claims` judged on all of them;
        `multiverse`, without the rows of verdicts that are other ones now; `costs` summed by rule;
        `code`, `data` and `words`.

    Raises
    ------
    UserError
        If a table is missing, if parts of the code differ, or if both have a network.
    """
    names = kept_tables(part)
    mine, other = _tables(into, names), _tables(part, names)
    if not (other_code and claims.get("deviations")):
        _check_code(mine["code"], other["code"], part)
    networks = _joined_networks(mine["networks"], other["networks"], part)
    found = judged_again(claims, networks).round(DIGITS)
    both = {name: pd.concat([mine[name], other[name]], ignore_index=True) for name in names}
    joined = {
        "networks": networks,
        "claims": found,
        "costs": _summed(both["costs"]),
        "code": other["code"],
    }
    if names is TEXT:
        joined |= {
            "multiverse": _still_true(both["multiverse"], found),
            "data": both["data"].drop_duplicates().sort_values(["data", "task", "split"]),
            # Those of the first network of a task, where parts have other cells on the same texts.
            "words": both["words"].drop_duplicates(["task", "class"]),
        }
    return joined


def kept_tables(folder: str | Path) -> Mapping[str, str]:
    """Return the files of tables that a folder holds, by name: of cells, else of texts.

    Parameters
    ----------
    folder
        Of one run.
    """
    return CELLS if (Path(folder) / CELLS["networks"]).is_file() else TEXT


def _tables(folder: str | Path, names: Mapping[str, str]) -> dict[str, pd.DataFrame]:
    """Read the tables of a folder."""
    files = below(str(folder), names)
    missing = [file for file in files.values() if not Path(file).is_file()]
    if missing:
        raise UserError(
            f"{missing[0]}: there is no such file; give folders that `snakemake keep_text` or "
            "keep_cells wrote."
        )
    return {name: _reader(name)(file) for name, file in files.items()}


def _reader(name: str) -> Callable[[str], pd.DataFrame]:
    if name in DECLARED:
        return partial(read_frame, name)
    return read_networks if name == "networks" else partial(pd.read_csv, keep_default_na=False)


def _check_code(mine: pd.DataFrame, other: pd.DataFrame, part: str | Path) -> None:
    known = dict(mine.to_numpy())
    differ = [str(name) for name, code in other.to_numpy() if known.get(name) != code]
    if differ:
        raise UserError(
            f"{part}: its networks were made by other code ({', '.join(differ)}); run that part "
            "with the version of the first one, or say what differs under deviations in the file "
            "of claims and add --other-code."
        )


def _joined_networks(mine: pd.DataFrame, other: pd.DataFrame, part: str | Path) -> pd.DataFrame:
    joined = pd.concat([mine, other], ignore_index=True)
    twice = joined[joined.duplicated(OWN)]
    if len(twice):
        names = "/".join(str(value) for value in twice[OWN].iloc[0])
        raise UserError(
            f"{part}: {len(twice)} of its networks are there already, {names} for one; give "
            "folders that have no network in common."
        )
    return joined


def _still_true(others: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Return the rows whose verdict is the one that was found."""
    verdicts = found.set_index(VERDICT)["verdict"]
    now = verdicts.reindex(pd.MultiIndex.from_frame(others[VERDICT])).to_numpy()
    return others[others["verdict"].to_numpy() == now]


def _summed(costs: pd.DataFrame) -> pd.DataFrame:
    return costs.groupby("rule", as_index=False, sort=True).sum()


def main(arguments: Sequence[str] | None = None) -> None:
    """Join two folders.

    Parameters
    ----------
    arguments
        Of the command line; None for those of the process.
    """
    parser = argparse.ArgumentParser(description="Join what two runs of one battery have kept.")
    parser.add_argument("into", help="the folder of the first part, which is written")
    parser.add_argument("part", help="the folder of the other one")
    parser.add_argument("claims", help="the file of claims, such as config/claims_text.yaml")
    parser.add_argument(
        "--other-code", action="store_true", help="join parts of other code that deviations tell of"
    )
    asked = parser.parse_args(arguments)
    try:
        claims = read_claims(asked.claims, ".")
        joined = merge(asked.into, asked.part, claims, other_code=asked.other_code)
    except UserError as error:
        raise SystemExit(str(error)) from None
    files = below(asked.into, kept_tables(asked.part))
    networks = joined.pop("networks")
    save_networks(files["networks"], networks, networks[OWN].to_numpy().tolist())
    for name, table in joined.items():
        table.to_csv(files[name], index=False)
    print(f"{len(networks)} networks, {len(joined['claims'])} verdicts: {asked.into}")


if __name__ == "__main__":
    main()
