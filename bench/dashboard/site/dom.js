// SPDX-License-Identifier: GPL-2.0-or-later
// Elements. Text from records becomes text nodes and attribute values only, never markup.
"use strict";

(function () {
	const SVG = "http://www.w3.org/2000/svg";

	function add(node, kids) {
		for (const kid of kids.flat(Infinity))
			if (kid !== null && kid !== undefined && kid !== false)
				node.append(kid instanceof Node ? kid : String(kid));
		return node;
	}

	function fill(node, attrs, kids) {
		for (const [name, value] of Object.entries(attrs || {})) {
			if (value === null || value === undefined || value === false)
				continue;
			if (typeof value === "function")
				node.addEventListener(name, value);
			else
				node.setAttribute(name, value === true ? "" : value);
		}
		return add(node, kids);
	}

	LUB.el = (tag, attrs, ...kids) => fill(document.createElement(tag), attrs, kids);
	LUB.svg = (tag, attrs, ...kids) => fill(document.createElementNS(SVG, tag), attrs, kids);
	LUB.clear = (node, ...kids) => { node.replaceChildren(); return add(node, kids); };

	// For who does not see the picture.
	LUB.say = (text) => { document.getElementById("live").textContent = text; };

	LUB.link = (path, text, attrs) =>
		LUB.el("a", { href: "#/" + path.map(encodeURIComponent).join("/"), ...attrs }, text);
	LUB.file = (name, text) => LUB.el("a", { href: "data/" + name, download: name }, text);
	LUB.textFile = (name, text) => LUB.el("a", { href: "data/" + name, type: "text/plain" }, text);

	// Whose numbers these are: nothing for hardware.
	LUB.badge = (label) => label ? LUB.el("span", { class: "badge" }, label) : null;

	// A group's name without the label, which is shown beside it as a badge.
	LUB.groupName = (group) => {
		const label = LUB.index.runs[group.last].label;

		return label && group.id.endsWith(", " + label) ? group.id.slice(0, -label.length - 2) : group.id;
	};
	LUB.groupLink = (group) => LUB.el("span", {}, LUB.link(["group", group.id], LUB.groupName(group)), " ",
		LUB.badge(LUB.index.runs[group.last].label));

	// Ids for aria-*; nothing outside of the page refers to them.
	let last = 0;
	LUB.id = () => "i" + ++last;

	LUB.section = (title, label, ...kids) => {
		const id = LUB.id();
		return LUB.el("section", { "aria-labelledby": id },
			LUB.el("h2", { id }, title, " ", LUB.badge(label)), kids);
	};

	LUB.select = (text, options, value, change) => {
		const box = LUB.el("select", { change: () => change(box.value) },
			options.map(([key, name]) => LUB.el("option", { value: key }, name)));
		box.value = value;
		return LUB.el("label", {}, text + " ", box);
	};
})();
