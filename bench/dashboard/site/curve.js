// SPDX-License-Identifier: GPL-2.0-or-later
// Latency against HWPTs or against mapped bytes, both axes logarithmic, with the cost model through it.
"use strict";

(function () {
	const { el } = LUB;

	const axes = {
		hwpts: { name: "HWPTs", of: (p) => p.hwpts, show: LUB.count,
			curve: (p) => p.curve },
		ioas: { name: "mapped bytes of the IOAS", of: (p) => p.ioas_bytes, show: LUB.bytes,
			curve: (p) => p.hwpts + " HWPT" + (p.hwpts === 1 ? "" : "s") + ", " + LUB.bytes(p.page_bytes) + " pages" },
	};

	function curves(points, axis) {
		const by = new Map();

		for (const p of points) {
			const name = [axis.curve(p), p.kernel, p.devices > 1 ? p.devices + " devices" : null, p.layout].filter(Boolean).join(", ");

			if (!LUB.known(p.median) || p.median <= 0 || axis.of(p) <= 0)
				continue;
			if (!by.has(name))
				by.set(name, []);
			by.get(name).push(p);
		}
		return [...by].map(([name, list]) => ({ name, list: list.sort((a, b) => axis.of(a) - axis.of(b)) }));
	}

	function fits(list) {
		return list.map((f) => el("p", {}, f.kernel ? "Kernel " + f.kernel + ": " : "", "Cost model: preserve.iommufd = ",
			f.reason ? "not identified: " + f.reason : f.terms.map((t, i) => (i ? " + " : "") + LUB.time(t.ns) + " (+- " +
				(LUB.known(t.se) ? LUB.time(t.se) : "unknown") + ") " + t.name).join("") + "; R2 " + f.r2.toFixed(4) +
				", residual MAD " + (100 * f.mad_rel).toPrecision(2) + " % of the point's median.",
			!f.reason && f.terms.some((t) => t.ns < 0) ? " A negative coefficient is no cost: it says that the model does not hold here." : ""));
	}

	function draw(run, axis, box) {
		const all = curves(run.curve.points, axis), label = run.about.label;
		const xs = [...new Set(all.flatMap((c) => c.list.map(axis.of)))].sort((a, b) => a - b);
		const at = (c, f) => xs.map((x) => { const p = c.list.find((q) => axis.of(q) === x); return p && f(p) > 0 ? Math.log10(f(p)) : null; });
		const tell = (i) => axis.show(xs[i]) + " " + (axis === axes.hwpts ? "HWPTs" : "mapped") + ": " + all.flatMap((c) => c.list.filter((p) => axis.of(p) === xs[i])
			.map((p) => c.name + ": " + LUB.time(p.median) + " (model " + LUB.time(p.fitted) + ")")).join("; ");
		const make = () => {
			const values = all.flatMap((c) => c.list.flatMap((p) => [p.min, p.max, p.fitted])).filter((v) => v > 0).map(Math.log10);
			const low = Math.min(...values), top = Math.max(...values), lo = low - 0.1, hi = top + 0.1 + (top - low) * 0.12, lx = xs.map(Math.log2);
			const padding = Math.max(0.5, (lx[lx.length - 1] - lx[0]) * 0.04);

			return {
				data: [lx, ...all.flatMap((c) => [at(c, (p) => p.median), at(c, (p) => p.fitted)])],
				series: all.flatMap((c, i) => [
					{ stroke: LUB.colour(i), width: 2, dash: LUB.dash(i), spanGaps: true, points: { show: true, size: 7, fill: LUB.colour(i) } },
					{ stroke: LUB.colour(i), width: 1, dash: [2, 4], spanGaps: true, points: { show: false } },
				]),
				ranges: { x: [lx[0] - padding, lx[lx.length - 1] + padding], y: [lo, hi] },
				x: { label: axis.name + " (logarithmic)", splits: () => lx, values: () => xs.map(axis.show) },
				y: { label: "preserve.iommufd (logarithmic)", splits: () => LUB.logTicks(lo, hi), values: (u, v) => v.map((y) => LUB.tickTime(Math.pow(10, y))) },
				draw: all.map((c, i) => (u) => LUB.whisker(u, LUB.colour(i), c.list.map((p) => [Math.log2(axis.of(p)), Math.log10(p.min), Math.log10(p.max)]))),
			};
		};
		LUB.clear(box, LUB.chart({ label, make, tell, height: 380,
			title: "Latency of preserving an iommufd against " + axis.name + ", " + all.length + " curves" }),
			LUB.legend([...all.map((c, i) => [c.name, i]), ["the cost model", 0, [2, 4]]]));
	}

	LUB.curve = (run) => {
		const c = run.curve, box = el("div");
		const columns = ["Curve", ["HWPTs", "num"], "IOAS", "Pages", ["Median", "num"], ["p95", "num"], ["Least", "num"], ["Most", "num"], ["Model", "num"],
			["Tables", "num"], ["n", "num"], "ok / planned cycles", "Why not all"];

		if (!c || !c.points.some((p) => LUB.known(p.median)))
			return null;
		draw(run, axes.hwpts, box);
		return LUB.section("Latency against size", run.about.label, LUB.figure({
			label: run.about.label,
			controls: [LUB.select("Against", Object.entries(axes).map(([k, a]) => [k, a.name]), "hwpts", (k) => draw(run, axes[k], box))],
			picture: box,
			caption: ["Medians over all repetitions, as in the report; lines go from the least to the most; thin dots: the cost model.", fits(c.fits)],
			table: LUB.table({
				name: "curve-" + run.about.n, caption: "preserve.iommufd by point", columns,
				rows: c.points.map((p) => [p.curve, p.hwpts, LUB.bytes(p.ioas_bytes), LUB.bytes(p.page_bytes), LUB.time(p.median), LUB.time(p.p95),
					LUB.time(p.min), LUB.time(p.max), LUB.time(p.fitted), LUB.count(p.pages), p.n, p.ok + " / " + p.cycles, p.why || ""]),
				raw: c.points.map((p) => [p.curve, p.hwpts, p.ioas_bytes, p.page_bytes, p.median, p.p95, p.min, p.max, p.fitted, p.pages, p.n,
					p.ok + " / " + p.cycles, p.why || ""]),
			}),
		}));
	};
})();
