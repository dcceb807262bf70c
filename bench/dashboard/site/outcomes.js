// SPDX-License-Identifier: GPL-2.0-or-later
// How every planned cycle and point ended, with the reason of each gap.
"use strict";

(function () {
	const { el } = LUB;
	const kind = (o) => o === "ok" ? "ok" : o === "skip" ? "skip" : "bad";
	const sign = { ok: "\u2713", skip: "\u2013", bad: "\u2717", none: "?" };

	// Reasons are told once, with all the cycles that they were the end of.
	function reasons(list) {
		const by = new Map();

		for (const o of list) {
			const key = JSON.stringify([o.outcome, o.reason]);

			by.set(key, [...(by.get(key) || []), o]);
		}
		return [...by.values()].map((same) => [same[0].outcome, same.length, [...new Set(same.map((o) => o.cycle))].join(", "), same[0].reason || ""]);
	}

	function cycles(run) {
		const by = new Map();

		for (let i = 1; i <= (run.about.counts.cycles || 0); i++)
			by.set(i, []);
		for (const o of run.outcomes)
			by.set(o.cycle, [...(by.get(o.cycle) || []), o]);
		return [...by].sort((a, b) => a[0] - b[0]);
	}

	// A cycle is as bad as its worst point: a gap is not hidden behind what went well.
	function cell([nr, list]) {
		const worst = list.find((o) => kind(o.outcome) === "bad") || list.find((o) => o.outcome === "skip") || list[0];
		const k = worst ? kind(worst.outcome) : "none";
		const text = "cycle " + nr + ": " + (worst ? list.filter((o) => o.outcome === "ok").length + " of " + list.length + " points ok" +
			(k === "ok" ? "" : "; " + worst.outcome + ": " + (worst.reason || "no reason was recorded")) : "no outcome was recorded");

		return el("li", { class: k, title: text }, el("span", { "aria-hidden": "true" }, sign[k]), el("span", { class: "unseen" }, text));
	}

	LUB.outcomes = (run) => {
		const rows = run.outcomes.map((o) => [o.cycle, o.mode, o.point, o.probes, o.outcome, o.reason || ""]), n = run.about.counts;
		const missing = n.planned - n.recorded;

		return LUB.section("Outcomes", run.about.label,
			el("p", {}, n.ok + " of " + n.planned + " planned points ended ok; only those yield numbers.",
				missing > 0 ? " " + missing + " have no outcome: the run was interrupted." : "",
				n.torn ? " The last line of the record was cut off." : "", n.bad_lines ? " " + n.bad_lines + " lines were no valid record." : ""),
			el("ol", { class: "strip" }, cycles(run).map(cell)),
			LUB.table({ caption: "Outcomes and their reasons", columns: ["Outcome", ["Points", "num"], "Cycles", "Reason"], rows: reasons(run.outcomes) }),
			LUB.behind(LUB.table({ name: "outcomes-" + run.about.n, caption: "Every planned point of every cycle",
				columns: [["Cycle", "num"], "Mode", "Point", "Probes", "Outcome", "Reason"], rows })));
	};

	// The same of many runs, from the counts of the index.
	LUB.outcomeBar = (run) => {
		const n = run.counts, bad = n.recorded - n.ok - n.skipped, missing = Math.max(0, n.planned - n.recorded);
		const text = [[n.ok, "ok"], [n.skipped, "skipped"], [bad, "failed"], [missing, "without an outcome"]].filter(([c]) => c).map((p) => p.join(" ")).join(", ");
		const piece = (count, name) => count ? el("span", { class: "piece " + name }) : null;
		const bar = el("span", { class: "bar", "aria-hidden": "true" });

		for (const [count, name] of [[n.ok, "ok"], [n.skipped, "skip"], [bad, "bad"], [missing, "none"]]) {
			const p = piece(count, name);

			if (p) {
				p.style.flexGrow = count;
				bar.append(p);
			}
		}
		return el("span", {}, bar, " ", text || "nothing planned");
	};
})();
