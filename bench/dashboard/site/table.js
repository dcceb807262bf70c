// SPDX-License-Identifier: GPL-2.0-or-later
// Tables, which are there for every picture, and their downloads.
"use strict";

(function () {
	const { el } = LUB;

	function text(cell) {
		if (cell === null || cell === undefined)
			return "";
		return cell instanceof Node ? cell.textContent : String(cell);
	}

	// What a spreadsheet would take for a formula is quoted; numbers stay numbers.
	function csvCell(cell) {
		let s = text(cell);

		if (typeof cell !== "number" && /^[=+@\-\t\r]/.test(s) && !/^[+-][\d.]/.test(s) && s !== "-")
			s = "'" + s;
		return /[",\r\n]/.test(s) ? '"' + s.replaceAll('"', '""') + '"' : s;
	}

	function save(name, type, body) {
		const url = URL.createObjectURL(new Blob([body], { type }));

		el("a", { href: url, download: name }).click();
		setTimeout(() => URL.revokeObjectURL(url), 10000);
	}

	LUB.downloads = (name, columns, raw) => el("p", { class: "downloads" }, "Download: ",
		el("button", { type: "button", click: () => save(name + ".csv", "text/csv",
			[columns, ...raw].map((row) => row.map(csvCell).join(",")).join("\n") + "\n") }, "CSV"), " ",
		el("button", { type: "button", click: () => save(name + ".json", "application/json",
			JSON.stringify(raw.map((row) => Object.fromEntries(columns.map((c, i) =>
				[c, typeof row[i] === "number" || row[i] === null ? row[i] : text(row[i])]))), null, 1) + "\n") }, "JSON"));

	/*
	 * columns: names, or [name, "num"]. rows: cells, shown as they are. raw: the same before they were made
	 * readable, for the downloads; without it the rows.
	 */
	LUB.table = ({ caption, columns, rows, raw, name }) => {
		const heads = columns.map((c) => Array.isArray(c) ? c[0] : c);
		const kinds = columns.map((c) => Array.isArray(c) ? c[1] : null);

		return el("div", {},
			el("div", { class: "wide", tabindex: "0", role: "region", "aria-label": caption },
				el("table", {}, el("caption", {}, caption),
					el("thead", {}, el("tr", {}, heads.map((h, i) => el("th", { scope: "col", class: kinds[i] }, h)))),
					el("tbody", {}, rows.map((row) => el("tr", {}, row.map((cell, i) =>
						el(i ? "td" : "th", { scope: i ? null : "row", class: kinds[i] }, cell))))))),
			name ? LUB.downloads(name, heads, raw || rows) : null);
	};

	// Folded, by the name of the (first) table.
	LUB.behind = (table, open) => {
		const box = el("details", { open: open || null }, el("summary"), table);

		box.firstChild.append("Table: " + box.querySelector("caption").textContent);
		return box;
	};

	// A picture with what it shows in words, whose numbers these are, and the table behind it.
	LUB.figure = ({ label, caption, picture, table, controls }) => el("figure", {},
		controls ? el("div", { class: "controls" }, controls) : null, picture,
		el("figcaption", {}, LUB.badge(label), " ", caption), LUB.behind(table, !LUB.index.charts));
})();
