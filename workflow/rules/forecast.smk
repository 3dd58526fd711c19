# The forecast from word counts, from a run of config/forecast.yaml, and its page.
WHOLE = [task for task in PLAN.classified if task not in PLAN.trained]
KEPT = {"networks": "forecast", "scores": "forecast_scores", "sets": "forecast_sets"}


use rule document_claims as document_forecast with:
    input:
        **{name: f"{DOCS}/data/{file}.csv" for name, file in KEPT.items()},
    output:
        page=f"{DOCS}/forecast.md",
        figure=f"{DOCS}/figures/forecast.png",
    log:
        PLAN.path("logs/document_forecast.log"),
    params:
        **stage("document_forecast"),


use rule keep_claims as keep_forecast with:
    input:
        geometry=PLAN.of(PLAN.classifiers, "geometry.json"),
        meta=expand(PLAN.of_task("meta.json"), task=PLAN.classified),
        word_statistics=expand(PLAN.of_task("word_statistics.json"), task=PLAN.trained),
        train=expand(PLAN.of_task("train.parquet"), task=WHOLE),
        vocab=expand(PLAN.of_task("vocab.json"), task=WHOLE),
    output:
        **{n: f"{PLAN.kept_in('results/forecast', DOCS)}/{KEPT[n]}.csv" for n in KEPT},
    log:
        PLAN.path("logs/keep_forecast.log"),
    params:
        **stage(
            "keep_forecast",
            trained=PLAN.trained,
            whole=WHOLE,
            sweeps=[[sweep, network.task] for sweep, *_, network in PLAN.design.sweeps],
            margin=CLAIMS["bag_of_words_margin"],
        ),
