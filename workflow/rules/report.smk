# The report is Snakemake's own, made when all jobs are done: one self-contained HTML file.
import shutil


report: "../report/workflow.rst"


# A run of an earlier target (data, models, tables) leaves nothing to report.
onsuccess:
    if os.path.exists(f"{RESULTS}/figures/manifolds.png") and os.path.exists(f"{RESULTS}/tables/runs.csv"):
        make_report()


# The log of a killed job is empty, and what Snakemake says last does not tell what to do.
onerror:
    print(
        "Some jobs failed: the log of each, above, says why. Finished files are kept, and the same command goes on from "
        "there. A job with an empty log that died of SIGKILL (exit status 137 or -9) was killed, mostly for lack of "
        "memory: run fewer jobs at once (--cores), or give it more.",
        file=sys.stderr,
    )
    if os.path.isdir(RESULTS) and shutil.disk_usage(RESULTS).free < 2**20:
        print(f"No space is left on the disk of the folder {RESULTS}: free some first.", file=sys.stderr)


localrules:
    report,


# Asks for everything and, having no output, always ends in a success that makes the report again.
rule report:
    input:
        rules.tables.input,
        rules.figures.input,
        rules.claims.input,
    log:
        f"{RESULTS}/logs/report.log",
    conda:
        ENVIRONMENT
    shell:
        "echo 'all tables and figures are there' > {log:q}"
