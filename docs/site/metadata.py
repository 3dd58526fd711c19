"""What the site says of the project itself, read where it stands."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


def examples(folder: Path) -> list[Path]:
    """Return the scripts of the gallery; those whose names begin with `_` are parts of others."""
    return sorted(path for path in folder.glob("*.py") if not path.name.startswith("_"))
