"""XGBoost as the peer of explaining. `make FOLDER ROWS` trains models on a made-up table and writes both into the folder;
`measure FOLDER` prints as JSON what explaining takes: processor time of this process, one thread."""
import json
import sys
import time

import numpy as np
import xgboost as xgb

WIDTH = 8
SHAPES = {"serving": (6, 60), "deep": (14, 10)}
what, folder = sys.argv[1:3]


def make(rows):
    random = np.random.default_rng(1)
    table = random.standard_normal((20_000, WIDTH)).astype(np.float32)
    table[random.random(table.shape) < 0.05] = np.nan
    known = np.nan_to_num(table)
    truth = known[:, 0] * known[:, 1] + np.sin(2 * known[:, 2]) + known[:, 3] * known[:, 4] * known[:, 5] + known[:, 6]
    labels = truth + random.standard_normal(len(truth)) / 2 > 0
    matrix = xgb.DMatrix(table, label=labels, nthread=1)
    for name, (depth, rounds) in SHAPES.items():
        settings = {"tree_method": "hist", "objective": "binary:logistic", "max_depth": depth, "eta": 0.1, "nthread": 1}
        xgb.train(settings, matrix, rounds).save_model(f"{folder}/{name}.json")
    table[:rows].astype(np.float64).tofile(f"{folder}/rows.f64")


def seconds(work):
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def measure():
    table = np.fromfile(f"{folder}/rows.f64").reshape(-1, WIDTH).astype(np.float32)
    figures = {"version": xgb.__version__}
    for name in SHAPES:
        model = xgb.Booster({"nthread": 1})
        model.load_model(f"{folder}/{name}.json")
        matrix = xgb.DMatrix(table, nthread=1)
        took, contributions = seconds(lambda: model.predict(matrix, pred_contribs=True))
        figures[name] = {"rowMicroseconds": took / len(table) * 1e6}
        figures[name]["contributions"] = contributions[:50, :-1].astype(float).ravel().tolist()
        if name == "serving":
            some = xgb.DMatrix(table[:20], nthread=1)
            took, pairs = seconds(lambda: model.predict(some, pred_interactions=True))
            figures["pairs"] = {"rowMicroseconds": took / 20 * 1e6}
            figures["pairs"]["contributions"] = pairs[:, :-1, :-1].astype(float).ravel().tolist()
    print(json.dumps(figures))


make(int(sys.argv[3])) if what == "make" else measure()
