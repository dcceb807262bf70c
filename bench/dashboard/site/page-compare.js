// SPDX-License-Identifier: GPL-2.0-or-later
// Two runs side by side. A verdict is shown where lubench gave one; this page judges nothing itself.
"use strict";

(function () {
	const { el } = LUB;

	function sides(a, b) {
		const key = (s, p) => JSON.stringify([s.name, s.unit, s.clock, p.point]);
		const by = new Map(b.series.flatMap((s) => s.points.map((p) => [key(s, p), p])));
		const rows = [];

		for (const s of a.series)
			for (const p of s.points) {
				const q = by.get(key(s, p));

				if (q && LUB.known(p.median) && LUB.known(q.median))
					rows.push([s, p, q, p.median > 0 ? q.median / p.median - 1 : null]);
			}
		return rows;
	}

	LUB.pages.compare = async ([idA, idB]) => {
		const about = [idA, idB].map((id) => LUB.byId.get(id));

		if (!about[0] || !about[1])
			throw new Error("there is no run '" + (about[0] ? idB : idA) + "' here");
		const info = LUB.index.groups.find((g) => g.n === about[1].group), same = about[0].group === about[1].group;
		const [a, b, group] = await Promise.all([LUB.run(about[0].n), LUB.run(about[1].n), LUB.group(info.n)]);
		const step = group.steps.find((s) => s.base === about[0].n && s.new === about[1].n);
		const label = about[0].label || about[1].label, rows = sides(a, b);
		const headline = new Set(b.series.filter((s) => s.headline).map((s) => s.name));
		const shown = rows.filter(([s]) => headline.has(s.name));
		const table = (list, caption, name) => LUB.table({
			name, caption, columns: ["Series", "Point", ["Base", "num"], ["New", "num"], ["Ratio", "num"], ["Cycles", "num"]],
			rows: list.map(([s, p, q, r]) => [s.name, p.point, LUB.unit(p.median, s.unit), LUB.unit(q.median, s.unit), LUB.percent(r), p.n + " / " + q.n]),
			raw: list.map(([s, p, q, r]) => [s.name, p.point, p.median, q.median, r, p.n + " / " + q.n]),
		});

		return { title: "Two runs", body: [
			el("h1", {}, "Two runs ", LUB.badge(label)),
			el("p", {}, "Base: ", LUB.link(["run", idA], idA), ", series " + LUB.short(about[0].series) + ". New: ", LUB.link(["run", idB], idB), ", series " + LUB.short(about[1].series) + "."),
			same ? null : el("p", { class: "answer bad" }, "These two differ in target, plan or clock: ", about[0].label || "hardware", " and ", about[1].label || "hardware", ". Nothing follows from a difference."),
			LUB.section("Verdict", label, step ? [el("p", {}, LUB.stateTag(step), " ", step.verdict, "."), LUB.failures(step, 50), LUB.changes(step, step.label)]
				: el("p", {}, "This pair was not judged when the site was made. To judge it: ", el("code", {}, "lubench compare " + about[0].dir + " " + about[1].dir))),
			LUB.section("Medians", label, el("p", {}, "Medians over the cycles, point by point; a ratio alone is no verdict."), table(shown, "Judged series", "two-runs"),
				LUB.behind(table(rows, "All series", "two-runs-all"))),
		] };
	};
})();
