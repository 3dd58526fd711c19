"""What word counts alone say about a task: the dimension they predict, and the accuracy of a bag of words."""

from rnn_geometry.job import job

with job(snakemake.log[0]) as log:
    from rnn_geometry import io
    from rnn_geometry.word_statistics import word_statistics

    files = snakemake.input
    vocabulary = io.read_json(files.vocab)
    seed = 0  # the baseline's solver is deterministic; the seed only splits off its tuning rows
    statistics = word_statistics(
        io.read_sentences(files.train), io.read_sentences(files.test), len(vocabulary), io.read_json(files.meta), seed
    )
    io.write_json(snakemake.output[0], statistics)
    log(f"predicted dimension {statistics['dimension_predicted']}, bag of words {statistics['bag_of_words_accuracy']}")
