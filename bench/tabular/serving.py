"""XGBoost as the peer of serving. `make FOLDER ROWS` trains models on a made-up table and writes both into the folder;
`measure FOLDER` prints as JSON what predicting takes: processor time of this process, one thread."""
import json
import sys
import time

import numpy as np
import xgboost as xgb

WIDTH = 8
what, folder = sys.argv[1:3]


def trained(table, labels, depth):
    settings = {"tree_method": "hist", "objective": "binary:logistic", "max_depth": depth, "eta": 0.1, "nthread": 1}
    return xgb.train(settings, xgb.DMatrix(table, label=labels, nthread=1), 60)


def make(rows):
    random = np.random.default_rng(1)
    table = random.standard_normal((rows, WIDTH)).astype(np.float32)
    table[random.random((rows, WIDTH)) < 0.05] = np.nan
    known = np.nan_to_num(table)
    truth = known[:, :3].sum(1) + known[:, 3] * known[:, 4] + np.sin(3 * known[:, 5])
    labels = (truth + random.standard_normal(rows) > 0).astype(np.float32)
    some = slice(0, 60_000)
    for depth in (5, 10):
        trained(table[some], labels[some], depth).save_model(f"{folder}/depth-{depth}.json")
    table.astype(np.float64).tofile(f"{folder}/rows.f64")


def measure():
    table = np.fromfile(f"{folder}/rows.f64").reshape(-1, WIDTH).astype(np.float32)
    figures = {"version": xgb.__version__}
    for depth in (5, 10):
        model = xgb.Booster({"nthread": 1})
        model.load_model(f"{folder}/depth-{depth}.json")
        # A new matrix each time: XGBoost keeps what it predicted for one it knows.
        matrix = xgb.DMatrix(table, nthread=1)
        figures[f"rowsASecond{depth}"] = len(table) / seconds(lambda: model.predict(matrix, output_margin=True))
        if depth == 10:
            continue
        figures["rowsASecondInPlace"] = len(table) / seconds(lambda: model.inplace_predict(table))
        singles = [table[at : at + 1] for at in range(300)]
        figures["singleMicroseconds"] = seconds(lambda: [model.inplace_predict(row) for row in singles]) / 300 * 1e6
        explained = singles[:50]
        figures["explainedMicroseconds"] = (
            seconds(lambda: [model.predict(xgb.DMatrix(row, nthread=1), pred_contribs=True) for row in explained])
            / len(explained)
            * 1e6
        )
        margins = model.predict(xgb.DMatrix(table[:1000], nthread=1), output_margin=True)
        figures["margins"] = [float(margin) for margin in margins]
    print(json.dumps(figures))


def seconds(work):
    start = time.process_time()
    work()
    return time.process_time() - start


make(int(sys.argv[3])) if what == "make" else measure()
