"""`rnn-geometry`: look at data of your own, and write a folder that runs.

rnn-geometry describe reviews.csv
rnn-geometry init reviews.csv --into reviews
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, BooleanOptionalAction, Namespace, RawTextHelpFormatter
from collections.abc import Sequence

from rnn_geometry.errors import UserError

DATA = """a file (Parquet, CSV, TSV, JSON, JSON lines; .gz too), a folder with train and test
files, a name of config/text_sets.yaml, or a data set of the hub (owner/name)"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments
        After the name of the program; None: those that it was started with.

    Returns
    -------
    int
        Exit status: 0, or 1 after one sentence on what is wrong.
    """
    asked = _parser().parse_args(arguments)
    try:
        asked.run(asked)
    except UserError as error:
        print(f"ERROR: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # `| head` has read enough
        sys.stderr.close()
    return 0


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="rnn-geometry", description=__doc__, formatter_class=RawTextHelpFormatter
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    describe = commands.add_parser("describe", help="say what a data set is, and what to write")
    describe.set_defaults(run=_describe)
    init = commands.add_parser("init", help="write a folder that runs on a data set")
    init.set_defaults(run=_init)
    for command in (describe, init):
        _add_data(command)
    init.add_argument("--into", metavar="FOLDER", help="a new folder; default: the data's name")
    return parser


def _add_data(command: ArgumentParser) -> None:
    """Add what says which data are meant, and how they are read."""
    command.add_argument("data", metavar="DATA", help=DATA)
    command.add_argument("--test", metavar="FILE", help="test texts, where DATA holds train alone")
    command.add_argument("--dev", metavar="FILE", help="the same for dev")
    command.add_argument("--text", metavar="NAME", help="column of texts, instead of a guess")
    command.add_argument("--label", metavar="NAME", help="column of labels, instead of a guess")
    command.add_argument(
        "--multi-label", action=BooleanOptionalAction, help="whether texts have several labels"
    )
    command.add_argument(
        "--ordered", action=BooleanOptionalAction, help="whether the classes have an order"
    )
    command.add_argument("--order", metavar="NAME", nargs="+", help="all classes in their order")
    command.add_argument("--data-folder", metavar="FOLDER", help="where sets of text_sets.yaml lie")


def _describe(asked: Namespace) -> None:
    # Imported here: --help must not wait for numpy.
    from rnn_geometry.cli.facts import facts_of
    from rnn_geometry.cli.given import given
    from rnn_geometry.cli.told import block, lines

    meant = given(asked)
    facts = facts_of(meant)
    for line in lines(meant, facts):
        print(line)
    print(block(meant, facts), end="")


def _init(asked: Namespace) -> None:
    from pathlib import Path

    from rnn_geometry.cli.facts import facts_of
    from rnn_geometry.cli.given import given
    from rnn_geometry.cli.init import check_free, next_commands, write_folder
    from rnn_geometry.cli.told import lines, minutes_of

    meant = given(asked)
    folder = Path(asked.into or meant.name).expanduser()
    check_free(folder)
    facts = facts_of(meant)
    for line in lines(meant, facts):
        print(line)
    for file in write_folder(folder, meant, facts, minutes_of(facts)):
        print(f"wrote {file}")
    enter, look, run = next_commands(folder)
    print(f"next: {enter}")
    print(f"a first look: {look}")
    print(f"all of it:    {run}")


if __name__ == "__main__":
    sys.exit(main())
