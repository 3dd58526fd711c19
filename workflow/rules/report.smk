# The report is Snakemake's own, made when all jobs are done: one self-contained HTML file.
import shlex
import subprocess
import sys

REPORT = f"{RESULTS}/report.html"


report: "../report/workflow.rst"


def make_report():
    """Run this same command again with --report: it draws no figure and runs no job."""
    command = [sys.executable, "-m", "snakemake", *sys.argv[1:], "--nolock", "--quiet", "all", "--report", REPORT]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        print(f"The report could not be made with {shlex.join(command)}:\n{done.stderr}", file=sys.stderr)
    else:
        print(f"Report: {os.path.abspath(REPORT)}")


onsuccess:
    make_report()
