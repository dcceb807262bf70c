// SPDX-License-Identifier: GPL-2.0-or-later
// What the part of the address behind '#' asks for.
"use strict";

(function () {
	const page = document.getElementById("page"), box = document.getElementById("theme");
	let turn = 0;

	function parse() {
		const [path, rest] = location.hash.replace(/^#\/?/, "").split("?");

		return { path: path.split("/").map((s) => { try { return decodeURIComponent(s); } catch (e) { return s; } }), query: new URLSearchParams(rest || "") };
	}

	// The address follows what is chosen on the page, so that it can be passed on, without a new entry in the history.
	function rewrite(path, query) {
		history.replaceState(null, "", "#/" + path.map(encodeURIComponent).join("/") + (String(query) ? "?" + query : ""));
		show(false);
	}

	async function show(focus) {
		const { path, query } = parse(), mine = ++turn;
		let view;

		page.setAttribute("aria-busy", "true");
		LUB.redraw.length = 0;
		try {
			if (!LUB.index)
				throw new Error("data/index.js is not there; was the whole site copied?");
			if (!Object.hasOwn(LUB.pages, path[0]))
				throw new Error("this site has no page '" + path[0] + "'");
			view = await LUB.pages[path[0]](path.slice(1), query, () => rewrite(path, query));
		} catch (e) {
			view = { title: "Not found", body: [LUB.el("h1", {}, "Not found"), LUB.el("p", { class: "answer bad" }, e.message + "."),
				LUB.el("p", {}, LUB.link([], "To the first page"))] };
		}
		if (mine !== turn)
			return;
		const keep = focus ? null : [...page.querySelectorAll("select")].indexOf(document.activeElement), top = scrollY;

		LUB.clear(page, view.body);
		document.title = view.title + " - lubench";
		page.setAttribute("aria-busy", "false");
		performance.mark("lubench-ready");
		if (focus) {
			scrollTo(0, 0);
			page.focus({ preventScroll: true });
			LUB.say(view.title);
		} else if (keep !== null && keep >= 0) {
			page.querySelectorAll("select")[keep].focus();
			scrollTo(0, top);
		}
	}

	box.value = LUB.theme();
	box.addEventListener("change", () => LUB.setTheme(box.value));
	document.getElementById("skip").addEventListener("click", (e) => { e.preventDefault(); page.focus(); });
	if (LUB.index)
		document.getElementById("foot").textContent = "Made " + LUB.index.made + " by lubench " + LUB.index.version + " from " + LUB.index.runs.length + " runs.";
	addEventListener("hashchange", () => show(true));
	show(false);
})();
