# The tables over all networks, and the verdict on every claim.


# One job a task, since importing the estimators costs more than running them on one network.
rule intrinsic_dimension:
    input:
        geometry=networks_of_task(PLAN.networks_of, "geometry.json"),
        states=networks_of_task(PLAN.networks_of, "states.npz"),
        slow_points=networks_of_task(PLAN.networks_of, "slow_points.npz"),
    output:
        PLAN.path("tables/dimension/{task}.csv"),
    log:
        PLAN.path("logs/intrinsic_dimension/{task}.log"),
    benchmark:
        PLAN.path("benchmarks/intrinsic_dimension/{task}.tsv")
    conda:
        ENVIRONMENT
    resources:
        mem_mb=LIMITS.portray_mb,
        runtime=LIMITS.task_minutes,
    params:
        **stage("intrinsic_dimension"),
    script:
        "../scripts/stage.py"


rule tabulate:
    input:
        geometry=PLAN.of(PLAN.networks, "geometry.json"),
        dimension=expand(PLAN.path("tables/dimension/{task}.csv"), task=PLAN.trained),
        meta=expand(PLAN.of_task("meta.json"), task=PLAN.tasks),
        word_statistics=expand(PLAN.of_task("word_statistics.json"), task=PLAN.tasks),
        words=PLAN.of(PLAN.text_networks, "words.parquet"),
        hold_inputs=PLAN.of(PLAN.design.hold_inputs, "analysis-hold-inputs/points.csv"),
    output:
        runs=report(
            PLAN.path("tables/runs.csv"),
            category="Tables",
            labels={"table": "one row per network"},
            caption="../report/runs.rst",
        ),
        dimension=report(
            PLAN.path("tables/dimension.csv"),
            category="Tables",
            labels={"table": "dimension of visited states, final states and slow points"},
            caption="../report/dimension.rst",
        ),
        tasks=report(
            PLAN.path("tables/tasks.csv"),
            category="Tables",
            labels={"table": "one row per task"},
            caption="../report/tasks.rst",
        ),
        predictions=PLAN.path("tables/predictions.csv"),
        words=PLAN.path("tables/words.csv"),
        hold_inputs=PLAN.path("tables/hold_inputs.csv"),
        sweeps=PLAN.path("tables/sweeps.csv"),
    log:
        PLAN.path("logs/tabulate.log"),
    benchmark:
        PLAN.path("benchmarks/tabulate.tsv")
    conda:
        ENVIRONMENT
    resources:
        mem_mb=LIMITS.tables_mb,
        runtime=LIMITS.tables_minutes,
    params:
        **stage(
            "tabulate",
            words_of=["/".join(map(str, network)) for network in PLAN.text_networks],
            sweeps=[[*place, *network] for *place, network in PLAN.design.sweeps],
        ),
    script:
        "../scripts/stage.py"


rule judge:
    input:
        runs=PLAN.path("tables/runs.csv"),
        tasks=PLAN.path("tables/tasks.csv"),
        dimension=PLAN.path("tables/dimension.csv"),
        sweeps=PLAN.path("tables/sweeps.csv"),
    output:
        table=report(
            PLAN.path("tables/claims.csv"),
            category="Claims",
            labels={"table": "one row per claim, task and cell"},
            caption="../report/claims.rst",
        ),
        page=report(
            PLAN.path("claims.html"),
            category="Claims",
            labels={"table": "grid of verdicts"},
            caption="../report/claims.rst",
        ),
    log:
        PLAN.path("logs/judge.log"),
    benchmark:
        PLAN.path("benchmarks/judge.tsv")
    conda:
        ENVIRONMENT
    params:
        **stage(
            "judge",
            claims=lambda wildcards: CLAIMS,
            # A network that only a sweep asks for is left to the claims about sweeps.
            judged=[list(network) for network in PLAN.judged],
            shown=[list(network) for network in PLAN.first],
        ),
    script:
        "../scripts/stage.py"


localrules:
    tables,
    claims,


rule tables:
    input:
        rules.tabulate.output,


# The verdicts, and all that their page leads to.
rule claims:
    input:
        rules.judge.output,
        PLAN.path("index.html"),
