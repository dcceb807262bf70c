# SPDX-License-Identifier: GPL-2.0-or-later
"""Exports as programs that were not made with lubench in mind read them. export.py FORMAT FILE SAMPLES... ends with a
sentence about what it read, or with the reader's error."""
import csv
import datetime
import json
import re
import sys


def samples(run, kind="sample"):
    """The records of a kind; lines of a broken file that are none are left out, as lubench does."""
    records = []
    with open(run + "/samples.jsonl", encoding="utf-8") as lines:
        for line in lines:
            try:
                records.append(json.loads(line))
            except ValueError:
                pass
    return [r for r in records if r["kind"] == kind]


def same(what, is_, want):
    if is_ != want:
        sys.exit("%s: the reader has %r, the records have %r" % (what, is_, want))


def read_csv(file, run):
    """Every cell of every sample comes back."""
    with open(file, encoding="utf-8", newline="") as f:
        rows = list(csv.DictReader(f, strict=True))
    records = samples(run)
    run_line = samples(run, "run")[0]
    same("rows", len(rows), len(records))
    for row, r in zip(rows, records):
        if None in row or None in row.values():
            sys.exit("a row of another length: %r" % row)
        flat = {**r, **r["params"], "run": run_line["run"], "target": run_line["target"],
                "emulated": "true" if run_line["emulated"] else "false"}
        for key, cell in row.items():
            want = flat.get(key)
            same(key, cell, "0" if key == "working_set" and want is None else "" if want is None else str(want))
    return "%d samples of %d columns" % (len(rows), len(rows[0]))


def read_otava(file, *runs):
    """Otava reads with Python's csv module, finds columns by name, and takes a date with an offset."""
    with open(file, encoding="utf-8", newline="") as f:
        rows = list(csv.DictReader(f, strict=True))
    same("rows", len(rows), len(runs))
    same("runs", sorted(r["run"] for r in rows), sorted(samples(r, "run")[0]["run"] for r in runs))
    times = [datetime.datetime.strptime(r["time"], "%Y-%m-%dT%H:%M:%S%z") for r in rows]
    same("order", times, sorted(times))
    # its importer takes float() of each cell
    numbers = [float(v) for r in rows for k, v in r.items() if k not in ("time", "commit", "run", "machine")]
    return "%d runs with %d numbers" % (len(rows), len(numbers))


def read_openmetrics(file, run):
    """The strict parser of OpenMetrics, and that of the older text format, which node_exporter uses."""
    from prometheus_client import parser
    from prometheus_client.openmetrics import parser as openmetrics
    with open(file, encoding="utf-8") as f:
        text = f.read()
    strict = {(s.name, tuple(sorted(s.labels.items()))): s.value
              for family in openmetrics.text_string_to_metric_families(text) for s in family.samples}
    older = {(s.name, tuple(sorted(s.labels.items()))): s.value
             for family in parser.text_string_to_metric_families(text) for s in family.samples}
    same("what the two parsers read", older, strict)
    planned = [v for (name, _), v in strict.items() if name == "lubench_cycles_planned"]
    same("planned cycles", planned, [samples(run, "run")[0]["cycles"]])
    return "%d values" % len(strict)


def read_junit(file, run):
    from junitparser import JUnitXml
    outcomes = [o["outcome"] for o in samples(run, "outcome")]
    missing = samples(run, "run")[0]["planned"] - len(outcomes)
    for suite in JUnitXml.fromfile(file):
        same("tests", suite.tests, len(outcomes) + missing)
        same("cases", len(list(suite)), suite.tests)
        same("skipped", suite.skipped, outcomes.count("skip"))
        same("bad ones", suite.failures + suite.errors, missing + len(outcomes) - outcomes.count("ok") - outcomes.count("skip"))
        same("cases with a result", sum(bool(c.result) for c in suite), suite.failures + suite.errors + suite.skipped)
        return "%d cases" % suite.tests
    sys.exit("no suite")


def read_ktap(file, run):
    """@file is what the kernel's tools/testing/kunit/kunit.py said about the export."""
    with open(file, encoding="utf-8") as f:
        said = re.search(r"Ran (\d+) tests: (.*)", f.read())
    if not said:
        sys.exit("kunit.py counted nothing")
    counts = {k: int(v) for k, v in re.findall(r"(\w+): (\d+)", said.group(2))}
    outcomes = [o["outcome"] for o in samples(run, "outcome")]
    same("tests", int(said.group(1)), samples(run, "run")[0]["planned"])
    same("passed", counts.get("passed", 0), outcomes.count("ok"))
    same("skipped", counts.get("skipped", 0), outcomes.count("skip"))
    for bad in ("errors", "crashed"):
        same(bad, counts.get(bad, 0), 0)
    return said.group(0)


def read_markdown(file, _run):
    """@file is what cmark-gfm made of the export: one table, with as many cells in each row as in its head."""
    with open(file, encoding="utf-8") as f:
        html = f.read()
    same("tables", html.count("<table>"), 1)
    rows = re.findall(r"<tr>(.*?)</tr>", html, re.S)
    for row in rows:
        same("cells", len(re.findall(r"<t[hd]", row)), len(re.findall(r"<th", rows[0])))
        if "|" in re.sub("<[^>]*>", "", row):
            sys.exit("a bar that is no border: " + row)
    return "a table of %d rows" % len(rows)


def read_grafana(file, *exports):
    """Every metric and label that the Grafana dashboard asks for is one that the exports have, and so is every value."""
    from prometheus_client.openmetrics import parser
    known = {}
    for path in exports:
        with open(path, encoding="utf-8") as f:
            for family in parser.text_string_to_metric_families(f.read()):
                for s in family.samples:
                    for label, value in s.labels.items():
                        known.setdefault(s.name, {}).setdefault(label, set()).add(value)
    with open(file, encoding="utf-8") as f:
        board = json.load(f)
    variables = [v["name"] for v in board["templating"]["list"]]
    asked = 0
    for name, label in (re.fullmatch(r"label_values\((\w+), (\w+)\)", v["definition"]).groups()
                        for v in board["templating"]["list"] if v["type"] == "query"):
        if label not in known.get(name, {}):
            sys.exit("a variable asks for %s of %s, which is not exported" % (label, name))
    for panel in board["panels"]:
        for target in panel["targets"]:
            found = re.findall(r"(\w+)\{([^}]*)\}", target["expr"])
            bare = set(re.findall(r"\blubench_\w+", target["expr"])) - {name for name, _ in found}
            if not found or bare:
                sys.exit("%s: no metric, or one without labels: %s" % (panel["title"], target["expr"]))
            for name, selectors in found:
                if name not in known:
                    sys.exit("%s: %s is not exported" % (panel["title"], name))
                asked += 1
                for label, wanted in re.findall(r'(\w+)=~?"([^"]*)"', selectors):
                    if label not in known[name]:
                        sys.exit("%s: %s has no label %s" % (panel["title"], name, label))
                    for value in [] if wanted.startswith("$") else wanted.split("|"):
                        if value not in known[name][label]:
                            sys.exit("%s: no %s has %s %s" % (panel["title"], name, label, value))
                    if wanted.startswith("$") and wanted[1:] not in variables:
                        sys.exit("%s: there is no variable %s" % (panel["title"], wanted))
            for label in re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]):
                if not any(label in known[name] for name, _ in found):
                    sys.exit("%s: the legend has label %s" % (panel["title"], label))
    left = set(known) - set(re.findall(r"\blubench_\w+", json.dumps(board)))
    if left:
        sys.exit("no panel shows " + ", ".join(sorted(left)))
    same("panel numbers", len({p["id"] for p in board["panels"]}), len(board["panels"]))
    taken = [(x, y) for p in board["panels"] for g in [p["gridPos"]]
             for x in range(g["x"], g["x"] + g["w"]) for y in range(g["y"], g["y"] + g["h"])]
    same("places of panels", len(set(taken)), len(taken))
    same("width", max(x for x, _ in taken), 23)
    return "%d panels, %d selectors" % (len(board["panels"]), asked)


print(globals()["read_" + sys.argv[1]](*sys.argv[2:]))
