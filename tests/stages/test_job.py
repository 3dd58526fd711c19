"""What every script does around its call.

Log, sentences for people, an end with the process that started it.
"""

import errno
import os
import re
import signal
import subprocess
import sys
import time

import numpy as np
import psutil
import pytest
import torch

from rnn_geometry.errors import UserError
from rnn_geometry.stages.job import job


def raised(error):
    raise error


def run_job(log, fail):
    with job(log) as write:
        write("a line")
        fail()


def ended(log, fail):
    """Run a job that fails; return what is in its log."""
    with pytest.raises(SystemExit) as caught:
        run_job(log, fail)
    assert caught.value.code == 1
    return log.read_text() if log.is_file() else ""


def test_the_last_line_of_a_log_is_the_sentence(tmp_path, capsys):
    lines = ended(
        tmp_path / "logs" / "a.log", lambda: raised(UserError("The seeds are odd."))
    ).splitlines()
    assert re.fullmatch(r"\d\d:\d\d:\d\d a line", lines[0])
    assert lines[1:] == ["ERROR: The seeds are odd."]
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("log", ["/dev/full", "a file/a.log"])
def test_a_sentence_that_no_log_takes_reaches_the_terminal(tmp_path, capsys, log):
    (tmp_path / "a file").touch()
    ended(tmp_path / log, lambda: raised(UserError("The seeds are odd.")))
    assert capsys.readouterr().err == "ERROR: The seeds are odd.\n"


LACKS = {
    "Python": (lambda: raised(MemoryError()), "MemoryError"),
    "numpy": (lambda: np.empty(1 << 58), "Unable to allocate 2"),
    "torch": (lambda: torch.empty(1 << 50), "tried to allocate 4503599627370496 bytes"),
    "a GPU": (
        lambda: raised(RuntimeError("CUDA out of memory. Tried to allocate 2 GiB")),
        "Tried to allocate 2 GiB",
    ),
    "the system": (
        lambda: raised(OSError(errno.ENOMEM, "Cannot allocate memory")),
        "Cannot allocate memory",
    ),
}


@pytest.mark.parametrize("who", LACKS)
def test_a_lack_of_memory_is_one_sentence(tmp_path, who):
    fail, reason = LACKS[who]
    text = ended(tmp_path / "a.log", fail)
    assert re.search(
        rf"\nERROR: not enough memory \(.*{reason}.*\); lower analysis\.memory_mb", text
    )
    assert text.count("\n") == 2
    assert "Traceback" not in text


LIMITED = """
import resource, sys
from rnn_geometry.stages.job import job

with job(sys.argv[1]):
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
    kept = [bytes(1 << 20) for i in range(1 << 20)]
"""


def test_a_limit_of_memory_is_one_sentence(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, tmp_path / "a.log"], capture_output=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (1, b"")
    assert (
        (tmp_path / "a.log").read_text().startswith("ERROR: not enough memory (MemoryError); lower")
    )


def test_a_mistake_of_ours_keeps_its_traceback(tmp_path):
    text = ended(tmp_path / "a.log", lambda: raised(RuntimeError("shapes do not agree")))
    assert text.endswith("RuntimeError: shapes do not agree\n")
    assert "Traceback" in text


PARENT = """
import subprocess, sys
child = (
    "import sys, time; from rnn_geometry.stages.job import job\\n"
    "with job(sys.argv[1]): time.sleep(60)"
)
process = subprocess.Popen([sys.executable, "-c", child, sys.argv[1]])
print(process.pid, flush=True)
process.wait()
"""


def test_a_job_ends_when_the_process_that_started_it_is_killed(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, tmp_path / "a.log"], stdout=subprocess.PIPE
    ) as parent:
        child = psutil.Process(int(parent.stdout.readline()))
        try:
            end = time.monotonic() + 60
            while not (tmp_path / "a.log").exists() and time.monotonic() < end:
                time.sleep(0.05)
            time.sleep(1.5)  # longer than it waits between two looks
            assert child.is_running()
            os.kill(parent.pid, signal.SIGKILL)
            parent.wait(10)
            child.wait(30)
        finally:
            parent.kill()
            if child.is_running():
                child.kill()
