"""Trains a peer of the tabular engine on the arrays that a benchmark has written, and tells what it took.

Called with one argument: JSON of { library, folder, columns, train, test, categorical, parameters, rounds, threads }.
The folder holds x.f64 (float64, column by column, train rows then test rows), y.f64 and w.f64; predictions.f64 is
written there. Prints one line of JSON. Only benchmarks call it; the product needs no Python.
"""

import json
import resource
import sys
import time

import numpy as np

task = json.loads(sys.argv[1])
folder, train, test = task["folder"], task["train"], task["test"]
rows = train + test
x = np.fromfile(f"{folder}/x.f64").reshape(task["columns"], rows).T
y = np.fromfile(f"{folder}/y.f64")
before = resource.getrusage(resource.RUSAGE_SELF)
began = time.perf_counter()
if task["library"] == "xgboost":
    import xgboost

    version = xgboost.__version__
    began = time.perf_counter()
    before = resource.getrusage(resource.RUSAGE_SELF)
    data = xgboost.DMatrix(x[:train], label=y[:train], nthread=task["threads"])
    parameters = {"tree_method": "hist", "nthread": task["threads"], "seed": 1, **task["parameters"]}
    model = xgboost.train(parameters, data, task["rounds"])
    predict = lambda: model.predict(xgboost.DMatrix(x[train:], nthread=task["threads"]))
else:
    import lightgbm

    version = lightgbm.__version__
    began = time.perf_counter()
    before = resource.getrusage(resource.RUSAGE_SELF)
    data = lightgbm.Dataset(x[:train], label=y[:train], categorical_feature=task.get("categorical", []))
    parameters = {"num_threads": task["threads"], "verbose": -1, "seed": 1, "deterministic": True, **task["parameters"]}
    model = lightgbm.train(parameters, data, task["rounds"])
    predict = lambda: model.predict(x[train:])
seconds = time.perf_counter() - began
after = resource.getrusage(resource.RUSAGE_SELF)
if test > 0:
    np.asarray(predict(), dtype=np.float64).tofile(f"{folder}/predictions.f64")
print(
    json.dumps(
        {
            "version": version,
            "seconds": seconds,
            "cpuSeconds": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
            "peakMiB": after.ru_maxrss / 1024,
        }
    )
)
