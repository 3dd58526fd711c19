"""Data run no code, no name leaves the results, no shell reads data, pages show text as text."""

import ast
import csv
import io as streams
import pickle
import re
import string
import zipfile
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from browser import opened
from conftest import PROJECT, ProjectCopy
from strategies import NOT_NAMES

from rnn_geometry.config import settings
from rnn_geometry.config.load import read_schema
from rnn_geometry.errors import UserError
from rnn_geometry.store import formats
from rnn_geometry.tasks.sentences import read_sentences
from rnn_geometry.tasks.text import source as text_source
from rnn_geometry.tasks.text.prepare import prepare_text

pytestmark = pytest.mark.workflow
SCHEMA = read_schema("config")


# --- pickles --------------------------------------------------------------------------------------


class Touch:
    """Makes a file when it is unpickled."""

    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return Path.touch, (self.marker,)


@pytest.fixture
def marker(tmp_path):
    """Return the file that a pickle would make; fail if it is there in the end."""
    path = tmp_path / "ran"
    yield path
    assert not path.exists(), "a pickle was read"


def raw_pickle(path, marker):
    path.write_bytes(pickle.dumps(Touch(marker)))


def npz_of_objects(path, marker):
    np.savez(path, points=np.array([Touch(marker)], dtype=object))


def npz_of_a_pickle(path, marker):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("points.npy", pickle.dumps(Touch(marker)))


def npy_of_objects(path, marker):
    with open(path, "wb") as handle:
        np.save(handle, np.array([Touch(marker)], dtype=object), allow_pickle=True)


def torch_pickle(path, marker):
    import torch

    torch.save({"embedding.weight": torch.zeros(2), "hook": Touch(marker)}, path)


READERS = {
    "states.npz": formats.read_npz,
    "slow_points.npz": formats.read_npz,
    "model.safetensors": formats.read_tensors,
    "history.parquet": formats.read_table,
    "train.parquet": read_sentences,
    "run.json": formats.read_json,
}
PLANTED = [
    *((name, raw_pickle) for name in READERS),
    *(
        (name, plant)
        for name in ("states.npz", "slow_points.npz")
        for plant in (npz_of_objects, npz_of_a_pickle)
    ),
    ("states.npz", npy_of_objects),
    *((name, torch_pickle) for name in ("model.safetensors", "states.npz")),
]


def test_the_planted_pickles_would_run(tmp_path):
    raw_pickle(tmp_path / "file", tmp_path / "ran")
    pickle.loads((tmp_path / "file").read_bytes())
    assert (tmp_path / "ran").exists()


@pytest.mark.parametrize(("name", "plant"), PLANTED)
def test_a_pickle_in_place_of_a_result_is_a_damaged_file(tmp_path, marker, name, plant):
    plant(tmp_path / name, marker)
    with pytest.raises(UserError, match=rf"{re.escape(name)}: the file is damaged"):
        READERS[name](tmp_path / name)


@pytest.mark.parametrize("kind", ["parquet", "csv", "jsonl", "json"])
def test_a_pickle_in_place_of_a_users_data_is_refused(tmp_path, marker, kind):
    for split in ("train", "test"):
        raw_pickle(tmp_path / f"{split}.{kind}", marker)
    source = {"train": f"train.{kind}", "test": f"test.{kind}"}
    with pytest.raises(UserError, match=rf"train\.{kind}: .*(damaged|not UTF-8|pickle of Python)"):
        prepare_text({"source": source}, tmp_path, 0)


@pytest.mark.parametrize("suffix", [".pkl", ".pickle", ".pt", ".joblib", ".npy", ".py"])
def test_files_that_could_run_code_are_no_data(tmp_path, marker, suffix):
    raw_pickle(tmp_path / f"train{suffix}", marker)
    source = {"train": f"train{suffix}", "test": f"train{suffix}"}
    with pytest.raises(
        UserError, match=r"unknown type; accepted are \.parquet, \.csv, \.tsv, \.jsonl"
    ):
        prepare_text({"source": source}, tmp_path, 0)


def test_a_type_of_parquet_that_is_a_pickle_stays_bytes(tmp_path, marker):
    import pyarrow as pa
    import pyarrow.parquet as pq

    hidden = {"ARROW:extension:name": "arrow.py_extension_type"}
    hidden["ARROW:extension:metadata"] = pickle.dumps(Touch(marker))
    fields = [
        pa.field("tokens", pa.list_(pa.int32()), metadata=hidden),
        pa.field("label", pa.int64()),
    ]
    table = pa.table({"tokens": [[1], [2]], "label": [0, 1]}, schema=pa.schema(fields))
    pq.write_table(table, tmp_path / "train.parquet")
    assert read_sentences(tmp_path / "train.parquet").tokens.tolist() == [1, 2]
    assert formats.read_table(tmp_path / "train.parquet")["label"] == [0, 1]


def test_a_script_of_the_hub_is_not_run(tmp_path, marker, monkeypatch):
    monkeypatch.setattr(text_source, "check_hub", lambda *_: None)
    (tmp_path / "set").mkdir()
    (tmp_path / "set/set.py").write_text(f"import pathlib\npathlib.Path({str(marker)!r}).touch()\n")
    with pytest.raises(UserError, match="Dataset scripts are no longer su"):
        prepare_text({"source": {"hub": str(tmp_path / "set")}}, None, 0)


def test_a_pickle_of_the_hub_is_not_read(tmp_path, marker, monkeypatch):
    monkeypatch.setattr(text_source, "check_hub", lambda *_: None)
    (tmp_path / "set").mkdir()
    for split in ("train", "test"):
        raw_pickle(tmp_path / f"set/{split}.pkl", marker)
    with pytest.raises(UserError, match="the hub gave no split"):
        prepare_text({"source": {"hub": str(tmp_path / "set")}}, None, 0)


# --- what the code may call -----------------------------------------------------------------------

# Modules that unpickle; functions by themselves, and of any module, that run text or unpickle.
MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal", "pty"}
BUILT_IN = {"eval", "exec", "compile", "__import__", "shell"}
CALLS = {
    "load",
    "loads",
    "read_pickle",
    "to_pickle",
    "unsafe_load",
    "full_load",
    "system",
    "popen",
    "getoutput",
}
OPTIONS = {"allow_pickle", "shell", "trust_remote_code"}  # must be False where they are given
LOADERS = {"UnsafeLoader", "FullLoader", "Loader"}
PROCESSES = {"run", "Popen", "call", "check_call", "check_output"}
# Calls of those names that are harmless: those that read plain values, a step of the dynamics, and
# some more by file.
EVERYWHERE = {"json.loads", "tomllib.loads", "system"}
HARMLESS = {
    "modifier_subspace.py": {"place.system"},  # a system of equations, and no command
    "formats.py": {"np.load"},  # with allow_pickle=False, see above
    "streams.py": {"pty"},  # opens a pseudo-terminal, and starts nothing in it
    "_course.py": {"self.checkpoint.load"},
    "_result.py": {"np.load"},  # with allow_pickle=False, as in formats.py
    # With weights_only, which unpickles tensors alone; the module is named for its error.
    "_weights_file.py": {"torch.load", "pickle"},
}


def compiled(path):
    """Return the syntax tree of a Python file, or of a file of rules as Snakemake compiles it."""
    if path.suffix == ".py":
        return ast.parse(path.read_text())
    from snakemake.parser import parse
    from snakemake.sourcecache import LocalSourceFile

    workflow = SimpleNamespace(
        sourcecache=SimpleNamespace(open=lambda _: streams.StringIO(path.read_text()))
    )
    return ast.parse(parse(LocalSourceFile(str(path)), workflow, {})[0])


def sources():
    files = [path for path in (PROJECT / "workflow").rglob("*") if path.suffix in (".py", ".smk")]
    assert len(files) > 60
    return [*sorted(files), PROJECT / "Snakefile"]


def forbidden(tree, harmless=frozenset()):
    """Yield what must not be in a file: modules that unpickle, functions that run text, shells."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names = (
                [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else [alias.name for alias in node.names]
            )
            found = {name.split(".")[0] for name in names} & MODULES
            yield from sorted(found - set(harmless))
        elif (
            isinstance(node, ast.keyword) and node.arg in OPTIONS and not is_false(node.value)
        ) or (isinstance(node, ast.keyword) and node.arg == "weights_only" and not is_true(node)):
            yield f"{node.arg}={ast.unparse(node.value)}"
        elif isinstance(node, ast.Attribute) and node.attr in LOADERS:
            yield node.attr
        elif isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            if name == "shell" and is_quoted(node.args[0]):
                continue  # what Snakemake makes of `shell:`
            if name in BUILT_IN or (
                name.split(".")[-1] in CALLS and name not in {*harmless, *EVERYWHERE}
            ):
                yield name
            if (
                name.startswith("subprocess.")
                and name.split(".")[-1] in PROCESSES
                and is_text(node.args[0])
            ):
                yield f"{name}({ast.unparse(node.args[0])})"


def is_true(keyword):
    return isinstance(keyword.value, ast.Constant) and keyword.value.value is True


def is_false(node):
    return isinstance(node, ast.Constant) and node.value is False


def is_quoted(node):
    """Tell whether a shell command is fixed text with fields that Snakemake quotes."""
    if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        return False
    return all(
        style == "q"
        for _, field, style, _ in string.Formatter().parse(node.value)
        if field is not None
    )


def is_text(node):
    text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return text or isinstance(node, (ast.JoinedStr, ast.BinOp))


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(PROJECT)))
def test_no_file_of_the_workflow_unpickles_or_runs_text(path):
    assert not list(forbidden(compiled(path), HARMLESS.get(path.name, frozenset())))


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "from joblib import load",
        "torch.load(f)",
        "torch.load(f, weights_only=False)",
        "torch.load(f, weights_only=maybe)",
        "np.load(f)",
        "np.load(f, allow_pickle=True)",
        "pd.read_pickle(f)",
        "eval(x)",
        "exec(x)",
        "yaml.load(f, Loader=yaml.UnsafeLoader)",
        "os.system(x)",
        "subprocess.run(x, shell=True)",
        "subprocess.run(f'ls {x}')",
        "shell('rm {x}')",
        "shell('rm ' + x)",
        "yaml.unsafe_load(f)",
    ],
)
def test_the_search_finds_what_must_not_be_there(code):
    assert list(forbidden(ast.parse(code)))


def test_no_rule_calls_a_shell():
    files = sorted((PROJECT / "workflow/rules").glob("*.smk"))
    trees = {path.name: ast.dump(compiled(path)) for path in files}
    own = {path.name for path in files if "\nrule " in path.read_text(encoding="utf-8")}
    assert len(own) > 5
    assert all("id='script'" in trees[name] for name in own)
    assert [name for name, tree in trees.items() if "id='shell'" in tree] == []


# --- names and folders of a configuration ---------------------------------------------------------


GRU = {"cell": "gru", "steps": 1}


def configuration(**changes):
    return {
        "tasks": [{"name": "two", "family": "categorical", "classes": 2}],
        "cells": ["gru"],
        "seeds": [0],
        "models": {"gru": GRU},
        **changes,
    }


def named(kind, name):
    """Return a configuration in which something bears a name, and the key of it."""
    sweep = {"name": name, "over": "classes", "values": [2], "task": "two"}
    return {
        "task": (configuration(tasks=[{"name": name, "family": "categorical"}]), "tasks[0].name"),
        "model": (configuration(models={name: GRU}, cells=[name]), ""),
        "sweep": (configuration(sweeps=[sweep]), "sweeps[0].name"),
        "sentences": (configuration(explorer={"sentences": {name: ["a"]}}), "explorer.sentences"),
        "data set": (configuration(text_sets={name: {}}), "text_sets"),
        "value": (
            configuration(sweeps=[{**sweep, "name": "s", "over": "length", "values": [name]}]),
            "sweeps[0]",
        ),
        "l2": (configuration(l2=[name]), "l2[0]"),
        "swept l2": (
            configuration(sweeps=[{**sweep, "name": "s", "over": "l2", "values": [name]}]),
            "sweeps[0]",
        ),
    }[kind]


KINDS = ("task", "model", "sweep", "sentences", "data set", "value", "l2", "swept l2")


@pytest.mark.parametrize("kind", KINDS)
def test_a_name_that_could_leave_the_results_is_refused(kind):
    for name in NOT_NAMES:
        if kind == "value" and re.fullmatch("[-.]*[a-z]{,9}", name):
            continue  # the task "two-.." is a name like others
        config, key = named(kind, name)
        with pytest.raises(UserError, match=re.escape(f"config key {key}")) as caught:
            settings.resolve(config, SCHEMA)
        assert "\n" not in str(caught.value), name


@pytest.mark.parametrize("kind", ["task", "model", "sweep"])
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("NA", "empty value"),
        ("null", "empty value"),
        ("manifolds.png", "ends like the file of a figure"),
        ("sweep_x.SVG", "ends like the file of a figure"),
    ],
)
def test_a_name_that_a_table_or_a_folder_would_mistake_is_refused(kind, name, reason):
    with pytest.raises(UserError, match=f"'{name}' is no name: .*{reason}"):
        settings.resolve(named(kind, name)[0], SCHEMA)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"tasks": [{"name": name, "family": "ordered"} for name in ("Two", "two")]},
            "tasks: 'Two' and 'two' differ",
        ),
        (
            {"models": dict.fromkeys(("gru", "GRU"), GRU), "cells": ["gru", "GRU"]},
            "models: '(gru|GRU)' and",
        ),
        (
            {"tasks": [{"name": "two-shuffled", "family": "categorical"}]},
            "'two-shuffled' ends in -shuffled like a",
        ),
        (
            {"models": {"a-untrained": GRU}, "cells": ["a-untrained"]},
            "models.a-untrained: it ends in -untrained",
        ),
    ],
)
def test_names_that_stand_for_something_else_are_refused(changes, sentence):
    with pytest.raises(UserError, match=sentence):
        settings.resolve(configuration(**changes), SCHEMA)


FOLDERS = (
    "/",
    ".",
    "a/..",
    "//",
    "~/results",
    "-r",
    "s3://bucket/x",
    "a{task}b",
    "a<b>",
    "a\nb",
    "a\0b",
    " a",
    "a ",
)


@pytest.mark.parametrize("folder", [*FOLDERS, "x" * 300, "/".join(["folder"] * 200)])
def test_a_folder_that_cannot_hold_the_results_is_refused(folder):
    with pytest.raises(UserError, match="config key results: "):
        settings.resolve(configuration(results=folder), SCHEMA)


@pytest.mark.parametrize(
    ("folder", "normal"),
    [
        ("results/", "results"),
        ("./a//b/", "a/b"),
        ("//data/x", "/data/x"),
        ("../x", "../x"),
        ("a; b 'c'", "a; b 'c'"),
    ],
)
def test_a_folder_of_results_is_normalised(folder, normal):
    assert settings.resolve(configuration(results=folder), SCHEMA)["results"] == normal


def test_names_of_our_own_files_are_names_like_others_and_nothing_is_planned_elsewhere(
    project_copy,
):
    tasks = [
        {"name": name, "family": "categorical", "length": 5}
        for name in ("headline", "sweep_x", "manifolds", "seed-0")
    ]
    models = {
        name: {"cell": "gru", "steps": 1} for name in ("train", "l2-1", "dimension", "index.html")
    }
    sweeps = [
        {"name": name, "over": "classes", "values": [2, 3], "task": tasks[0]}
        for name in ("x", "data", "manifolds")
    ]
    controls = {"untrained": {"seeds": [1]}, "shuffled_labels": {"seeds": [1]}}
    config = project_copy.tiny(
        tasks=tasks,
        models=models,
        cells=list(models),
        sweeps=sweeps,
        controls=controls,
        results="a; b/../c d",
    )
    plan = project_copy.snakemake("-n", "--configfile", config).stdout
    planned = re.findall(r"^ +(?:output|log|benchmark): (.*)$", plan, flags=re.MULTILINE)
    assert len(planned) > 100
    assert not [
        path for line in planned for path in line.split(", ") if not path.startswith("c d/")
    ]


# --- a data set that means harm -------------------------------------------------------------------

SCRIPT = "<script>window.hacked=1</script>"
IMAGE = '<img src=x onerror="window.hacked=1">'
LABELS = ["../../x", SCRIPT, "'; touch hacked; '", "{seed}", "{{ 7*7 }}", IMAGE, "$(touch hacked)"]
FOLDER = "my results; touch hacked 'a\"b $(touch hacked)"
SENTENCE = f"</script>{SCRIPT} {{seed}} {{{{ 7*7 }}}}"
TEXT = "<b>text</b>"  # the name of a column


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """Run everything on a data set of which every part is chosen to harm, into such a folder."""
    root = tmp_path_factory.mktemp("hostile") / "project"
    root.mkdir()
    copy = ProjectCopy(root)
    data = root / "my data; touch hacked"
    data.mkdir()
    for split in ("train", "test"):
        with open(data / f"{split}.csv", "w", newline="") as handle:
            rows = [
                [f"word{i} {SCRIPT} {label} $x^$ {n}", label]
                for n in range(40)
                for i, label in enumerate(LABELS)
            ]
            csv.writer(handle).writerows([[TEXT, "label"], *rows])
    source = {"train": "train.csv", "test": "test.csv"}
    task = {
        "name": "hostile",
        "family": "text",
        "source": source,
        "text_column": TEXT,
        "label_names": LABELS,
    }
    task |= {"dev_size": 40, "minimum_count": 1}
    explorer = {"sentences": {"hostile": [SENTENCE]}, "held_out": 4}
    config = copy.tiny(tasks=[task], data_folder=data.name, results=FOLDER, explorer=explorer)
    copy.before = {path.name for path in root.iterdir()}
    copy.snakemake("--configfile", config)
    copy.results = root / FOLDER
    return copy


def test_no_text_of_a_data_set_became_a_path_or_a_command(hostile):
    made = {path.name for path in hostile.root.iterdir()} - hostile.before
    assert made == {FOLDER, ".snakemake"}
    assert [path.name for path in hostile.root.parent.iterdir()] == ["project"]
    parts = {path.name for path in hostile.results.rglob("*")}
    assert not [name for name in parts if re.search(r"hacked|script|img|seed\}|7\*7", name)]


def test_labels_come_out_as_they_were_written(hostile):
    meta = formats.read_json(hostile.results / "data/hostile/meta.json")
    assert meta["class_names"] == LABELS
    with open(hostile.results / "tables/words.csv", newline="") as handle:
        assert {row["class"] for row in csv.DictReader(handle)} == set(LABELS)


NETWORK = "runs/hostile/small/l2-3e-4/seed-0"
PAGES = (
    "index.html",
    "claims.html",
    "explorer/hostile.html",
    "report.html",
    f"{NETWORK}/index.html",
)


@pytest.mark.parametrize("page", PAGES)
def test_no_page_holds_markup_of_a_data_set(hostile, page):
    text = (hostile.results / page).read_text()
    for markup in (SCRIPT, IMAGE, "window.hacked=1</script>"):
        assert markup not in text


def test_no_drawing_holds_markup_of_a_data_set(hostile):
    drawings = list((hostile.results / "figures").rglob("*.svg"))
    assert drawings
    for drawing in drawings:
        assert not re.search("<script|<img", drawing.read_text())


@pytest.mark.parametrize("page", PAGES)
def test_no_text_of_a_data_set_runs_in_a_browser(browser, hostile, page):
    with opened(browser, hostile.results / page, refused=()) as shown:
        shown.on("dialog", lambda dialog: pytest.fail(dialog.message))
        shown.wait_for_timeout(500)
        assert shown.evaluate("window.hacked") is None
        assert not shown.query_selector("img[src=x]")
        if page.startswith(("explorer", "index")):
            text = shown.evaluate("document.body.textContent")
            assert all(label in text for label in (SCRIPT, "{seed}", "{{ 7*7 }}"))


def test_a_planted_model_ends_the_job_in_one_sentence(hostile, tmp_path, marker):
    model = hostile.results / NETWORK / "model.safetensors"
    kept = model.read_bytes()
    try:
        torch_pickle(model, marker)
        done = hostile.snakemake("tables", "--configfile", "changed.yaml", check=False)
    finally:
        model.write_bytes(kept)
    output = done.stdout + done.stderr
    assert done.returncode == 1
    assert "model.safetensors: the file is damaged or cut short" in output
    assert "Traceback" not in output


def test_a_dollar_in_a_label_is_no_formula():
    from matplotlib.figure import Figure

    from rnn_geometry.plotting.arrays import NetworkArrays

    network = object.__new__(NetworkArrays)
    object.__setattr__(network, "meta", {"class_names": [r"$\frac$", "$5 to $10"]})
    figure = Figure()
    for name in network.class_names:
        figure.text(0.5, 0.5, name)
    figure.savefig(streams.BytesIO(), format="png")
