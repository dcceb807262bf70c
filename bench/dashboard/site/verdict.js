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
	const tag = (s) => el("span", { class: "state " + s.key }, s.word);
	LUB.stateTag = (step) => tag(LUB.state(step));

	// A group is also worse when an older change to the worse is still there.
	const standing = (group) => group.standing || [];
	LUB.groupState = (group) => {
		const s = LUB.state(group.newest);

		return s.key !== "bad" && standing(group).length ? { key: "bad", word: "Still worse", since: group.since } : s;
	};
	LUB.groupTag = (group) => tag(LUB.groupState(group));

	LUB.standing = (group, most) => {
		const list = standing(group), run = (c) => LUB.index.runs[c.run].id;

		return list.length ? el("div", {}, el("span", {}, "Worse since an earlier run, by change points, and not better again:"),
			el("ul", {}, list.slice(0, most).map((c) => el("li", {}, el("b", {}, c.series), ", " + c.point + ": ", LUB.percent(c.change), " since ",
				LUB.link(["run", run(c)], run(c))))),
			list.length > most ? el("span", {}, "and " + (list.length - most) + " more") : null) : null;
	};

	// What has no number any more.
	LUB.failures = (step, most) => {
		const list = step.failures || [];

		return list.length ? el("div", {}, el("span", {}, "Failed or lost:"), el("ul", {}, list.slice(0, most).map((text) => el("li", {}, el("b", {}, text)))),
			list.length > most ? el("span", {}, "and " + (list.length - most) + " more") : null) : null;
	};

	const word = (c) => c.verdict + (c.expected ? ", expected: " + c.expected : c.why ? ": " + c.why : "");
	const name = (c) => c.series + (c.what ? ", " + c.what : "");
	const big = (c) => c.verdict === "none" && Math.abs(c.change) > (c.noise || 0);

	// What is worse; without anything worse, what is far off and could not be judged.
	LUB.what = (step) => {
		if (!step || step.base === null)
			return el("span", {}, step && step.why ? "Not comparable with the run before: " + step.why : "It is the first of its kind.");
		const worse = step.changes.filter((c) => c.verdict === "worse" && !c.expected), better = step.changes.filter((c) => c.verdict === "better");
		const expected = step.changes.filter((c) => c.verdict === "worse" && c.expected);
		const open = step.changes.filter(big).sort((a, b) => Math.abs(b.change) - Math.abs(a.change));
		const failures = LUB.failures(step, 5);
		const line = (c) => el("li", {}, el("b", {}, name(c)), " ", LUB.percent(c.change), " (", LUB.interval(c.interval), ")");
		const list = (title, of, most) => of.length ? [el("span", {}, title), el("ul", {}, of.slice(0, most).map(line)),
			of.length > most ? el("span", {}, "and " + (of.length - most) + " more") : null] : null;

		return el("div", {}, failures, list("Worse:", worse, 5), list("Worse, expected:", expected, 3), list("Better:", better, 3),
			list("Off by more than the noise, and not judged for too few cycles:", open, worse.length || better.length ? 1 : 3),
			failures || worse.length || better.length || expected.length || open.length ? null : "No change beyond the noise.");
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
				el("span", { class: "verdict " + c.verdict }, c.verdict === "none" ? "not judged: " + (c.why || "") : word(c))]),
			raw: step.changes.map((c) => [name(c), c.median[0], c.median[1], c.change, c.interval.join(".."), c.noise, c.p, word(c)]),
		});
	};
})();
