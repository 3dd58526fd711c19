# The forecast from word counts, from a run of config/forecast.yaml.
WHOLE = [task for task in PLAN.tasks if task not in PLAN.trained]
FORECAST = ("forecast", "forecast_scores", "forecast_sets")


rule keep_forecast:
    input:
        geometry=PLAN.of(PLAN.networks, "geometry.json"),
        meta=expand(PLAN.of_task("meta.json"), task=PLAN.tasks),
        word_statistics=expand(PLAN.of_task("word_statistics.json"), task=PLAN.tasks),
        train=expand(PLAN.of_task("train.parquet"), task=WHOLE),
        vocab=expand(PLAN.of_task("vocab.json"), task=WHOLE),
    output:
        **{name: f"{PLAN.kept_in('results/forecast', DOCS)}/{name}.csv" for name in FORECAST},
    log:
        PLAN.path("logs/keep_forecast.log"),
    conda:
        ENVIRONMENT
    params:
        **stage("keep_forecast", whole=WHOLE, margin=CLAIMS["bag_of_words_margin"]),
    script:
        "../scripts/stage.py"
