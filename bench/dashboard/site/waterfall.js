// SPDX-License-Identifier: GPL-2.0-or-later
// Where the time of each kexec went: a bar a cycle, a piece of it for each stage.
"use strict";

(function () {
	const { el, svg } = LUB;
	const ROW = 20, LEFT = 70, WIDTH = 900, HEAD = 24;

	// Four parts of a kexec, by who has the machine; neighbours in a part differ in lightness.
	function part(stage) {
		if (stage.kernel === "outgoing")
			return 0;
		if (["entry", "kho", "iommu", "pci", "init"].includes(stage.event))
			return 1;
		return ["user.first", "agent.start", "probes.end"].includes(stage.event) ? 2 : 3;
	}
	const parts = ["outgoing kernel", "incoming kernel boots", "user space starts", "the agent brings everything back"];

	function bars(fall, label) {
		const end = Math.max(...fall.cycles.flatMap((c) => c.stages.map((s) => s[1] || 0)));
		const height = ROW * fall.cycles.length + 34 + HEAD;
		const x = (ns) => LEFT + ns / end * (WIDTH - LEFT - 10);
		const tick = (ns) => svg("g", {}, svg("line", { x1: x(ns), x2: x(ns), y1: HEAD, y2: height - 22, class: "grid" }),
			svg("text", { x: x(ns), y: height - 6, "text-anchor": ns ? "middle" : "start" }, LUB.tickTime(ns)));
		const unit = Math.pow(10, Math.floor(Math.log10(end))) / (end / Math.pow(10, Math.floor(Math.log10(end))) < 3 ? 2 : 1);
		const ticks = [];

		for (let t = 0; t <= end; t += unit)
			ticks.push(tick(t));
		return svg("svg", { viewBox: "0 0 " + WIDTH + " " + height, class: "fall", role: "img",
			"aria-label": (label ? label + ". " : "") + "Waterfall of " + fall.cycles.length + " cycles, mode " + fall.mode }, ticks,
		fall.cycles.map((c, row) => svg("g", {}, svg("text", { x: 2, y: HEAD + row * ROW + 14 }, "cycle " + c.cycle),
			c.stages.map(([ns, to], i) => LUB.known(ns) && svg("rect", { x: x(to - ns), y: HEAD + row * ROW + 2, width: Math.max(0.5, x(to) - x(to - ns)),
				height: ROW - 4, class: "part" + part(fall.stages[i]) + (i % 2 ? " odd" : "") },
			svg("title", {}, "cycle " + c.cycle + ", " + fall.stages[i].about + ": " + LUB.time(ns)))))),
		label ? svg("text", { x: WIDTH - 12, y: 16, class: "mark", "text-anchor": "end" }, label) : null);
	}

	function stages(fall, which) {
		const of = (i, k) => which === "all" ? LUB.median(fall.cycles.map((c) => c.stages[i][k]))
			: fall.cycles.find((c) => String(c.cycle) === which).stages[i][k];
		const whole = of(fall.stages.length - 1, 1);
		const rows = fall.stages.map((s, i) => [s.about, s.kernel, of(i, 0), which === "all" ? Math.max(...fall.cycles.map((c) => c.stages[i][0] || 0)) : null,
			100 * of(i, 0) / whole, of(i, 1)]);
		const num = (v) => LUB.known(v) ? v : null;

		return LUB.table({
			name: "waterfall-" + fall.mode, caption: "Stages of mode " + fall.mode + ", " + (which === "all" ? "medians over the cycles" : "cycle " + which),
			columns: ["Stage", "Kernel", ["Time", "num"], ["Most", "num"], ["Share", "num"], ["Ends at", "num"]],
			rows: rows.map(([a, k, t, m, s, e]) => [a, k, LUB.time(t), m === null ? "" : LUB.time(m), LUB.known(s) ? s.toFixed(1) + " %" : "-", LUB.time(e)]),
			raw: rows.map((r) => r.map((v) => typeof v === "string" ? v : num(v))),
		});
	}

	function one(run, fall, box) {
		const label = run.about.label, table = el("div", {}, stages(fall, "all"));

		LUB.clear(box, bars(fall, label),
			el("ul", { class: "legend" }, parts.map((p, i) => el("li", {}, svg("svg", { width: 14, height: 14, "aria-hidden": "true" },
				svg("rect", { width: 14, height: 14, class: "part" + i })), " ", p))),
			el("div", { class: "controls" }, LUB.select("Stages of", [["all", "all cycles, medians"],
				...fall.cycles.map((c) => [String(c.cycle), "cycle " + c.cycle])], "all", (v) => LUB.clear(table, stages(fall, v)))), table);
	}

	function three(run) {
		const keys = ["blackout.cpu", "blackout.service", "blackout.dma"];
		const modes = [...new Set(run.blackouts.map((b) => b.mode))];
		const medians = modes.map((m) => [m, run.blackouts.filter((b) => b.mode === m).length, ...keys.map((k) => LUB.median(run.blackouts.filter((b) => b.mode === m).map((b) => b[k])))]);
		const cells = (r) => r.map((v, i) => i < 2 ? v : LUB.time(v));
		const rows = run.blackouts.map((b) => [b.mode, b.cycle, ...keys.map((k) => b[k])]);
		const columns = ["Mode", ["Cycle", "num"], ...keys.map((k) => [k, "num"])];

		return [LUB.table({ caption: "The three blackouts, medians by mode", columns: ["Mode", ["Cycles", "num"], ...columns.slice(2)], rows: medians.map(cells) }),
			LUB.behind(LUB.table({ name: "blackouts-" + run.about.n, caption: "The three blackouts, every cycle", columns, rows: rows.map(cells), raw: rows }))];
	}

	LUB.waterfall = (run) => {
		const falls = run.waterfalls || [], box = el("div");
		const pick = (mode) => one(run, falls.find((f) => f.mode === mode), box);

		if (!falls.length)
			return null;
		pick(falls[0].mode);
		return LUB.section("Blackout", run.about.label, three(run), el("figure", {},
			el("div", { class: "controls" }, LUB.select("Mode", falls.map((f) => [f.mode, f.mode + " (" + f.cycles.length + " of " + f.planned + " cycles)"]),
				falls[0].mode, pick)), box,
			el("figcaption", {}, LUB.badge(run.about.label), " From reboot(2) on. A stage is the time from one stamp to the next; its name shows when the pointer rests on it.")));
	};
})();
