# The tables over all networks, and the verdict on every claim.


# One job a task: to start a process costs more than to run the estimators on one network.
rule intrinsic_dimension:
    input:
        **PLAN.of_task_networks(PLAN.networks_of, ("geometry", "states", "slow_points")),
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


ALIKE = ("distances", "universality", "neighbours")
READ = ("train.parquet", "test.parquet", "vocab.json", "meta.json")


# How far any two networks of a task are from each other, and whether their cell can be told.
use rule intrinsic_dimension as compare_networks with:
    input:
        **PLAN.of_task_networks(PLAN.overview_of, ("model", "run", "states", "slow_points")),
        **{key_of(file): PLAN.of_task(file) for file in READ},
    output:
        **{name: PLAN.path(f"tables/{name}/{{task}}.csv") for name in ALIKE},
    log:
        PLAN.path("logs/compare_networks/{task}.log"),
    benchmark:
        PLAN.path("benchmarks/compare_networks/{task}.tsv")
    params:
        **stage("compare_networks", device=SETTINGS["device"], threads=SETTINGS["threads"]),


rule tabulate:
    input:
        geometry=PLAN.of(PLAN.classifiers, "geometry.json"),
        dimension=expand(PLAN.path("tables/dimension/{task}.csv"), task=PLAN.trained),
        meta=expand(PLAN.of_task("meta.json"), task=PLAN.classified),
        word_statistics=expand(PLAN.of_task("word_statistics.json"), task=PLAN.classified),
        words=PLAN.of(PLAN.text_networks, "words.parquet"),
        hold_inputs=PLAN.of(PLAN.design.hold_inputs, "analysis-hold-inputs/points.csv"),
    output:
        runs=in_report("tables/runs.csv", "Tables", "runs", {"table": "one row per network"}),
        dimension=in_report(
            "tables/dimension.csv",
            "Tables",
            "dimension",
            {"table": "dimension of visited states, final states and slow points"},
        ),
        tasks=in_report("tables/tasks.csv", "Tables", "tasks", {"table": "one row per task"}),
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
            margin=CLAIMS["bag_of_words_margin"],
            poolings={name: pooling_of(own) for name, own in PLAN.models.items()},
        ),
    script:
        "../scripts/stage.py"


# The same of all tasks, and verdicts on it.
use rule tabulate as universality with:
    input:
        **{
            name: expand(PLAN.path(f"tables/{name}/{{task}}.csv"), task=PLAN.together)
            for name in ALIKE
        },
        **tables_named(("runs", "tasks")),
    output:
        **tables_named(ALIKE),
        claims=PLAN.path("tables/claims_universality.csv"),
    log:
        PLAN.path("logs/universality.log"),
    benchmark:
        PLAN.path("benchmarks/universality.tsv")
    params:
        **stage(
            "universality",
            claims=claims_asked("claims_universality"),
            judged=[list(network) for network in PLAN.overview],
        ),


JUDGED_BY = ("runs", "tasks", "dimension", "sweeps", "hold_inputs")


rule judge:
    input:
        **{name: PLAN.path(f"tables/{name}.csv") for name in JUDGED_BY},
    output:
        table=in_report(
            "tables/claims.csv", "Claims", "claims", {"table": "one row per claim, task and cell"}
        ),
        multiverse=PLAN.path("tables/multiverse.csv"),
        page=in_report("claims.html", "Claims", "claims", {"table": "grid of verdicts"}),
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
            judged=[list(network) for network in PLAN.judged],
            shown=[list(network) for network in PLAN.first],
            tasks=list(PLAN.tasks),
            hold_inputs=SETTINGS["analysis"]["hold_inputs"],
            shipped=shipped_file(ROOT),
        ),
    script:
        "../scripts/stage.py"


localrules:
    tables,
    claims,


rule tables:
    input:
        rules.tabulate.output if PLAN.tabled else [],
        rules.universality.output if PLAN.together else [],
        rules.tabulate_translators.output if PLAN.translators else [],
        rules.tabulate_language.output if PLAN.language_models else [],
        rules.tabulate_language_text.output if PLAN.text_models else [],
        rules.transformers.input,


# The verdicts, and all that their page leads to.
rule claims:
    input:
        [*rules.judge.output, PLAN.path("index.html")] if PLAN.tabled else [],
        rules.attention_page.output if PLAN.translators else [],
        rules.language.input,
