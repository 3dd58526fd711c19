"""What may differ between machines: numbers of one configuration on processors of other abilities.

    python benchmarks/machines.py [--configfile config/test.yaml] [--target tables] [--cores 2]
                                  [--variants NAME ..]

The configuration is run once as it is, and once for every variant in a fresh copy of the project:
variables of the environment make torch, MKL, oneDNN and OpenBLAS behave as on older processors, and
`threads` divides sums otherwise. Prints per column of runs.csv the largest difference from the
first run, which counts and verdicts differ, and how far apart the weights are.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import yaml
from killed import LIMIT, fresh_copy, run  # beside this file

# Without AVX-512 are most processors before 2017; without AVX those before 2011. `same`: the first
# run again.
VARIANTS = {
    "same": {},
    "no AVX-512": {
        "ATEN_CPU_CAPABILITY": "avx2",
        "MKL_ENABLE_INSTRUCTIONS": "AVX2",
        "ONEDNN_MAX_CPU_ISA": "AVX2",
        "OPENBLAS_CORETYPE": "Haswell",
    },
    "no AVX": {
        "ATEN_CPU_CAPABILITY": "default",
        "MKL_ENABLE_INSTRUCTIONS": "SSE4_2",
        "ONEDNN_MAX_CPU_ISA": "SSE41",
        "OPENBLAS_CORETYPE": "Nehalem",
    },
    "MKL for all": {"MKL_CBWR": "COMPATIBLE"},
    "two threads": {"threads": "2"},
}


def results_of(
    root: Path, configfile: Path, target: str, cores: str, variant: dict[str, str]
) -> Path:
    """Run a configuration in a copy of the project under a variant.

    Return the folder of its results.
    """
    settings = yaml.safe_load(configfile.read_text())
    if "threads" in variant:
        settings["threads"] = int(variant["threads"])
    (root / "variant.yaml").write_text(yaml.safe_dump(settings, sort_keys=False))
    kept = dict(os.environ)
    os.environ.update({name: value for name, value in variant.items() if name != "threads"})
    try:
        status = run(
            root, "--cores", cores, target, "--configfile", "variant.yaml", limit=10 * LIMIT
        )
    finally:
        os.environ.clear()
        os.environ.update(kept)
    if status:
        sys.exit((root / "output.log").read_text())
    return root / settings.get("results", "results")


def columns_of(results: Path) -> dict[str, list[str]]:
    """Return the columns of runs.csv but those of seconds."""
    with open(results / "tables/runs.csv", newline="") as handle:
        rows = list(csv.DictReader(handle))
    return {name: [row[name] for row in rows] for name in rows[0] if not name.endswith("seconds")}


def is_whole(values: Iterable[str]) -> bool:
    """Tell whether a column holds counts, text or nothing, so that its values are equal or not."""
    return not any("." in value or "e-" in value for value in values if is_number(value))


def is_number(text: str) -> bool:
    """Tell whether a cell holds a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def difference(one: list[str], other: list[str]) -> tuple[float, float, int]:
    """Return the largest absolute and relative difference of two columns, and the unequal cells."""
    pairs = [
        (float(a), float(b))
        for a, b in zip(one, other, strict=True)
        if is_number(a) and is_number(b)
    ]
    absolute = max((abs(a - b) for a, b in pairs), default=0.0)
    relative = max((abs(a - b) / abs(a) for a, b in pairs if a), default=0.0)
    return absolute, relative, sum(a != b for a, b in zip(one, other, strict=True))


def weights_apart(one: Path, other: Path) -> float:
    """Return the largest distance of two networks' weights, over the length of the weights."""
    import numpy as np
    from safetensors.numpy import load_file

    worst = 0.0
    for file in sorted(one.rglob("model.safetensors")):
        mine, theirs = load_file(file), load_file(other / file.relative_to(one))
        squares = sum(
            float(np.square(mine[name].astype(float) - theirs[name]).sum()) for name in mine
        )
        worst = max(
            worst,
            (squares / sum(float(np.square(mine[name].astype(float)).sum()) for name in mine))
            ** 0.5,
        )
    return worst


def table(
    columns: dict[str, list[str]], others: dict[str, dict[str, list[str]]]
) -> list[list[str]]:
    """Return a row for every column of floats that differs somewhere.

    Its name, and a cell a variant.
    """
    rows = []
    for name, values in columns.items():
        found = [difference(values, other[name]) for other in others.values()]
        if not is_whole(values) and any(count for _, _, count in found):
            rows.append(
                [f"`{name}`", *(f"{a:.1e} ({r:.0e})" if count else "0" for a, r, count in found)]
            )
    return rows


def unequal(columns: dict[str, list[str]], other: dict[str, list[str]]) -> list[str]:
    """Return columns of counts, verdicts and text that differ, with the number of their cells."""
    whole = {
        name: difference(columns[name], other[name])[2]
        for name in columns
        if is_whole(columns[name])
    }
    return [f"{name} ({count})" for name, count in whole.items() if count]


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--configfile", type=Path, default=Path("config/test.yaml"))
    parser.add_argument("--target", default="tables")
    parser.add_argument("--cores", default="2")
    parser.add_argument(
        "--variants", nargs="*", default=list(VARIANTS), choices=list(VARIANTS), metavar="NAME"
    )
    arguments = parser.parse_args()
    options = arguments.configfile, arguments.target, arguments.cores
    with tempfile.TemporaryDirectory() as folder:
        first = fresh_copy(Path(folder) / "first")
        plain = results_of(first, *options, {})
        columns, others, weights = columns_of(plain), {}, {}
        for i, name in enumerate(arguments.variants):
            results = results_of(fresh_copy(Path(folder) / str(i), first), *options, VARIANTS[name])
            others[name], weights[name] = (
                columns_of(results),
                weights_apart(plain / "runs", results / "runs"),
            )
            print(f"{name}: done", file=sys.stderr, flush=True)
    print(
        f"{arguments.configfile}: {len(columns['task'])} networks; largest absolute difference "
        "(relative)\n"
    )
    print(f"| column | {' | '.join(others)} |\n|{'---|' * (len(others) + 1)}")
    cells = (f"({apart:.0e})" if apart else "0" for apart in weights.values())
    print(f"| weights | {' | '.join(cells)} |")
    for row in table(columns, others):
        print(f"| {' | '.join(row)} |")
    for name, other in others.items():
        print(
            f"\ncounts, verdicts and text that differ, {name}: "
            f"{', '.join(unequal(columns, other)) or 'none'}"
        )


if __name__ == "__main__":
    main()
