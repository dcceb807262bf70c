// SPDX-License-Identifier: GPL-2.0-or-later
// Did it regress, what, and how much; and the list of all runs.
"use strict";

(function () {
	const { el } = LUB;
	const plural = (n, word) => n + " " + word + (n === 1 ? "" : "s");

	function answer(groups) {
		const by = { bad: [], old: [], good: [], unknown: [], none: [] };

		for (const g of groups) {
			const state = LUB.groupState(g);

			by[state.since === undefined ? state.key : "old"].push(g);
		}
		const since = by.old.map((g) => LUB.index.runs[g.since].id + " (" + LUB.groupName(g) + ")").join("; ");
		const compared = groups.length - by.none.length;
		const rest = [by.unknown.length ? plural(by.unknown.length, "comparison") + " could not be judged in full" : null,
			by.none.length ? plural(by.none.length, "group") + " of runs " + (by.none.length === 1 ? "has" : "have") + " nothing to be compared with" : null].filter(Boolean).join("; ");

		if (by.bad.length)
			return ["bad", "Yes: " + by.bad.map(LUB.groupName).join("; ") + ". " + by.bad.length + " of " + plural(compared, "comparison") + " found a regression." +
				(since ? " Worse since earlier runs: " + since + "." : "") + (rest ? " " + rest + "." : "")];
		if (since)
			return ["bad", "Yes, since " + since + ". What got worse there is not better again, though the newest comparison finds nothing worse." + (rest ? " " + rest + "." : "")];
		if (!compared)
			return ["none", "Nobody can say yet: no run has an earlier comparable one."];
		if (by.good.length === compared)
			return ["good", "No: none of " + plural(compared, "comparison") + " found a regression." + (rest ? " " + rest + "." : "")];
		return ["unknown", "No regression was found, but not everything could be judged: " + rest + "."];
	}

	const rank = { bad: 0, unknown: 1, good: 2, none: 3 };

	const runTable = (runs, caption) => LUB.table({
		name: "runs", caption,
		columns: ["Run", "Started", "Target", "Plan", "Kernel", "Series", "Outcomes", "Times of", "Directory"],
		rows: runs.map((r) => [LUB.link(["run", r.id], r.id), LUB.day(r.started), r.target + (r.host ? " " + r.host : ""), r.plan,
			(r.kernel || "unknown") + " (" + (r.selection || "unknown") + ")", LUB.short(r.series), LUB.outcomeBar(r), LUB.badge(r.label) || "hardware", el("code", {}, r.dir)]),
	});

	// The first so many, and a button for the others.
	LUB.runTable = (runs, caption, most) => {
		const box = el("div", {}, runTable(runs.slice(0, most), caption));

		if (runs.length > most)
			box.append(el("button", { type: "button", click: () => {
				LUB.clear(box, runTable(runs, caption));
				box.querySelector("[tabindex]").focus();
			} }, "Show all " + runs.length));
		return box;
	};

	LUB.pages = { "": home, runs };

	function home() {
		const groups = [...LUB.index.groups].sort((a, b) => rank[LUB.groupState(a).key] - rank[LUB.groupState(b).key]);
		const [key, text] = answer(groups);

		return { title: "Did it regress?", body: [
			el("h1", {}, "Did it regress?"),
			el("p", { class: "answer " + key }, text),
			el("p", {}, "The newest run of each target and plan, against the newest before it that is comparable. ",
				"One kexec cycle is one observation; what is not judged had too few of them. ",
				"What change points say got worse, unexpectedly, and has not got better again is a yes, too."),
			LUB.table({
				name: "regressions", caption: "Newest comparisons",
				columns: ["Target and plan", "Answer", "What and how much", "Judged", "Between"],
				rows: groups.map((g) => [LUB.groupLink(g), LUB.groupTag(g), el("div", {}, LUB.standing(g, 5), LUB.what(g.newest)),
					g.newest && g.newest.base !== null ? g.newest.judged + " of " + g.newest.asked + " series" : "-", LUB.between(g.newest)]),
			}),
			LUB.index.left_out.length ? LUB.section("Left out", null, LUB.table({ caption: "What was given and is not shown", columns: ["Directory", "Why"],
				rows: LUB.index.left_out.map((o) => [o.dir, o.why]) })) : null,
		] };
	}

	function runs() {
		const all = [...LUB.index.runs].sort((a, b) => String(b.started).localeCompare(String(a.started)));

		return { title: "All runs", body: [el("h1", {}, "All runs"), el("p", {}, plural(all.length, "run") + "."), LUB.runTable(all, "Newest first", 50)] };
	}
})();
