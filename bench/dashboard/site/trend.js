// SPDX-License-Identifier: GPL-2.0-or-later
// One point of one series over all runs of a group, with the noise around what the newest run is held against.
"use strict";

(function () {
	const { el, table } = LUB;

	function steps(group, series, point) {
		const by = new Map();

		for (const step of group.steps)
			for (const c of step.changes || [])
				if (c.series === series && (c.what === null || c.what === point) && c.verdict !== "none")
					by.set(step.new, c.what === null && by.has(step.new) ? by.get(step.new) : c);
		return by;
	}

	function about(run) {
		return LUB.day(run.started) + ", kernel " + (run.kernel || "unknown") + " (" + (run.selection || "unknown") + "), series " +
			LUB.short(run.series);
	}

	// Rows in order of time: what the runs of the group have for this point.
	function gather(group, at) {
		const by = new Map(at.rows.map((row) => [row[0], row]));

		return group.runs.filter(([n]) => by.has(n)).map(([n, differs]) => {
			const [, cycles, median, min, max] = by.get(n);

			return { run: LUB.index.runs[n], n, cycles, median, min, max, differs };
		});
	}

	function band(group, series, rows) {
		const newest = group.steps[0];
		const change = newest && (newest.changes || []).find((c) => c.series === series.name && c.what === null);
		const base = change && rows.find((row) => row.n === newest.base);

		return base && base.median > 0 ? { centre: base.median, noise: change.noise, from: change.noise_from } : null;
	}

	// What was written about a run, where it is about this series.
	function notesOf(series) {
		const by = new Map();

		for (const note of series.notes)
			by.set(note.run, (by.has(note.run) ? by.get(note.run) + "; " : "") +
				(note.kind === "step" ? "expected step: " : "invalid, in no change point: ") + note.text);
		return by;
	}

	const since = (c) => "since " + LUB.index.runs[c.run].id + " " + LUB.percent(c.change) + ", " + c.verdict +
		(c.expected ? ", expected: " + c.expected : "");

	function changesText(series, point) {
		if (!series.headline)
			return "";
		if (point.changes === null)
			return " Change points: none are looked for, as fewer than 14 comparable runs have a value, or one is not positive.";
		return point.changes.length ? " Change points, vertical lines: " + point.changes.map(since).join("; ") + "." : " No change point.";
	}

	LUB.trend = (info, group, query, go) => {
		const list = group.series.map((s, i) => [i, s]);
		const named = list.find(([, s]) => s.name === query.get("series")) ||
			list.find(([, s]) => s.name === (LUB.index.runs[info.last].scenario === "blackout" ? "blackout.service" : "preserve.iommufd")) || list.find(([, s]) => s.headline) || list[0];

		if (!named)
			return el("p", {}, "No run of this group has a number.");
		const series = named[1];
		const point = series.points.find((p) => p.point === query.get("point")) || series.points[series.points.length - 1];
		const rows = gather(group, point), noise = band(group, series, rows), marks = steps(group, series.name, point.point);
		const label = LUB.index.runs[info.last].label;
		const notes = notesOf(series), turns = new Map((point.changes || []).map((c) => [c.run, c]));
		const remark = (r) => [turns.has(r.n) ? "change point " + since(turns.get(r.n)) : "", notes.get(r.n) || "", r.differs || ""].filter(Boolean).join("; ");
		const show = (v) => LUB.unit(v, series.unit);
		const tell = (i) => {
			const r = rows[i], m = marks.get(r.n);

			return r.run.id + ", " + about(r.run) + ": median " + show(r.median) + " of " + r.cycles + " cycles, " + show(r.min) + " to " +
				show(r.max) + (m ? ", " + m.verdict + " than the run before (" + LUB.percent(m.change) + ")" + (m.expected ? ", expected: " + m.expected : "") : "") +
				(r.differs ? ". Not comparable with the newest: " + r.differs : "") +
				(turns.has(r.n) ? ". Change point " + since(turns.get(r.n)) : "") + (notes.has(r.n) ? ". Annotation, " + notes.get(r.n) : "");
		};
		const make = () => {
			const x = rows.map((r, i) => i), all = rows.flatMap((r) => [r.min, r.max]);
			const lo = noise ? noise.centre * (1 - noise.noise) : null, hi = noise ? noise.centre * (1 + noise.noise) : null;
			const min = Math.min(...all, lo === null ? Infinity : lo), max = Math.max(...all, hi === null ? -Infinity : hi);
			const pad = (max - min) * 0.1 || Math.abs(max) * 0.1 || 1;
			const main = LUB.colour(0);

			return {
				data: [x, rows.map((r) => r.median), x.map(() => lo), x.map(() => hi)],
				series: [
					{ stroke: main, width: 2, points: { show: true, size: 7, fill: main } },
					{ stroke: LUB.css("--band-edge"), dash: [5, 4], points: { show: false } },
					{ stroke: LUB.css("--band-edge"), dash: [5, 4], points: { show: false } },
				],
				bands: [{ series: [3, 2], fill: LUB.css("--band") }],
				ranges: { x: [-0.5, rows.length - 0.5], y: [Math.max(0, min - pad), max + 2 * pad] },
				x: { label: "runs, oldest first", splits: () => x.filter((i) => i % Math.ceil(rows.length / 8) === 0),
					values: (u, at) => at.map((i) => rows[i] ? (rows[i].run.started || "").slice(5, 10) : "") },
				y: { label: series.name, values: (u, at) => at.map((v) => series.unit === "ns" ? LUB.tickTime(v) : show(v)) },
				draw: [(u) => LUB.whisker(u, main, rows.map((r, i) => [i, r.min, r.max])),
					(u) => marked(u, rows, marks), (u) => changed(u, rows, turns, notes)],
			};
		};
		const url = (name, at) => {
			query.set("series", name);
			if (at)
				query.set("point", at);
			else
				query.delete("point");
			go();
		};
		return LUB.figure({
			label,
			controls: [
				LUB.select("Series", list.map(([, s]) => [s.name, s.name + (s.headline ? "" : " (not judged)")]), series.name, (v) => url(v)),
				LUB.select("Point", series.points.map((p) => [p.point, p.point]), point.point, (v) => url(series.name, v)),
			],
			picture: LUB.chart({ label, make, tell, title: "Trend of " + series.name + " at " + point.point + " over " + rows.length + " runs" }),
			caption: [series.name, " at ", point.point, ": median over the cycles of each run; the lines go from its fastest to its slowest cycle. ",
				noise ? "Band: " + LUB.percent(noise.noise).slice(1) + " around the base of the newest comparison, " +
					(noise.from ? "learnt from " + noise.from + " changes between runs." : "the least that is taken for noise, as there is no history.")
					: "No band: no earlier run is comparable with the newest.",
				rows.length < 2 ? " One run makes no trend." : "",
				marks.size ? " Triangles: changes that were judged real, up for worse." : "",
				changesText(series, point), notes.size ? " Crosses: runs with an annotation." : ""],
			table: table({
				name: "trend", caption: series.name + ", " + point.point,
				columns: ["Run", "Started", "Kernel", "Series", ["Cycles", "num"], ["Median", "num"], ["Least", "num"], ["Most", "num"], "Judged", "Remark"],
				rows: rows.map((r) => [LUB.link(["run", r.run.id], r.run.id), LUB.day(r.run.started), r.run.kernel, LUB.short(r.run.series), r.cycles,
					show(r.median), show(r.min), show(r.max), marks.has(r.n) ? marks.get(r.n).verdict : "", remark(r)]),
				raw: rows.map((r) => [r.run.id, r.run.started, r.run.kernel, r.run.series, r.cycles, r.median, r.min, r.max,
					marks.has(r.n) ? marks.get(r.n).verdict : "", remark(r)]),
			}),
		});
	};

	// A line between the last run before and the first after a change; an expected one has the colour of no verdict.
	function changed(u, rows, turns, notes) {
		u.ctx.save();
		u.ctx.lineWidth = 2 * devicePixelRatio;
		rows.forEach((r, i) => {
			const c = turns.get(r.n), x = u.valToPos(i - 0.5, "x", true), at = u.valToPos(i, "x", true);
			const foot = u.bbox.top + u.bbox.height, size = 5 * devicePixelRatio;

			u.ctx.beginPath();
			if (c) {
				u.ctx.strokeStyle = LUB.css(c.expected ? "--band-edge" : c.verdict === "worse" ? "--bad" : "--good");
				u.ctx.moveTo(x, u.bbox.top);
				u.ctx.lineTo(x, foot);
				u.ctx.stroke();
			}
			if (notes.has(r.n)) {
				u.ctx.beginPath();
				u.ctx.strokeStyle = LUB.css("--band-edge");
				for (const k of [-1, 1]) {
					u.ctx.moveTo(at - size, foot - 2 * size - k * size);
					u.ctx.lineTo(at + size, foot - 2 * size + k * size);
				}
				u.ctx.stroke();
			}
		});
		u.ctx.restore();
	}

	function marked(u, rows, marks) {
		const size = 9 * devicePixelRatio;

		rows.forEach((r, i) => {
			const m = marks.get(r.n);

			if (!m || m.verdict === "same")
				return;
			const up = m.verdict === "worse" ? 1 : -1, x = u.valToPos(i, "x", true), y = u.valToPos(r.median, "y", true) - 2 * size;

			u.ctx.fillStyle = LUB.css(m.expected ? "--band-edge" : up > 0 ? "--bad" : "--good");
			u.ctx.beginPath();
			u.ctx.moveTo(x, y - up * size / 1.5);
			u.ctx.lineTo(x - size / 1.5, y + up * size / 1.5);
			u.ctx.lineTo(x + size / 1.5, y + up * size / 1.5);
			u.ctx.fill();
		});
	}
})();
