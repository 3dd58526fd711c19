# The verdict: every claim on every task and cell, its page, and a figure for every sweep.
SWEEPS = list(dict.fromkeys(sweep for sweep, *_ in DESIGN.sweeps))
CLAIMS = SETTINGS["claims"]


rule judge:
    input:
        runs=f"{RESULTS}/tables/runs.csv",
        tasks=f"{RESULTS}/tables/tasks.csv",
        dimension=f"{RESULTS}/tables/dimension.csv",
        sweeps=f"{RESULTS}/tables/sweeps.csv",
    output:
        table=report(
            f"{RESULTS}/tables/claims.csv",
            category="Claims",
            labels={"table": "one row per claim, task and cell"},
            caption="../report/claims.rst",
        ),
        page=report(
            f"{RESULTS}/claims.html",
            category="Claims",
            labels={"table": "grid of verdicts"},
            caption="../report/claims.rst",
        ),
    log:
        f"{RESULTS}/logs/judge.log",
    benchmark:
        f"{RESULTS}/benchmarks/judge.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=hold_memory(1000),
        runtime=hold_minutes(10),
    params:
        claims=lambda wildcards: configuration.plain(CLAIMS),
        templates=lambda wildcards: page_templates("claims.html.jinja", "grid.html.jinja"),
        # A network that only a sweep asks for is left to the claims about sweeps.
        judged=[list(network) for network in DESIGN.judged],
        shown=[list(network) for network in FIRST],
        fingerprint=fingerprint("judge", "claims.smk"),
    script:
        "../scripts/judge.py"


rule plot_sweeps:
    input:
        f"{RESULTS}/tables/sweeps.csv",
    output:
        **{f"sweep_{name}": sweep_output(name) for name in SWEEPS},
        vector=expand(f"{RESULTS}/figures/sweep_{{name}}.{{kind}}", name=SWEEPS, kind=VECTOR),
    log:
        f"{RESULTS}/logs/plot_sweeps.log",
    benchmark:
        f"{RESULTS}/benchmarks/plot_sweeps.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=hold_memory(1000),
        runtime=hold_minutes(10),
    params:
        sweeps=SWEEPS,
        fingerprint=fingerprint("plot_sweeps", "claims.smk"),
    script:
        "../scripts/plot_sweeps.py"


localrules:
    claims,


# The verdicts, and all that their page leads to.
rule claims:
    input:
        rules.judge.output,
        rules.plot_sweeps.output if SWEEPS else [],
        f"{RESULTS}/index.html",
