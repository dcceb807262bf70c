// SPDX-License-Identifier: GPL-2.0-or-later
// One plan on one target: how it went over time, and what the newest run shows.
"use strict";

(function () {
	const { el } = LUB;

	function verdict(info, step, label) {
		if (!step || step.base === null)
			return LUB.section("Did it regress?", label, LUB.standing(info, 50), el("p", {}, LUB.what(step)));
		return LUB.section("Did it regress?", label, LUB.standing(info, 50), el("p", {}, LUB.stateTag(step), " ", step.verdict, "."),
			el("p", {}, LUB.between(step)), LUB.failures(step, 50), LUB.changes(step, step.label),
			el("p", {}, "The whole comparison, with every cycle: ", LUB.file("compare-" + step.compare + ".json", "JSON"), "; what the columns mean: docs/comparing.md. ",
				LUB.link(["compare", LUB.index.runs[step.base].id, LUB.index.runs[step.new].id], "Both runs side by side")));
	}

	function pair(group) {
		const runs = group.runs.map(([n]) => LUB.index.runs[n]).reverse();
		let a = runs[Math.min(1, runs.length - 1)].id, b = runs[0].id;
		const options = runs.map((r) => [r.id, r.id + ", series " + LUB.short(r.series) + ", in " + r.dir]);

		return LUB.section("Compare two runs", null, el("p", { class: "controls" },
			LUB.select("Base", options, a, (v) => { a = v; }), LUB.select("New", options, b, (v) => { b = v; }),
			el("button", { type: "button", click: () => { location.hash = "#/compare/" + [a, b].map(encodeURIComponent).join("/"); } }, "Compare")));
	}

	LUB.pages.group = async ([id], query, go) => {
		const info = LUB.groups.get(id);

		if (!info)
			throw new Error("there is no group '" + id + "' here");
		const last = LUB.index.runs[info.last];
		const [group, run] = await Promise.all([LUB.group(info.n), LUB.run(info.last)]);

		return { title: LUB.groupName(info), body: [
			el("h1", {}, LUB.groupName(info), " ", LUB.badge(last.label)),
			el("p", {}, info.runs + " run" + (info.runs === 1 ? "" : "s") + ", the newest of " + LUB.day(last.started) + ": ", LUB.link(["run", last.id], last.id)),
			verdict(info, group.steps[0], last.label),
			LUB.section("Trend", last.label, LUB.trend(info, group, query, go)),
			LUB.runSections(run),
			LUB.section("Runs of this group", null, LUB.runTable(group.runs.map(([n]) => LUB.index.runs[n]).reverse(), "Newest first", 20)),
			pair(group),
		] };
	};
})();
