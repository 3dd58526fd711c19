# Limits that a cluster enforces: ten times what was measured, or more, and twice that with every retry.
def hold_minutes(minutes, batch=None):
    """Run-time limit in minutes, for each network of a job, that doubles with every retry on a cluster."""
    networks = len(batch.seeds) if batch else 1
    return lambda wildcards, attempt: minutes * networks * 2 ** (attempt - 1)


def hold_memory(megabytes):
    """Limit of memory in MB that doubles with every retry on a cluster."""
    return lambda wildcards, attempt: megabytes * 2 ** (attempt - 1)


DRIVER_MB = 0 if SETTINGS["device"] == "cpu" else 2000  # of a GPU, in the memory of the machine
HUB_MB = 350  # taken for the size of a set on the hub, which is not known before it is read: that of the largest ones
SOURCE_MB = {  # of text tasks: files that are read
    name: sum(os.path.getsize(file) for file in TASKS[name].get("files", {}).values()) / 1e6 or HUB_MB
    for name in TEXT_TASKS
}


def memory_of_texts(wildcards, attempt):
    """Limit of memory in MB of what reads all texts of a task: 25 MB for each MB of compressed files were measured."""
    return int(2000 + 30 * SOURCE_MB.get(wildcards.task, 0)) * 2 ** (attempt - 1)


def minutes_of_texts(wildcards, attempt):
    """Run-time limit in minutes of what reads all texts of a task: 2 CPU s for each MB of files were measured."""
    return int(20 + 0.5 * SOURCE_MB.get(wildcards.task, 0)) * 2 ** (attempt - 1)


def of_network(wildcards):
    """The task and the model of one network or of a block of seeds."""
    single = "task" in wildcards.keys()
    task, model = (wildcards.task, wildcards.model) if single else wildcards.setting.split("/")[:2]
    return TASKS[task], MODELS[model]


def training_mb(task):
    """Size in MB of the file with the training sentences of a text task; before it is there, that of its source."""
    file = f"{RESULTS}/data/{task['name']}/train.parquet"
    return os.path.getsize(file) / 1e6 if os.path.exists(file) else 0.7 * SOURCE_MB[task["name"]]


def training_words(task, model):
    """About how many words the training of one network reads."""
    text = task["family"] == "text"
    if text and model["steps"] is None:
        return model["epochs"] * training_mb(task) * 1e6 / 1.5  # bytes of a word in the compressed file
    longest = task.get("length_limit") or 400 if text else task["length"]
    longest = max(longest) if isinstance(longest, list) else longest
    sentences = model["epochs"] * task["train_size"] if model["steps"] is None else model["steps"] * model["batch_size"]
    return sentences * longest


def training_minutes(batch):
    """Run-time limit in minutes of a job of training: a GRU of 256 units reads 26,000 words a second on one core."""

    def limit(wildcards, attempt):
        task, model = of_network(wildcards)
        minutes = int(10 + training_words(task, model) * model["hidden_size"] / 4e7)
        return minutes * len(batch.seeds) * 2 ** (attempt - 1)

    return limit


def training_memory(wildcards, attempt):
    """Limit of memory in MB of a job of training: sentences, a network with its moments; the driver of a GPU."""
    task, model = of_network(wildcards)
    sentences = 15 * training_mb(task) if task["family"] == "text" else 0  # 6 MB for each of the file were measured
    network = 2000 * max(1, model["hidden_size"] / 256)
    return int(network + DRIVER_MB + sentences) * 2 ** (attempt - 1)


def analysis_minutes(batch=None):
    """Run-time limit in minutes of an analysis: 5 to 54 CPU s a network were measured at 128 units and 1,000 states."""
    states = max(1, SETTINGS["analysis"]["visited_states"] / 1000)
    networks = len(batch.seeds) if batch else 1
    return lambda wildcards, attempt: (
        int(10 * states * max(1, of_network(wildcards)[1]["hidden_size"] / 128) ** 2) * networks * 2 ** (attempt - 1)
    )


def analysis_memory(wildcards, attempt):
    """Limit of memory in MB of an analysis: chunks of states within a budget, and all sentences of the task."""
    task, model = of_network(wildcards)
    chunks = 2000 * max(1, model["hidden_size"] / 128) + (SETTINGS["analysis"]["memory_mb"] or 0)
    sentences = 8 * SOURCE_MB.get(task["name"], 0)
    return int(chunks + DRIVER_MB + sentences) * 2 ** (attempt - 1)


def minutes_of_task(wildcards, attempt):
    """Run-time limit in minutes of what reads all networks of a task."""
    return (20 + len(DESIGN.networks[wildcards.task])) * 2 ** (attempt - 1)
