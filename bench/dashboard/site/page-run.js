// SPDX-License-Identifier: GPL-2.0-or-later
// One run down to its raw records.
"use strict";

(function () {
	const { el } = LUB;

	function provenance(run) {
		return LUB.section("Provenance", run.about.label, el("p", {}, "Every number of this run: " + run.line),
			LUB.behind(LUB.table({ name: "provenance-" + run.about.n, caption: "The run line of the record", columns: ["Key", "Value"],
				rows: run.provenance.map(([k, v]) => [k, v === null ? "unknown" : v]) })));
	}

	// The pictures that the scenario of a run has, each of them left out where there is nothing to draw.
	LUB.runSections = (run) => [LUB.curve(run), LUB.waterfall(run), LUB.iotlb(run), LUB.outcomes(run), provenance(run), raw(run)];

	function console(c) {
		if (!c.file)
			return el("li", {}, el("code", {}, c.path), ": console, cannot be read (" + c.why + ")");
		return el("li", {}, LUB.textFile(c.file, c.name), ": console, " + (c.left_out
			? "cut: the last " + LUB.bytes(c.bytes - c.left_out) + " of " + LUB.bytes(c.bytes) + ", all of it: " : LUB.bytes(c.bytes) + ", of "),
		el("code", {}, c.path));
	}

	function raw(run) {
		const n = run.about.n;

		return LUB.section("Records", null,
			el("ul", {}, el("li", {}, LUB.file("run-" + n + ".samples.jsonl", "samples.jsonl"), ": the raw records, the source of everything here"),
				el("li", {}, LUB.file("run-" + n + ".csv", "CSV"), ": every sample (times of an emulator, too; column emulated says so)"),
				el("li", {}, LUB.file("run-" + n + ".json", "JSON"), ": what this page shows"), run.consoles.map(console)),
			el("p", {}, "Directory: ", el("code", {}, run.about.dir), ".", run.consoles.length ? null : " Console: none is beside the record."));
	}

	function samples(run) {
		const rows = run.series.flatMap((s) => s.points.map((p) => ({ s, p })));
		const columns = ["Series", "Point", "Unit", "Clock", ["Cycles", "num"], ["Median", "num"], ["Least", "num"], ["Most", "num"], "Missing"];
		const missing = (p) => p.nulls ? p.nulls + ": " + (p.why || "no reason") : "";

		return LUB.section("All series", run.about.label, LUB.behind(LUB.table({
			name: "series-" + run.about.n, caption: "Medians over the medians of each cycle", columns,
			rows: rows.map(({ s, p }) => [s.name, p.point, s.unit, s.clock || "", p.n, LUB.unit(p.median, s.unit), LUB.unit(p.min, s.unit), LUB.unit(p.max, s.unit), missing(p)]),
			raw: rows.map(({ s, p }) => [s.name, p.point, s.unit, s.clock || "", p.n, p.median, p.min, p.max, missing(p)]),
		})));
	}

	LUB.pages.run = async ([id]) => {
		const about = LUB.byId.get(id);

		if (!about)
			throw new Error("there is no run '" + id + "' here");
		const run = await LUB.run(about.n), group = LUB.index.groups.find((g) => g.n === about.group);

		return { title: "Run " + id, body: [
			el("h1", {}, "Run " + id, " ", LUB.badge(about.label)),
			el("p", {}, "In ", el("code", {}, about.dir), ", of " + LUB.day(about.started) + ", target " + about.target + ", plan " + about.plan + ", mode " + about.mode + ". All runs like it: ",
				LUB.groupLink(group)),
			run.failed ? el("p", { class: "answer bad" }, "A verdict of this run's report is FAIL: see the report below.") : null,
			LUB.runSections(run), samples(run),
			LUB.section("Report", about.label, el("details", { open: run.failed || null }, el("summary", {}, "As lubench report prints it"),
				el("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "Report as text" }, el("pre", {}, run.report)))),
		] };
	};
})();
