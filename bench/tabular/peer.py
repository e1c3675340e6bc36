"""Trains a peer of the tabular engine on the arrays that a benchmark has written, and tells what it took.

Called with one argument: JSON of { library, folder, columns, train, test, parameters, rounds, threads, seed }.
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
if task["library"] == "xgboost":
    import xgboost as library

    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    data = library.DMatrix(x[:train], label=y[:train], nthread=task["threads"])
    fixed = {"tree_method": "hist", "nthread": task["threads"], "seed": task["seed"]}
else:
    import lightgbm as library

    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    data = library.Dataset(x[:train], label=y[:train])
    fixed = {"num_threads": task["threads"], "verbose": -1, "seed": task["seed"], "deterministic": True}
model = library.train({**fixed, **task["parameters"]}, data, task["rounds"])
seconds = time.perf_counter() - began
after = resource.getrusage(resource.RUSAGE_SELF)
if test > 0:
    asked = library.DMatrix(x[train:], nthread=task["threads"]) if task["library"] == "xgboost" else x[train:]
    np.asarray(model.predict(asked), dtype=np.float64).tofile(f"{folder}/predictions.f64")
print(
    json.dumps(
        {
            "version": library.__version__,
            "seconds": seconds,
            "cpuSeconds": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
            "peakMiB": after.ru_maxrss / 1024,
        }
    )
)
