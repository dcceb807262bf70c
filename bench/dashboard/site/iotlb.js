// SPDX-License-Identifier: GPL-2.0-or-later
// Lookups before, in and after the blackout, and how long the IOTLB stays cold.
"use strict";

(function () {
	const { el, svg } = LUB;
	const ROW = 22, LEFT = 250, WIDTH = 900, HEAD = 24;
	const phases = ["before", "blackout", "after"];

	function groups(run) {
		const by = new Map();

		for (const c of run.iotlb) {
			const name = c.mode + (LUB.known(c.hwpts) ? ", " + c.hwpts + (c.hwpts === 1 ? " HWPT, " : " HWPTs, ") + LUB.bytes(c.page_bytes) + ", set of " + c.working_set : "");

			by.set(name, [...(by.get(name) || []), c]);
		}
		return [...by];
	}

	// Misses on a logarithmic scale: without a blackout they are orders of magnitude apart.
	function bars(run) {
		const label = run.about.label;
		const rows = groups(run).flatMap(([name, list]) => phases.map((phase, i) => ({
			name: i ? "" : name, phase, i,
			v: LUB.median(list.map((c) => c.phases[i].misses)),
		})));
		const top = Math.log10(Math.max(10, ...rows.map((r) => r.v || 0)) + 1), height = HEAD + rows.length * ROW + 8;
		const x = (v) => Math.log10(v + 1) / top * (WIDTH - LEFT - 190);

		return svg("svg", { viewBox: "0 0 " + WIDTH + " " + height, class: "fall", role: "img",
			"aria-label": (label ? label + ". " : "") + "IOTLB misses before, in and after the blackout" },
		rows.map((r, row) => svg("g", {},
			svg("text", { x: 2, y: HEAD + row * ROW + 16 }, r.name),
			svg("rect", { x: LEFT, y: HEAD + row * ROW + 3, width: LUB.known(r.v) ? Math.max(1, x(r.v)) : 0, height: ROW - 6, class: "part" + r.i }),
			svg("text", { x: LEFT + 6 + (LUB.known(r.v) ? x(r.v) : 0), y: HEAD + row * ROW + 16 }, r.phase + ": " + (LUB.known(r.v) ? LUB.count(r.v) : "not measured")))),
		label ? svg("text", { x: WIDTH - 12, y: 16, class: "mark", "text-anchor": "end" }, label) : null);
	}

	LUB.iotlb = (run) => {
		const keys = ["hits", "misses", "misses_traced", "context_misses", "emptied"];

		if (!run.iotlb || !run.iotlb.length)
			return null;
		const rows = run.iotlb.flatMap((c) => c.phases.map((p) => [c.mode, c.cycle, c.hwpts, c.page_bytes, c.working_set, p.phase, ...keys.map((k) => p[k]),
			p.hits + p.misses_traced > 0 ? 100 * p.hits / (p.hits + p.misses_traced) : null, p.why || ""]));
		const cold = run.iotlb.flatMap((c) => c.cold.map((p) => [c.mode, c.cycle, p.step, p.misses, p.ns, p.why || ""]));

		return LUB.section("IOTLB", run.about.label, LUB.figure({
			label: run.about.label, picture: bars(run),
			caption: "Misses of the device under test, median over the cycles, on a logarithmic scale. These are lookups of this IOMMU, or of its model, and not of the software.",
			table: [LUB.table({
				name: "iotlb-" + run.about.n, caption: "Lookups of the device under test",
				columns: ["Mode", ["Cycle", "num"], ["HWPTs", "num"], "Pages", ["Set", "num"], "Phase", ["Hits", "num"], ["Misses", "num"],
					["Misses, traced", "num"], ["Context misses", "num"], ["Emptied", "num"], ["Hit rate", "num"], "Why not"],
				rows: rows.map((r) => r.map((v, i) => i === 3 ? LUB.bytes(v) : i === 11 ? (LUB.known(v) ? v.toFixed(2) + " %" : "-") : v === null ? "-" : v)), raw: rows,
			}), LUB.table({
				name: "iotlb-cold-" + run.about.n, caption: "Until the hit rate is back, by the step that it fell in",
				columns: ["Mode", ["Cycle", "num"], "Step", ["Misses", "num"], ["Time", "num"], "Why not"],
				rows: cold.map((r) => r.map((v, i) => i === 4 ? LUB.time(v) : v === null ? "-" : v)), raw: cold,
			})],
		}));
	};
})();
