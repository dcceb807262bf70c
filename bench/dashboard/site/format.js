// SPDX-License-Identifier: GPL-2.0-or-later
// Numbers as bench/report/fmt.c writes them; the tests hold the one against the other.
"use strict";

(function () {
	// printf's rounding: a tie goes to the even digit, toFixed's goes up.
	function fixed(v, digits) {
		const text = v.toFixed(digits);
		const exact = v.toFixed(digits + 30).slice(-30);

		if (exact !== "5" + "0".repeat(29) || "02468".includes(text.slice(-1)))
			return text;
		return (v - Math.sign(v) * Math.pow(10, -digits) / 2).toFixed(digits);
	}

	function scaled(v, step, units) {
		let a = Math.abs(v), i = 0;

		while (i < units.length - 1 && a >= 0.9995 * step) {
			a /= step;
			v /= step;
			i++;
		}
		return fixed(v, v === 0 ? 0 : a < 9.995 ? 2 : a < 99.95 ? 1 : 0) + " " + units[i];
	}

	const known = (v) => typeof v === "number" && isFinite(v);

	LUB.time = (ns) => known(ns) ? scaled(ns, 1000, ["ns", "us", "ms", "s"]) : "-";
	LUB.bytes = (n) => {
		const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
		let v = n, i = 0;

		if (!known(n))
			return "-";
		while (i < 5 && v >= 1024 && v % 1024 === 0) {
			v /= 1024;
			i++;
		}
		return Number.isInteger(v) && Math.abs(v) < 1024 ? v + " " + units[i] : scaled(n, 1024, units);
	};
	LUB.count = (n) => !known(n) ? "-" : fixed(n, Number.isInteger(n) || Math.abs(n) >= 1000 ? 0 : 1);
	LUB.unit = (v, unit) => unit === "ns" ? LUB.time(v) : unit === "bytes" ? LUB.bytes(v) : LUB.count(v);

	const sign = (text) => text.startsWith("-") ? text : "+" + text;
	LUB.percent = (x) => !known(x) ? "-" : sign(fixed(100 * x, Math.abs(x) < 9.995 ? 1 : 0)) + " %";
	LUB.interval = (pair) => !pair || !known(pair[0]) || !known(pair[1]) ? "-" :
		pair.map((x) => sign(fixed(100 * x, Math.abs(x) < 1 ? 1 : 0))).join("..") + " %";

	LUB.short = (hash) => hash ? hash.slice(0, 12) : "none";
	LUB.day = (at) => at ? at.slice(0, 16).replace("T", " ") : "unknown";

	LUB.median = (list) => {
		const v = list.filter(known).sort((a, b) => a - b);
		const h = (v.length - 1) / 2;

		return v.length ? (v[Math.floor(h)] + v[Math.ceil(h)]) / 2 : NaN;
	};
	LUB.known = known;
})();
