// SPDX-License-Identifier: GPL-2.0-or-later
// Light or dark: before anything is drawn, so that nothing flashes.
"use strict";

var LUB = { redraw: [] };

LUB.theme = function () {
	try {
		return localStorage.getItem("lubench-theme") || "auto";
	} catch (e) {
		return "auto"; // a browser that keeps nothing for files
	}
};

LUB.setTheme = function (name) {
	if (name === "light" || name === "dark")
		document.documentElement.setAttribute("data-theme", name);
	else
		document.documentElement.removeAttribute("data-theme");
	try {
		localStorage.setItem("lubench-theme", name);
	} catch (e) {
		// then it is for this page only
	}
	LUB.redraw.forEach(function (draw) { draw(); });
};

LUB.setTheme(LUB.theme());
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", function () {
	LUB.redraw.forEach(function (draw) { draw(); });
});
