// SPDX-License-Identifier: GPL-2.0-or-later
// What a comparison came to, in words; the judging itself is bench/compare's.
"use strict";

(function () {
	const { el } = LUB;

	LUB.state = (step) => {
		if (!step || step.base === null)
			return { key: "none", word: "Nothing to compare" };
		if (step.exit === 1)
			return { key: "bad", word: "Worse" };
		if (step.exit === 2)
			return { key: "unknown", word: "Cannot say" };
		if (step.judged < step.asked)
			return { key: "unknown", word: "None found" };
		return { key: "good", word: "No regression" };
	};
	LUB.stateTag = (step) => { const s = LUB.state(step); return el("span", { class: "state " + s.key }, s.word); };

	const name = (c) => c.series + (c.what ? ", " + c.what : "");
	const big = (c) => c.verdict === "none" && Math.abs(c.change) > (c.noise || 0);

	// What is worse; without anything worse, what is far off and could not be judged.
	LUB.what = (step) => {
		if (!step || step.base === null)
			return el("span", {}, step && step.why ? "Not comparable with the run before: " + step.why : "It is the first of its kind.");
		const worse = step.changes.filter((c) => c.verdict === "worse"), better = step.changes.filter((c) => c.verdict === "better");
		const open = step.changes.filter(big).sort((a, b) => Math.abs(b.change) - Math.abs(a.change));
		const line = (c) => el("li", {}, el("b", {}, name(c)), " ", LUB.percent(c.change), " (", LUB.interval(c.interval), ")");
		const list = (title, of, most) => of.length ? [el("span", {}, title), el("ul", {}, of.slice(0, most).map(line)),
			of.length > most ? el("span", {}, "and " + (of.length - most) + " more") : null] : null;

		return el("div", {}, list("Worse:", worse, 5), list("Better:", better, 3),
			list("Off by more than the noise, and not judged for too few cycles:", open, worse.length || better.length ? 1 : 3),
			worse.length || better.length || open.length ? null : "No change beyond the noise.");
	};

	LUB.between = (step) => {
		const side = (n) => { const r = LUB.index.runs[n]; return [LUB.link(["run", r.id], r.id), " (kernel " + (r.selection || "unknown") + ", " + LUB.short(r.series) + ")"]; };

		return step && step.base !== null ? el("span", {}, side(step.base), el("br"), "\u2192 ", side(step.new)) : el("span", {}, side(step.new));
	};

	LUB.changes = (step, label) => {
		const columns = ["Series", ["Base", "num"], ["New", "num"], ["Change", "num"], ["95 % interval", "num"], ["Noise", "num"], ["p (Holm)", "num"], "Verdict"];
		const cell = (c, i) => LUB.known(c.median[i]) ? LUB.unit(c.median[i], c.unit || "ns") : c.points > 1 ? c.points + " points" : "-";
		const noise = (c) => LUB.known(c.noise) ? LUB.percent(c.noise).slice(1) + (c.noise_from ? " (" + c.noise_from + " changes)" : " (given)") : "";

		return LUB.table({
			name: "comparison", caption: "Judged series" + (label ? ", " + label : ""), columns,
			rows: step.changes.map((c) => [name(c), cell(c, 0), cell(c, 1), LUB.percent(c.change), LUB.interval(c.interval), noise(c), LUB.known(c.p) ? c.p.toFixed(4) : "-",
				el("span", { class: "verdict " + c.verdict }, c.verdict === "none" ? "not judged: " + (c.why || "") : c.verdict + (c.why ? ": " + c.why : ""))]),
			raw: step.changes.map((c) => [name(c), c.median[0], c.median[1], c.change, c.interval.join(".."), c.noise, c.p, c.verdict + (c.why ? ": " + c.why : "")]),
		});
	};
})();
