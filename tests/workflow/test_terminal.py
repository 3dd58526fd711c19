"""What a run shows: plain lines, bars on a terminal, and the sentence of an error at the end."""

import fcntl
import io
import logging
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import time
from types import SimpleNamespace

import pytest
from conftest import PROJECT
from snakemake_interface_logger_plugins.common import LogEvent
from snakemake_logger_plugin_rnn_geometry import messages, stages
from snakemake_logger_plugin_rnn_geometry.bars import Bars
from snakemake_logger_plugin_rnn_geometry.progress import Progress, exactly, in_words
from snakemake_logger_plugin_rnn_geometry.screens import Plain, screen_for
from snakemake_logger_plugin_rnn_geometry.views import Reader

SENTENCE = (
    "ERROR: config key tasks: the file 'somewhere/train.csv' has no column 'text'; its columns are "
    "'label', 'sentence', 'title' and 'überschrift', so name one of them with text_column."
)

SNAKEFILE = f"""
from snakemake.exceptions import WorkflowError

if config.get("wrong"):
    raise WorkflowError("config key cells: there is no cell 'gruu'.")

onsuccess:
    print("test accuracy 0.99")

onerror:
    print("see the page of bad days")

rule all:
    input:
        expand("out/{{task}}.txt", task=["one", "two"]),
        "out/last.txt" if config.get("bad") or config.get("slow") else [],

rule train:
    name: "train.gru-10"
    output: "out/{{task}}.txt"
    wildcard_constraints: task="one|two"
    log: "logs/{{task}}.log"
    shell: "echo 'a warning of a job' >&2; echo done > {{output}}"

rule last:
    name: "slow_points.gru-10_to_gru-11"
    output: "out/last.txt"
    log: "logs/last.log"
    params: message={SENTENCE!r}
    shell:
        "touch begun; sleep {{config[slow]}}; "
        "printf 'one\\n%s\\n' {{params.message:q}} > {{log}}; exit 1"
"""


def with_workflow(folder):
    """Put the tiny workflow into a folder."""
    (folder / "Snakefile").write_text(SNAKEFILE)
    return folder


@pytest.fixture
def folder(tmp_path):
    """Return a folder with the tiny workflow."""
    return with_workflow(tmp_path)


def command(*config, options=()):
    """Return a command that runs the tiny workflow."""
    start = [
        sys.executable,
        "-m",
        "snakemake",
        "--cores",
        "2",
        "--keep-going",
        "--show-failed-logs",
    ]
    return [*start, "--logger", "rnn-geometry", *options, "--config", "slow=0", *config]


def environment(**changes):
    """Return variables that do not depend on who runs the tests."""
    kept = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "LC_ALL", "FORCE_COLOR")}
    fixed = {"PYTHONPATH": str(PROJECT / "workflow"), "LANG": "C.UTF-8", "TERM": "xterm"}
    return kept | fixed | changes


def plain(folder, *config, options=()):
    """Run the tiny workflow into one pipe."""
    done = subprocess.run(
        command(*config, options=options),
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    return done.returncode, done.stdout


class Terminal:
    """A pseudo-terminal with the tiny workflow on it."""

    def __init__(self, folder, *config, columns=80, **variables):
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.raw = b""
        self.process = subprocess.Popen(
            command(*config),
            cwd=folder,
            env=environment(**variables),
            stdin=subprocess.DEVNULL,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)

    def read_until(self, wanted=None):
        """Read until some bytes were shown, or to the end; return whether they were."""
        while wanted is None or wanted not in self.raw:
            try:
                data = os.read(self.master, 65536)
            except OSError:  # Linux says so that nobody holds the other side
                return False
            if not data:
                return False
            self.raw += data
        return True

    def end(self):
        """Wait for the end; return the exit code and the text without control sequences."""
        self.read_until()
        os.close(self.master)
        text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self.raw.decode())
        return self.process.wait(), text.replace("\r\n", "\n")


def last_line(text):
    """Return the last line with something in it."""
    return text.rstrip().splitlines()[-1]


def test_plain_success_tells_jobs_the_full_log_and_the_workflows_own_words_last(folder):
    code, text = plain(folder)
    assert code == 0
    assert "2 jobs: training 2\n" in text
    assert re.search(r"^\[2/2\] training (one|two), gru-10 \.\.\.", text, re.MULTILINE)
    assert "\x1b" not in text
    assert "\r" not in text
    assert "a warning of a job" in text
    assert "2 of 2 jobs done in " in text
    path = re.search(r"^Full log: (\S+)$", text, re.MULTILINE)[1]
    assert "Finished jobid" in (folder / path).read_text()
    assert "Finished jobid" not in text


def test_plain_failure_ends_with_the_sentence(folder):
    code, text = plain(folder, "bad=1")
    assert code == 1
    assert f"FAILED: fixed-point search, gru-10 to gru-11\nlog: logs/last.log\n{SENTENCE}\n" in text
    assert "2 of 3 jobs done, 1 failed" in text
    assert text.index("see the page of bad days") < text.rindex("FAILED: ")
    assert last_line(text) == SENTENCE
    assert "CalledProcessError" not in text
    assert "At least one job" not in text


def test_dry_run_shows_the_whole_table_and_reasons(folder):
    code, text = plain(folder, options=["--dry-run"])
    assert code == 0
    assert re.search(r"^train\.gru-10 +2$", text, re.MULTILINE)
    assert "reason: Missing output files: out/one.txt" in text
    assert "This was a dry-run" in text


@pytest.mark.parametrize("options", [[], ["--dry-run"]])
def test_an_error_before_any_job_is_its_sentence_alone(folder, options):
    code, text = plain(folder, "wrong=1", options=options)
    assert code == 1
    assert last_line(text) == "ERROR: config key cells: there is no cell 'gruu'."
    assert "File " not in text


def test_terminal_success_shows_bars_and_jobs_lines_and_ends_with_the_workflows_words(folder):
    code, text = Terminal(folder).end()
    assert code == 0
    assert re.search(r"training +━+ 2/2", text)
    assert text.count("a warning of a job") == 2
    done, told = text.index("2 of 2 jobs done in"), text.index("test accuracy 0.99")
    assert text.rindex("━") < done < text.index("Full log: ") < told
    assert last_line(text) == "test accuracy 0.99"


@pytest.fixture(scope="module")
def failed(tmp_path_factory):
    """Return runs that failed on a wide terminal and on a narrow one, made at the same time."""
    variables = {"wide": {}, "narrow": {"columns": 40, "NO_COLOR": "1", "LC_ALL": "C"}}
    runs = {
        name: Terminal(with_workflow(tmp_path_factory.mktemp(name)), "bad=1", **changes)
        for name, changes in variables.items()
    }
    return {name: (*run.end(), run.raw) for name, run in runs.items()}


def test_terminal_failure_ends_with_the_sentence_whole(failed):
    code, text, _ = failed["wide"]
    assert code == 1
    assert re.search(r"fixed-point search +━+ 0/1 1 failed", text)
    assert last_line(text) == SENTENCE


def test_narrow_terminal_without_colours_in_the_c_locale(failed):
    code, text, raw = failed["narrow"]
    assert code == 1
    assert raw.isascii()
    assert not re.search(rb"\x1b\[[0-9;]*m|\x1b\[\?25l", raw)
    bars = re.findall(r"^training +-+ 2/2 *$", text, re.MULTILINE)
    assert bars
    assert max(map(len, bars)) <= 40
    assert last_line(text) == SENTENCE.replace("ü", r"\xfc")


def wait_for(path):
    """Wait until a job has made a file: before that there is nothing to be interrupted."""
    end = time.monotonic() + 60
    while not path.exists() and time.monotonic() < end:
        time.sleep(0.05)
    assert path.exists()
    time.sleep(0.5)


def interrupted(folder):
    """Press Ctrl-C while the last job runs; return the exit code and the text."""
    folder.mkdir()
    # Tests that run in the background ignore it, and so would what they start.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        terminal = Terminal(with_workflow(folder), "slow=120")
    finally:
        signal.signal(signal.SIGINT, before)
    assert terminal.read_until(b"2 of 3 jobs done"), terminal.raw
    wait_for(folder / "begun")
    os.killpg(terminal.process.pid, signal.SIGINT)
    return terminal.end()


def test_an_interrupted_run_leaves_the_terminal_and_says_how_to_go_on(tmp_path):
    """On a busy machine Snakemake's event loop loses an interrupt now and then: one of six."""
    stopped = 1, "Stopped before the end. The same command goes on from here."
    ends = []
    while stopped not in ends and len(ends) < 6:
        code, text = interrupted(tmp_path / str(len(ends)))
        ends.append((code, last_line(text)))
    assert stopped in ends


def test_every_job_starts_without_heavy_imports():
    names = "torch", "pandas", "rich"
    code = "import sys, snakemake_logger_plugin_rnn_geometry; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True
    )
    assert not set(names) & set(done.stdout.split())


class Recorded:
    """A screen that keeps lines."""

    def __init__(self):
        self.lines = []

    def line(self, text, style=""):
        self.lines.append(text)

    def begin(self, progress):
        self.progress = progress

    def update(self, finished=None):
        pass

    def between(self, stream, text):
        self.lines.append(text)

    end = close = update


@pytest.fixture
def reader():
    """Return a view of fabricated records, with its screen; closed at the end of the test."""
    view = Reader(Recorded(), SimpleNamespace(quiet=None))
    yield view
    view.close()


def send(view, event, message=None, level=logging.INFO, **fields):
    """Hand a fabricated record to a view."""
    record = logging.LogRecord("snakemake.logging", level, "", 0, message, None, None)
    record.__dict__.update(fields, event=event)
    view.show(record)


def begin(view, number, rule, **wildcards):
    """Begin a job."""
    send(view, LogEvent.JOB_STARTED, jobs=[number])
    send(view, LogEvent.JOB_INFO, jobid=number, rule_name=rule, wildcards=wildcards)


def test_warnings_pass_whole_and_snakemakes_usual_words_do_not(reader):
    warning = "a warning " * 40
    send(reader, None, warning, logging.WARNING)
    send(reader, None, "Select jobs to execute...")
    send(reader, LogEvent.RESOURCES_INFO, "Provided cores: 2")
    send(reader, None, "None")
    send(reader, None, "Nothing to be done (all requested files are present and up to date).")
    assert reader.screen.lines[0] == warning
    assert reader.screen.lines[1].startswith("Nothing to be done")
    assert len(reader.screen.lines) == 2


def test_a_job_that_succeeds_at_its_second_attempt_is_no_failure(reader, tmp_path):
    send(reader, LogEvent.RUN_INFO, "", stats={"train": 1, "total": 1})
    begin(reader, 7, "train", task="one")
    fields = {"jobid": 7, "rule_name": "train", "log": [str(tmp_path / "none.log")]}
    send(reader, LogEvent.JOB_ERROR, "", logging.ERROR, **fields)
    assert reader.progress.failed == 1
    begin(reader, 7, "train", task="one")
    send(reader, LogEvent.JOB_FINISHED, "", job_id=7)
    assert (reader.progress.finished, reader.progress.failed) == (1, 0)
    assert not reader.failures


def test_a_group_tells_the_sentence_of_the_job_that_has_one(reader, tmp_path):
    send(reader, LogEvent.RUN_INFO, "", stats={"train": 2, "total": 2})
    good, bad = tmp_path / "good.log", tmp_path / "bad.log"
    good.write_text("all is well\n")
    bad.write_text(f"begun\n{SENTENCE}\n")
    jobs = [
        {"jobid": i, "rule_name": "train", "log": [str(log)]} for i, log in enumerate((good, bad))
    ]
    for job in jobs:
        begin(reader, job["jobid"], "train", task=f"task-{job['jobid']}")
    send(reader, LogEvent.GROUP_ERROR, "", logging.ERROR, job_error_info=jobs, aux_logs=[])
    for job in jobs:
        send(reader, LogEvent.JOB_ERROR, "", logging.ERROR, indent=True, **job)
    assert reader.screen.lines == ["FAILED: training task-1", f"log: {bad}", SENTENCE]


def test_a_log_without_a_sentence_shows_its_end(reader, tmp_path):
    log = tmp_path / "job.log"
    log.write_text("\n".join(["early"] * 100 + ["Traceback ...", "ValueError: no"]))
    fields = {"jobid": 1, "rule_name": "train", "log": [str(log)]}
    send(reader, LogEvent.JOB_ERROR, "", logging.ERROR, **fields)
    assert reader.screen.lines[-1] == "ValueError: no"
    assert len(reader.screen.lines) == 2 + messages.TAIL


def test_what_is_printed_meanwhile_goes_through_the_screen(reader):
    before = sys.stdout
    send(reader, LogEvent.RUN_INFO, "", stats={"train": 1, "total": 1})
    print("from the Snakefile")
    reader.close()
    assert reader.screen.lines[:2] == ["from the Snakefile", "\n"]
    assert sys.stdout is before


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ('WorkflowError in file "/x/a.smk", line 3:\nno.\n  File "/x", line 3, in f', "ERROR: no."),
        ('WorkflowError in rule a in file "/x", line 3:\nno\nand no', "ERROR: no\nand no"),
        ("MissingInputException in rule a:\nno file", "MissingInputException in rule a:\nno file"),
        ('Traceback (most recent call last)\n  File "x", line 1, in f', None),
    ],
)
def test_exceptions_without_their_places_in_code(message, told):
    assert messages.of_exception(message) == (told or message)


@pytest.mark.parametrize(
    ("rule", "wildcards", "title"),
    [
        ("train.gru-10", {"setting": "c-3/gru/l2-3e-4"}, "training c-3 gru L2 3e-4, gru-10"),
        ("slow_points.a-1_to_b-2", {}, "fixed-point search, a-1 to b-2"),
        ("plot_task", {"task": "c-3"}, "figures task c-3"),
        ("linearize", {"l2": "3e-4", "seed": "0"}, "eigen-analysis L2 3e-4 seed 0"),
        ("new_thing", {"task": "a"}, "new thing a"),
    ],
)
def test_names_of_jobs(rule, wildcards, title):
    assert stages.job_title(rule, wildcards) == title


class Clock:
    """A clock that a test moves."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def test_time_left_weighs_stages_by_the_length_of_their_jobs():
    clock = Clock()
    progress = Progress(clock)
    progress.plan({"geometry": 4, "train": 4, "all": 1, "total": 9})
    assert progress.time_left() is None
    for number in range(4):  # as long as expected, one at a time
        progress.start([number])
        progress.name(number, "geometry", {})
        clock.now += 1
        progress.finish(number)
    assert progress.time_left() == pytest.approx(4 * stages.SECONDS["train"])
    progress.start([8, 9])
    progress.name(8, "train", {})
    progress.name(9, "train", {})
    clock.now += 4
    assert progress.time_left() == pytest.approx(4 * 8 / 1.5 - 2 * 4 / 1.5)
    assert [(stage.title, stage.total, stage.finished) for stage in progress.stages()] == [
        ("geometry", 4, 4),
        ("training", 4, 0),
    ]


def test_durations_in_words():
    assert [in_words(s) for s in (0, 12, 58, 150, 4800)] == [
        "5 s",
        "10 s",
        "1 min",
        "2 min",
        "1 h 20 min",
    ]
    assert [exactly(s) for s in (0, 253, 3600)] == ["less than a second", "4 min 13 s", "1 h"]


def test_plain_lines_are_few():
    progress, stream = Progress(), io.StringIO()
    progress.plan({"train": 100})
    screen = Plain(stream)
    screen.begin(progress)
    for number in range(100):
        progress.start([number])
        progress.name(number, "train", {"task": str(number)})
        screen.update(progress.finish(number))
    screen.end()
    lines = stream.getvalue().splitlines()
    assert len(lines) == 3
    assert lines[-1] == "[100/100] training 99 ..."


def test_a_terminal_that_cannot_move_its_cursor_gets_plain_lines(monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    stream = SimpleNamespace(isatty=lambda: True)
    assert isinstance(screen_for(stream, nocolor=False), Plain)


def test_bars_fit_a_low_terminal():
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 8, 40, 0, 0))
    with open(slave, "w") as stream:
        bars = Bars(stream, nocolor=True)
        bars.progress = Progress()
        bars.progress.plan({f"stage_{i}": 1 for i in range(20)})
        with bars.console.capture() as shown:
            bars.console.print(bars._drawn())
        bars.close()
    os.close(master)
    lines = shown.get().splitlines()
    assert len(lines) <= 7
    assert all(len(line) <= 40 for line in lines)
    assert lines[-1].startswith("0 of 20 jobs done")
