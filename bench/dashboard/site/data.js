// SPDX-License-Identifier: GPL-2.0-or-later
// Pieces of data are scripts that call LUB.data(); a page from a file may not fetch, but may add those.
"use strict";

(function () {
	const pieces = new Map(), wanted = new Map();

	LUB.data = (name, value) => {
		pieces.set(name, value);
		if (name === "index") {
			LUB.index = value;
			LUB.byId = new Map(value.runs.map((run) => [run.id, run]));
			for (const group of value.groups)
				LUB.groups.set(group.id, group);
		}
	};
	LUB.groups = new Map();

	function script(src) {
		return new Promise((done, failed) => {
			document.head.append(LUB.el("script", {
				src,
				load: () => done(),
				error: () => failed(new Error(src + " cannot be loaded; was the whole site copied?")),
			}));
		});
	}

	// What data/NAME.js holds, loaded once.
	LUB.load = (name) => {
		if (!wanted.has(name))
			wanted.set(name, script("data/" + name + ".js").then(() => {
				if (!pieces.has(name))
					throw new Error("data/" + name + ".js holds something else");
				return pieces.get(name);
			}));
		return wanted.get(name);
	};
	LUB.run = (n) => LUB.load("run-" + Number(n));
	LUB.group = (n) => LUB.load("group-" + Number(n));

	let uplot;
	LUB.uplot = () => {
		if (!LUB.index.charts)
			return Promise.reject(new Error("this site was made without uPlot; `make dashboard` brings it"));
		if (!uplot) {
			document.head.append(LUB.el("link", { rel: "stylesheet", href: "uplot/uPlot.min.css" }));
			uplot = script("uplot/uPlot.iife.min.js");
		}
		return uplot;
	};
})();
