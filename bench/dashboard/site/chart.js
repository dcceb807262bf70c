// SPDX-License-Identifier: GPL-2.0-or-later
// uPlot with the theme's colours, the label of emulation inside the picture, and a cursor for the keyboard.
"use strict";

(function () {
	const { el } = LUB;
	const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

	LUB.colour = (i) => css("--line" + i % 7);
	LUB.dash = (i) => [[], [8, 4], [2, 3], [10, 3, 2, 3]][Math.floor(i / 7) % 4];
	LUB.css = css;

	function axis(side, label, more) {
		return { stroke: css("--text"), grid: { stroke: css("--grid"), width: 1 }, ticks: { stroke: css("--grid"), width: 1 },
			label, labelSize: 22, labelFont: "13px sans-serif", font: "12px sans-serif", size: side ? 84 : 56, ...more };
	}

	// What the picture is of has to be in it, too: pictures travel without their captions.
	function mark(u, label) {
		if (!label)
			return;
		u.ctx.save();
		u.ctx.font = "bold " + 15 * devicePixelRatio + "px sans-serif";
		u.ctx.fillStyle = css("--warn");
		u.ctx.textAlign = "right";
		u.ctx.fillText(label, u.bbox.left + u.bbox.width - 8 * devicePixelRatio, u.bbox.top + 20 * devicePixelRatio);
		u.ctx.restore();
	}

	/*
	 * make(): { data, series, x: {label, values, splits}, y: {...}, ranges, bands, hooks }, in colours of the
	 * moment. tell(i): the line about position i.
	 */
	LUB.chart = ({ label, title, make, tell, height }) => {
		const line = el("p", { class: "readout" }, "Move over the picture, or focus it and use the arrow keys.");
		const box = el("div", { class: "chart", tabindex: "0", role: "img", "aria-label": (label ? label + ". " : "") + title });
		let u = null, at = -1, width = 0;

		function draw() {
			const m = make();

			if (u)
				u.destroy();
			width = Math.max(280, box.clientWidth);
			u = new uPlot({
				width, height: height || 320, legend: { show: false },
				cursor: { drag: { x: false, y: false }, points: { size: 9 } },
				scales: { x: { time: false, range: m.ranges.x }, y: { range: m.ranges.y } },
				axes: [axis(0, m.x.label, m.x), axis(1, m.y.label, m.y)],
				series: [{}, ...m.series], bands: m.bands || [],
				hooks: {
					draw: [(self) => mark(self, label), ...(m.draw || [])],
					setCursor: [(self) => { if (LUB.known(self.cursor.idx)) line.textContent = tell(self.cursor.idx); }],
				},
			}, m.data, box);
		}

		function show(i) {
			const n = u.data[0].length;

			at = Math.min(Math.max(i, 0), n - 1);
			u.setCursor({ left: u.valToPos(u.data[0][at], "x"), top: u.over.clientHeight / 2 });
			line.textContent = tell(at);
			LUB.say(tell(at));
		}

		box.addEventListener("keydown", (e) => {
			const step = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }[e.key];

			if (!u || !step)
				return;
			e.preventDefault();
			show(step === Infinity ? u.data[0].length - 1 : step === -Infinity ? 0 : at + step);
		});
		LUB.uplot().then(() => {
			draw();
			LUB.redraw.push(draw);
			new ResizeObserver(() => {
				if (box.isConnected && Math.abs(box.clientWidth - width) > 1)
					draw();
			}).observe(box);
		}, (e) => { line.textContent = "No chart: " + e.message + ". The numbers are below."; box.remove(); });
		return el("div", {}, box, line);
	};

	// Ticks of a decimal logarithm: 1, 2, 5 where there is room, and decades where there is not.
	LUB.logTicks = (lo, hi) => {
		const ticks = [], fine = hi - lo < 3;

		for (let d = Math.floor(lo); d <= hi; d++)
			for (const k of fine ? [1, 2, 5] : [1]) {
				const v = d + Math.log10(k);

				if (v >= lo - 1e-9 && v <= hi + 1e-9)
					ticks.push(v);
			}
		return ticks;
	};
	LUB.tickTime = (ns) => LUB.time(ns).replace(/\.0+ /, " ").replace(/(\.\d*?)0+ /, "$1 ");

	LUB.whisker = (u, colour, rows) => {
		u.ctx.save();
		u.ctx.strokeStyle = colour;
		u.ctx.lineWidth = devicePixelRatio;
		u.ctx.setLineDash([]);
		u.ctx.beginPath();
		for (const [x, lo, hi] of rows) {
			const px = u.valToPos(x, "x", true);

			u.ctx.moveTo(px, u.valToPos(lo, "y", true));
			u.ctx.lineTo(px, u.valToPos(hi, "y", true));
		}
		u.ctx.stroke();
		u.ctx.restore();
	};

	LUB.legend = (items) => el("ul", { class: "legend" }, items.map(([name, i, dash]) => el("li", {},
		LUB.svg("svg", { width: 34, height: 12, "aria-hidden": "true" }, LUB.svg("line", { x1: 0, y1: 6, x2: 34, y2: 6,
			class: "line" + i % 7, "stroke-width": 2.5, "stroke-dasharray": (dash || LUB.dash(i)).join(" ") })), " ", name)));
})();
