"""Bad days.

One clear sentence, other branches go on, nothing half-made stays, the same command goes on.
"""

import contextlib
import csv
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import NamedTuple
from urllib.parse import urlparse

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import ProjectCopy
from matplotlib.figure import Figure

from rnn_geometry.errors import UserError
from rnn_geometry.plotting import style
from rnn_geometry.store import formats
from rnn_geometry.tasks.sentences import Sentences, write_sentences

pytestmark = [pytest.mark.workflow, pytest.mark.slow]

RUN = "results/runs/two/{}/l2-3e-4/seed-0"
WEIGHTS = "model.safetensors"
GOES_ON = "Finished files are kept, and the same command goes on from there."


def failed(copy, sentence, *arguments, **environment):
    """Assert that snakemake fails with a matching sentence and no traceback; return it all."""
    done = copy.snakemake(*arguments, check=False, **environment)
    output = done.stdout + done.stderr
    assert done.returncode == 1, output
    assert re.search(sentence, output), output
    assert "Traceback" not in output, output
    return output


def temporaries(folder):
    """Return the hidden files below a folder, which is what temporary ones are."""
    return [path for path in folder.rglob(".*") if path.is_file()]


def tables(copy):
    """Return the tables of a run without the columns of seconds."""
    found = {}
    for path in sorted((copy.root / "results/tables").glob("*.csv")):
        with open(path, newline="") as handle:
            rows = list(csv.DictReader(handle))
        found[path.name] = [
            {key: row[key] for key in row if not key.endswith("seconds")} for row in rows
        ]
    return found


@contextlib.contextmanager
def small_disk(folder, size="2m"):
    """Mount a small disk in memory at a folder; skip where that is not possible."""
    folder.mkdir(parents=True)
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder],
        capture_output=True,
        text=True,
    )
    if done.returncode:
        pytest.skip(f"needs the right to mount a small disk: {done.stderr.strip()}")
    try:
        yield
    finally:
        # Lazily: it goes even if something is still at work in it.
        subprocess.run(["umount", "--lazy", folder], check=True, timeout=60)


def remount(folder, options):
    subprocess.run(["mount", "-o", f"remount,{options}", folder], check=True, timeout=60)


def fill(folder, left=0):
    """Fill a disk up to `left` bytes with one file; return it."""
    filler = folder / "filler"
    filler.unlink(missing_ok=True)
    disk = os.statvfs(folder)
    filler.write_bytes(bytes(disk.f_bavail * disk.f_frsize - left))
    return filler


# --- disks ----------------------------------------------------------------------------------------


def test_a_full_disk_is_one_sentence_and_the_same_command_goes_on(project_copy, calm_tables):
    results, config = project_copy.root / "results", project_copy.tiny()
    sentence = r"{} cannot be written to the folder {}: no space is left on its disk; free some"
    with small_disk(results):
        project_copy.snakemake("data", "--configfile", config)
        data = {path: path.stat().st_mtime_ns for path in results.glob("data/two/*")}
        # Room for the log alone; then none at all, which is noticed before any job.
        for left, place in (
            (4096, (r"ERROR: network .*: model\.safetensors", r"results/\.kept/runs/\S+")),
            (0, (r"\S+", r"\S*results")),
        ):
            filler = fill(results, left)
            output = failed(project_copy, sentence.format(*place), "models", "--configfile", config)
            assert ("rule train" in output) == (left > 0)
            assert ("No space is left on the disk of the folder results" in output) == (left > 0)
            assert not list(results.rglob(WEIGHTS))
            assert temporaries(results) == []
        filler.unlink()
        remount(results, "size=200m")
        project_copy.snakemake("tables", "--configfile", config)
        assert data == {path: path.stat().st_mtime_ns for path in data}
        assert tables(project_copy) == calm_tables
        assert temporaries(results) == []


def test_a_disk_without_room_for_records_is_one_sentence_before_any_job(project_copy):
    records = project_copy.root / ".snakemake"
    with small_disk(records):
        fill(
            records, left=8192
        )  # with nothing left Snakemake cannot write its own log, and says so at length
        output = failed(
            project_copy,
            r"cannot be written to the folder \S+/\.snakemake: no space is left on its disk; free "
            r"some",
            "data",
            "--configfile",
            project_copy.tiny(),
        )
    assert "rule prepare_synthetic" not in output
    assert not (project_copy.root / "results").exists()


def test_a_read_only_results_folder_is_one_sentence_before_any_job(project_copy):
    results = project_copy.root / "results"
    with small_disk(results):
        remount(results, "ro")
        output = failed(
            project_copy,
            r"cannot be written to the folder \S*results: its file system is read-only; make it "
            r"writable or name",
            "data",
            "--configfile",
            project_copy.tiny(),
        )
        assert list(results.iterdir()) == []
    assert "rule prepare_synthetic" not in output


@pytest.mark.parametrize(
    "file", ["a.json", "a.csv", "a.parquet", "s.parquet", "a.npz", "a.safetensors", "a.svg"]
)
def test_every_kind_of_file_says_that_a_disk_is_full(tmp_path, file):
    numbers = np.random.default_rng(0).random(20_000)
    sentences = Sentences.from_lists([[i, i + 1] for i in range(20_000)], np.arange(20_000) % 2)
    figure = Figure()
    figure.subplots().plot(numbers)
    path = tmp_path / "disk" / "folder" / file
    writers = {
        "a.json": lambda: formats.write_json(path, numbers.tolist()),
        "a.csv": lambda: formats.write_table(path, {"x": numbers}),
        "a.parquet": lambda: formats.write_table(path, {"x": numbers}),
        "s.parquet": lambda: write_sentences(path, sentences),
        "a.npz": lambda: formats.write_npz(path, x=numbers),
        "a.safetensors": lambda: formats.write_tensors(path, {"x": numbers}),
        "a.svg": lambda: style.save(figure, path.with_suffix(""), suffixes=["svg"]),
    }
    with small_disk(tmp_path / "disk"):
        fill(tmp_path / "disk", left=8192)
        with pytest.raises(
            UserError,
            match=rf"^{file} cannot be written to the folder \S+/folder: no space is left",
        ):
            writers[file]()
        assert list(path.parent.iterdir()) == []


# --- two runs at once -----------------------------------------------------------------------------

CELLS = """
import os
import signal
import time
from pathlib import Path

import torch
from rnn_geometry.networks.cells import GRU


class OnBatches(GRU):
    "Is a good cell when it is checked, on few rows."

    def unroll(self, x, h0=None):
        if len(x) > 8:
            self.begin()
        return super().unroll(x, h0)


class Waiting(OnBatches):
    "Says that training began and waits for a file, half a minute at most."

    def begin(self):
        Path("began").touch()
        for _ in range(300):
            if Path("go").exists():
                break
            time.sleep(0.1)


class Killed(OnBatches):
    "Ends as the kernel ends a process for which there is no memory."

    def begin(self):
        os.kill(os.getpid(), signal.SIGKILL)


class Large(OnBatches):
    "Asks for a million gigabytes."

    def begin(self):
        torch.empty(1 << 50)
"""


def model(cell="gru", **changes):
    return {"cell": cell, "hidden_size": 8, "steps": 20, **changes}


def with_cells(copy, models, **changes):
    """Write the smallest configuration with models of some cells of the user's own.

    Return its path.
    """
    (copy.root / "workflow" / "bad_cells.py").write_text(CELLS)
    return copy.tiny(models=models, cells=list(models), **changes)


@contextlib.contextmanager
def beside(copy, *arguments):
    """Run snakemake beside the test; kill it and its jobs if they are still there in the end."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(copy.root / "workflow"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = [sys.executable, "-m", "snakemake", "--cores", "1", *arguments]
    options = {
        "stdout": subprocess.PIPE,
        "stderr": subprocess.STDOUT,
        "text": True,
        "start_new_session": True,
    }
    with subprocess.Popen(command, cwd=copy.root, env=environment, **options) as process:
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def wait_for(path):
    for _ in range(600):
        if path.exists():
            return
        time.sleep(0.1)
    pytest.fail(f"{path.name} did not appear within a minute")


@pytest.fixture
def shared_folder(tmp_path):
    """Return two copies of the project with one results folder, and the first run, at work."""
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    one, other = ProjectCopy(tmp_path / "one"), ProjectCopy(tmp_path / "other")
    for copy in (one, other):
        config = with_cells(
            copy, {"small": model("bad_cells:Waiting")}, results=str(tmp_path / "shared")
        )
    with beside(one, "models", "--configfile", config) as first:
        wait_for(one.root / "began")
        yield one, other, first, config


def test_a_second_run_ends_with_one_sentence_and_the_first_one_finishes(shared_folder):
    one, other, first, config = shared_folder
    failed(
        one,
        "Directory cannot be locked. Please make sure that no other",
        "models",
        "--configfile",
        config,
    )
    sentence = (
        r"config key results: another run is at work in '\S+/shared', "
        "from another working folder; wait for"
    )
    output = failed(other, sentence, "models", "--configfile", config)
    assert "rule prepare_synthetic" not in output
    (one.root / "go").touch()
    told, _ = first.communicate(timeout=120)
    assert first.returncode == 0, told
    assert "Nothing to be done" in one.snakemake("models", "--configfile", config).stderr
    other.snakemake("models", "--configfile", config)  # nothing is locked any more


# --- jobs that end badly --------------------------------------------------------------------------

ENDINGS = {
    "small": model(),
    "killed": model("bad_cells:Killed"),
    "large": model("bad_cells:Large"),
    "wild": model(learning_rate=1e30, l2="1e30"),
}


class OneOfFour(NamedTuple):
    """A run in which one of four networks could be trained.

    Its copy, what was on the terminal, and the files left.
    """

    copy: ProjectCopy
    output: str
    files: list[str]


@pytest.fixture(scope="module")
def one_of_four(tmp_path_factory):
    """Return a run with --keep-going."""
    copy = ProjectCopy(tmp_path_factory.mktemp("endings"))
    output = failed(
        copy,
        GOES_ON,
        "tables",
        "--keep-going",
        "--configfile",
        with_cells(copy, ENDINGS, networks_per_job=1),
    )
    files = [
        str(path.relative_to(copy.root))
        for path in copy.root.glob("results/**/*")
        if path.is_file()
    ]
    return OneOfFour(copy, output, files)


@pytest.fixture(scope="module")
def calm_tables(one_of_four):
    """Return the tables of the smallest configuration where nothing disturbs its one network."""
    one_of_four.copy.snakemake("tables", "--configfile", one_of_four.copy.tiny())
    return tables(one_of_four.copy)


def test_other_branches_go_on(one_of_four):
    names = (WEIGHTS, "slow_points.npz", "linearization.npz", "geometry.json")
    assert {f"{RUN.format('small')}/{name}" for name in names} <= set(one_of_four.files)


def test_nothing_half_made_stays(one_of_four):
    made = {
        file
        for file in one_of_four.files
        if not file.startswith(("results/logs", "results/benchmarks", "results/.kept"))
    }
    assert {file.split("/")[3] for file in made if file.startswith("results/runs")} == {"small"}
    assert [file for file in made if "/." in file or file.startswith("results/tables/runs")] == []


@pytest.mark.parametrize(
    "sentence",
    [
        r"ERROR: network .*: not enough memory \(tried to allocate \d+ bytes\); lower "
        r"analysis\.memory_mb",
        r"ERROR: .*step \d+.*learning rate",
        r"died with <Signals\.SIGKILL: 9>",
        r"ERROR: the job ended without a word\. If it died of SIGKILL, .*mostly for lack of memory",
    ],
)
def test_each_ending_is_told(one_of_four, sentence):
    assert re.search(sentence, one_of_four.output), one_of_four.output


# --- data that change -----------------------------------------------------------------------------


def write_texts(copy, word="sun"):
    """Write two files of 80 short texts; return the hash of each."""
    lines = [
        (f"{name} of the day number {i}", k)
        for i in range(40)
        for k, name in enumerate((word, "rain"))
    ]
    for split in ("train", "test"):
        with open(copy.root / f"{split}.csv", "w", newline="") as handle:
            csv.writer(handle).writerows([("text", "label"), *lines])
    return {
        split: hashlib.sha256((copy.root / f"{split}.csv").read_bytes()).hexdigest()
        for split in ("train", "test")
    }


SYNTHETIC = {
    "name": "two",
    "family": "categorical",
    "classes": 2,
    "length": 5,
    "train_size": 640,
    "dev_size": 100,
    "test_size": 100,
}


def with_texts(copy, **source):
    """Write the smallest configuration with a text task beside the synthetic one.

    Return its path.
    """
    files = {"train": "train.csv", "test": "test.csv"}
    task = {
        "name": "mine",
        "family": "text",
        "source": {**files, **source},
        "dev_size": 10,
        "minimum_count": 1,
    }
    return copy.tiny(tasks=[SYNTHETIC, task], data_folder=str(copy.root))


def test_a_changed_data_file_trains_its_own_networks_again(project_copy):
    write_texts(project_copy)
    config = with_texts(project_copy)
    run = {
        task: project_copy.root / RUN.format("small").replace("two", task)
        for task in ("two", "mine")
    }
    project_copy.snakemake("models", "--configfile", config)
    before = (run["two"] / "run.json").stat().st_mtime_ns
    trained_on = json.loads((run["mine"] / "run.json").read_text())["data_sha256"]
    write_texts(project_copy, word="moon")
    project_copy.snakemake("models", "--configfile", config)
    assert (run["two"] / "run.json").stat().st_mtime_ns == before
    assert json.loads((run["mine"] / "run.json").read_text())["data_sha256"] != trained_on


def test_a_file_of_another_hash_is_refused_and_other_tasks_go_on(project_copy):
    root, before = project_copy.root, write_texts(project_copy)
    config = with_texts(project_copy, sha256=before)
    project_copy.snakemake("data", "--configfile", config)
    meta = root / "results/data/mine/meta.json"
    made = meta.stat().st_mtime_ns
    after = write_texts(project_copy, word="fog")  # of the same size
    for split in after:
        os.utime(root / f"{split}.csv", (1e9, 1e9))  # an old time, as `cp -p` leaves it
    shutil.rmtree(root / "results/data/two")
    changed = r"ERROR: \S+train\.csv: the file has changed: its SHA-256 is"
    sentence = rf"{changed} {after['train'][:12]}… and source\.sha256"
    output = failed(project_copy, sentence, "data", "--keep-going", "--configfile", config)
    assert before["train"][:12] in output
    assert (root / "results/data/two/meta.json").exists()
    config = with_texts(project_copy, sha256=after)
    project_copy.snakemake(
        "data", "--configfile", config
    )  # another hash in the configuration: prepared again
    assert meta.stat().st_mtime_ns != made
    assert json.loads(meta.read_text())["source"]["files"]["train"]["sha256"] == after["train"]


# --- the hub --------------------------------------------------------------------------------------

COMMIT = "a" * 40
LATE = 0.1  # seconds that a slow hub takes for every answer


def parquet(split):
    """Return 40 texts of two classes as the bytes of a Parquet file."""
    table = {
        "text": [f"{split} word{i % 2} text {i}" for i in range(40)],
        "label": [i % 2 for i in range(40)],
    }
    buffer = BytesIO()
    pq.write_table(pa.table(table), buffer)
    return buffer.getvalue()


FILES = {f"data/{split}.parquet": parquet(split) for split in ("train", "test")}


class Hub(BaseHTTPRequestHandler):
    """Data sets stand-in/slow, read at last, and busy, rubbish, silent and missing ones."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path = urlparse(self.path).path
        found = re.match(r"/(api/)?datasets/stand-in/(\w+)/?(.*)", path)
        getattr(self, found[2] if found else "missing")(found[3] if found else "")

    do_HEAD = do_GET

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in {
            "Content-Length": len(body),
            "X-Repo-Commit": COMMIT,
            **headers,
        }.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def busy(self, rest):
        self.answer(503, b"too many requests")

    def rubbish(self, rest):
        self.answer(200, b"<html>please sign in to this network</html>")

    def missing(self, rest):
        self.answer(404, X_Error_Code="RepoNotFound")

    def silent(self, rest):
        self.server.closing.wait(60)
        self.close_connection = True

    def slow(self, rest):
        time.sleep(LATE)
        if not self.server.asked.is_set():
            self.server.asked.set()
            self.answer(503)
        elif rest.startswith("tree/"):
            self.answer(
                200,
                json.dumps(self.listing(rest.split("/")[2:])).encode(),
                Content_Type="application/json",
            )
        elif rest.startswith("resolve/"):
            self.file(rest.split("/", 2)[2])
        else:
            facts = {
                "id": "stand-in/slow",
                "sha": COMMIT,
                "siblings": [{"rfilename": name} for name in FILES],
            }
            self.answer(
                200, json.dumps({**facts, "tags": []}).encode(), Content_Type="application/json"
            )

    def listing(self, folder):
        if not folder:
            return [{"type": "directory", "oid": COMMIT, "size": 0, "path": "data"}]
        return [
            {"type": "file", "oid": COMMIT, "size": len(body), "path": name}
            for name, body in FILES.items()
        ]

    def file(self, name):
        if name in FILES:
            self.answer(200, FILES[name], ETag=f'"{hashlib.sha1(FILES[name]).hexdigest()}"')
        else:
            self.answer(404, X_Error_Code="EntryNotFound")

    def log_message(self, *arguments):
        """Say nothing."""


@contextlib.contextmanager
def stand_in_hub():
    """Run the server until the end of a `with` block; yield its address for HF_ENDPOINT."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    server.asked, server.closing = threading.Event(), threading.Event()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_hub_that_fails_is_one_sentence_a_task_and_other_tasks_go_on(project_copy):
    sentences = {
        "busy": "it answered with an error of its own, status 503; try again later",
        "rubbish": "what it answered is not what a hub answers",
        "silent": "it did not answer in time; try again later",
        "missing": "it has no such public data set or revision, status 404",
    }
    tasks = [
        {
            "name": name,
            "family": "text",
            "source": {"hub": f"stand-in/{name}"},
            "dev_size": 5,
            "minimum_count": 1,
        }
        for name in [*sentences, "slow"]
    ]
    config = project_copy.tiny(tasks=[*tasks, SYNTHETIC])
    with stand_in_hub() as address:
        environment = {
            "HF_ENDPOINT": address,
            "HF_HUB_ETAG_TIMEOUT": "1",
            "HF_HOME": str(project_copy.root / "home"),
        }
        environment |= {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
        output = failed(
            project_copy, GOES_ON, "data", "--keep-going", "--configfile", config, **environment
        )
    for name, reason in sentences.items():
        assert re.search(f"ERROR: .*stand-in/{name} is missing .*{reason}", output), output
        assert not (project_copy.root / "results/data" / name / "meta.json").exists()
    # One that answers late, and once with an error, is as good as any.
    source = json.loads((project_copy.root / "results/data/slow/meta.json").read_text())["source"]
    assert source["commits"] == [COMMIT]
    assert (project_copy.root / "results/data/two/meta.json").exists()
