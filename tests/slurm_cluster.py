"""A Slurm of one node that a test starts and stops.

Controller, node, authentication and, if asked for, accounting are children of the test's process
and end with it. They keep their files in a folder of their own; outside it are a link at
/etc/slurm/slurm.conf, since job steps look for their configuration nowhere else, and a line in
/etc/hosts where the machine does not know its own name.
"""

from __future__ import annotations

import fcntl
import importlib.util
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

CONFIGURATION = Path("/etc/slurm/slurm.conf")
HOSTS = Path("/etc/hosts")
NAME = "rnn-geometry-slurm"
PATIENCE = 60  # seconds that any daemon may take

SLURM_CONF = """\
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller}
SlurmdPort={node}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=1,sched_interval=1
MinJobAge=900
KillWait=2
ReturnToService=2
GresTypes=gpu
AccountingStorageType=accounting_storage/{accounting}
SlurmdParameters=config_overrides
NodeName={host} NodeAddr=127.0.0.1 CPUs=2 RealMemory=64000 Gres=gpu:1
PartitionName=main Nodes={host} Default=YES MaxTime=INFINITE DefMemPerCPU=500 State=UP
PartitionName=threads Nodes={host} MaxTime=INFINITE DefMemPerCPU=500 State=UP
"""
ACCOUNTING_CONF = """\
AccountingStorageHost=localhost
AccountingStoragePort={accountant}
AccountingStoragePass={folder}/munge.socket
"""
# Any device of characters passes for a GPU.
GRES_CONF = "Name=gpu File=/dev/null\n"
SLURMDBD_CONF = """\
DbdHost=localhost
DbdPort={accountant}
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
PidFile={folder}/slurmdbd.pid
LogFile={folder}/slurmdbd.log
StorageType=accounting_storage/mysql
StorageHost=127.0.0.1
StoragePort={database}
StorageUser=slurm
StoragePass=slurm
StorageLoc=slurm
"""


class SlurmMissing(Exception):
    """Slurm cannot be had on this machine; the message says what is missing."""


def what_is_missing(accounting: bool = False) -> str | None:
    """Return why no Slurm can be started here.

    Who runs the tests, a program, Snakemake's plugin; None: nothing.
    """
    if os.geteuid() != 0:
        return "only root can start the daemons of Slurm"
    programs = {
        "slurm-wlm": ("slurmctld", "slurmd", "sbatch", "squeue"),
        "munge": ("munged",),
        "util-linux": ("setpriv",),
    }
    if accounting:
        programs |= {
            "slurmdbd": ("slurmdbd", "sacctmgr"),
            "mariadb-server": ("mariadbd", "mariadb-install-db"),
        }
    for package, names in programs.items():
        for name in names:
            if not shutil.which(name, path=_search_path()):
                return f"{name} is missing (Debian package {package})"
    if importlib.util.find_spec("snakemake_executor_plugin_slurm") is None:
        return "the Python package snakemake-executor-plugin-slurm is missing"
    return None


def _search_path() -> str:
    return os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/bin"])


class SlurmCluster:
    """A context.

    A Slurm of one node with one GPU that is none. folder: configuration and logs of the daemons.
    """

    def __init__(self, accounting: bool = False):
        self.accounting = accounting
        self.host = socket.gethostname().split(".")[0]
        self.daemons: list[tuple[str, subprocess.Popen]] = []
        self.folder: Path | None = None
        self.lock = None
        self.named_host = False

    def __enter__(self) -> SlurmCluster:
        """Start all daemons.

        Raises SlurmMissing where that is not possible or somebody else's Slurm is there.
        """
        missing = what_is_missing(self.accounting)
        if missing:
            raise SlurmMissing(missing)
        self.lock = _locked(Path(tempfile.gettempdir()) / f"{NAME}.lock")
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        """Cancel all jobs, stop all daemons and remove what was made, wherever the start ended."""
        try:
            self._cancel_jobs()
        finally:
            for _, process in reversed(self.daemons):
                _stop(process)
            self.daemons.clear()
            if self.folder is not None:
                if _leads_to(CONFIGURATION, self.folder):
                    CONFIGURATION.unlink()
                shutil.rmtree(self.folder, ignore_errors=True)
            if self.named_host:
                HOSTS.write_text(HOSTS.read_text().replace(self._line_of_hosts(), ""))
            self.lock.close()

    def call(self, *command: str, check: bool = True) -> str:
        """Run a command of Slurm and return what it prints."""
        done = subprocess.run(
            command, env=self._environment(), capture_output=True, text=True, timeout=PATIENCE
        )
        if check and done.returncode:
            raise SlurmMissing(f"{' '.join(command)} failed: {done.stderr.strip()}")
        return done.stdout

    def jobs(self) -> list[dict[str, str]]:
        """Return what the controller knows of the jobs so far, oldest first.

        JobState, TRES, TimeLimit, Comment, ...
        """
        lines = self.call("scontrol", "show", "job", "--oneliner", "--all").splitlines()
        jobs = [
            dict(re.findall(r"(\S+?)=(\S*)", line)) for line in lines if line.startswith("JobId=")
        ]
        return sorted(jobs, key=lambda job: int(job["JobId"]))

    # How it is done

    def _start(self) -> None:
        _check_configuration()
        self.folder = Path(tempfile.mkdtemp(prefix=f"{NAME}-"))
        self.folder.chmod(0o755)
        for name in ("state", "spool"):
            (self.folder / name).mkdir()
        self._write_configuration()
        self._name_host()
        self._start_munge()
        if self.accounting:
            self._start_database()
            self._start_daemon("slurmdbd", "-D", until=lambda: _answers(self.ports["accountant"]))
            self.call("sacctmgr", "--immediate", "add", "cluster", "test")
        CONFIGURATION.parent.mkdir(exist_ok=True)
        CONFIGURATION.symlink_to(self.folder / "slurm.conf")
        self._start_daemon(
            "slurmctld", "-D", "-c", until=lambda: _answers(self.ports["controller"])
        )
        self._start_daemon(
            "slurmd",
            "-D",
            until=lambda: self.call("sinfo", "-h", "-o", "%T", check=False) == "idle\n",
        )

    def _write_configuration(self) -> None:
        names = ("controller", "node", "accountant", "database")
        self.ports = dict(zip(names, _free_ports(len(names)), strict=True))
        facts = {
            **self.ports,
            "folder": self.folder,
            "host": self.host,
            "accounting": "slurmdbd" if self.accounting else "none",
        }
        text = SLURM_CONF.format(**facts)
        if self.accounting:
            text += ACCOUNTING_CONF.format(**facts)
        (self.folder / "slurm.conf").write_text(text)
        (self.folder / "gres.conf").write_text(GRES_CONF)
        (self.folder / "slurmdbd.conf").write_text(SLURMDBD_CONF.format(**facts))
        (self.folder / "slurmdbd.conf").chmod(0o600)

    def _name_host(self) -> None:
        try:
            socket.gethostbyname(self.host)
        except OSError:
            with open(HOSTS, "a") as hosts:
                self.named_host = True
                hosts.write(self._line_of_hosts())

    def _line_of_hosts(self) -> str:
        return f"\n127.0.0.1 {self.host} # {NAME}\n"

    def _start_munge(self) -> None:
        key, place = self.folder / "munge.key", self.folder / "munge.socket"
        key.write_bytes(os.urandom(128))
        key.chmod(0o600)
        files = [
            f"--{name}-file={self.folder}/munge.{name}" for name in ("key", "pid", "log", "seed")
        ]
        self._start_daemon(
            "munged", "--foreground", "--force", f"--socket={place}", *files, until=place.exists
        )

    def _start_database(self) -> None:
        data, place = self.folder / "database", self.folder / "database.socket"
        new = ["--no-defaults", "--user=root", f"--datadir={data}", "--skip-test-db"]
        self.call("mariadb-install-db", *new, "--auth-root-authentication-method=normal")
        options = [
            f"--socket={place}",
            f"--port={self.ports['database']}",
            "--bind-address=127.0.0.1",
        ]
        arguments = [
            "--no-defaults",
            "--user=root",
            f"--datadir={data}",
            f"--pid-file={self.folder}/database.pid",
        ]
        self._start_daemon(
            "mariadbd", *arguments, *options, until=lambda: _answers(self.ports["database"])
        )
        rights = "GRANT ALL ON slurm.* TO slurm@'127.0.0.1' IDENTIFIED BY 'slurm'"
        self.call(
            "mariadb", "--no-defaults", f"--socket={place}", "--user=root", f"--execute={rights}"
        )

    def _start_daemon(self, name: str, *arguments: str, until: Callable[[], bool]) -> None:
        """Start a daemon that ends with this process, and wait until it is of use."""
        command = [
            "setpriv",
            "--pdeathsig",
            "TERM",
            "--",
            shutil.which(name, path=_search_path()),
            *arguments,
        ]
        log = self.folder / f"{name}.out"
        with open(log, "wb") as out:
            process = subprocess.Popen(
                command,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        self.daemons.append((name, process))
        deadline = time.monotonic() + PATIENCE
        while not until():
            if process.poll() is not None or time.monotonic() > deadline:
                raise SlurmMissing(
                    f"{name} did not start on this machine: {self._last_lines(name)}"
                )
            time.sleep(0.1)

    def _last_lines(self, name: str) -> str:
        logs = [self.folder / f"{name}.out", self.folder / f"{name}.log"]
        lines = [
            line
            for log in logs
            if log.exists()
            for line in log.read_text(errors="replace").splitlines()
        ]
        return " | ".join(lines[-6:]) or "it says nothing"

    def _environment(self) -> dict[str, str]:
        # Here the folder's own files are read, but for the job steps, which forget this variable.
        return {
            **os.environ,
            "PATH": _search_path(),
            "SLURM_CONF": f"{self.folder}/slurm.conf",
            "LC_ALL": "C",
        }

    def _cancel_jobs(self) -> None:
        """Cancel all jobs and wait until they are gone.

        Their steps outlive the daemon of the node.
        """
        if not any(name == "slurmd" for name, _ in self.daemons):
            return
        deadline = time.monotonic() + PATIENCE
        while self.call("squeue", "--noheader", check=False) and time.monotonic() < deadline:
            self.call("scancel", "--user=root", check=False)
            time.sleep(0.5)


def _locked(path: Path):
    """Open and lock a file, so that one Slurm runs at a time.

    Wait a while for tests beside these.
    """
    handle = open(path, "w")  # noqa: SIM115 - closed when the cluster ends
    deadline = time.monotonic() + 5 * PATIENCE
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return handle
        except OSError:
            if time.monotonic() > deadline:
                handle.close()
                raise SlurmMissing(
                    f"other tests have been using Slurm on this machine for long ({path})"
                ) from None
            time.sleep(0.5)


def _check_configuration() -> None:
    """Raise SlurmMissing where this machine has a Slurm.

    Remove the link of tests that were killed.
    """
    if not os.path.lexists(CONFIGURATION):
        return
    if not (
        CONFIGURATION.is_symlink()
        and Path(os.readlink(CONFIGURATION)).parent.name.startswith(f"{NAME}-")
    ):
        raise SlurmMissing(f"this machine has a Slurm of its own ({CONFIGURATION})")
    CONFIGURATION.unlink()


def _leads_to(link: Path, folder: Path) -> bool:
    return link.is_symlink() and Path(os.readlink(link)).parent == folder


def _free_ports(number: int) -> list[int]:
    sockets = [socket.socket() for _ in range(number)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _stop(process: subprocess.Popen) -> None:
    process.terminate()
    try:
        process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(timeout=15)
