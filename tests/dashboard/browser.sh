#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# browser.sh [--maybe]: the dashboard in Debian's chromium, opened as files: that of the baselines, with hostile records
# beside them, and that of 100000 synthetic samples. --maybe: exit status 4 when there is no browser. Sites and
# screenshots stay in build/test-dashboard, to be looked at.
set -u
cd "$(dirname "$0")/../.." || exit 1
lubench=${LUBENCH:-build/lubench}
modules=build/npm/node_modules
out=$PWD/build/test-dashboard
maybe=${1:-}

lacks() { # WHAT
	echo "$1"
	[ "$maybe" = --maybe ] && exit 4
	exit 1
}
chromium=$(command -v chromium) || lacks "no chromium here: apt-get install chromium"
command -v node >/dev/null || lacks "no node here: apt-get install nodejs"
[ -d $modules/playwright-core ] || lacks "no playwright-core and uPlot in build/npm: make test-dashboard brings them"

rm -rf "$out"
mkdir -p "$out/hostile" "$out/earlier"
# A record whose strings would do something if a page took them for markup.
jq -c '.run = "<img src=x onerror=\"window.broken=1\">" | if .kind == "run" then .target = "<script>window.broken=1</script>"
	| .series = "\"></a><b onmouseover=window.broken=1>" | .plan = "javascript:window.broken=1"
	elif .kind == "outcome" and .cycle == 2 then .outcome = "panic-incoming" | .reason = "<svg onload=window.broken=1> & \"quotes\""
	else . end | select(.cycle != 2 or .kind == "outcome")' tests/golden/compare/samples.jsonl >"$out/hostile/samples.jsonl"
# And one that a baseline is slower than.
jq -c 'if .kind == "run" then .started = "2026-01-01T00:00:00.000Z" else . end | .run = "earlier"
	| if .metric == "blackout.service" and .value then .value = (.value / 3 | floor) else . end' \
	results/baselines/blackout-vtd/samples.jsonl >"$out/earlier/samples.jsonl"
for ((i = 1; i <= 9000; i++)); do echo "[$i] <b>line</b> of a console that has more than is copied"; done >"$out/earlier/console-1.log"
"$lubench" dashboard -o "$out/site" -u $modules/uplot results/baselines "$out/hostile" "$out/earlier" || exit 1
tests/dashboard/synthetic.sh "$out/runs" 100000 1.5 || exit 1
"$lubench" dashboard -o "$out/many" -u $modules/uplot "$out/runs" || exit 1
rm -rf "$out/runs"
# Twenty runs that are a tenth slower from the eleventh on: the newest is as slow as the one before it.
for ((i = 0; i < 20; i++)); do
	mkdir -p "$out/runs/run-$i"
	jq -nc --arg r "run-$i" --arg at "2026-01-$((10 + i))" --argjson v $(((1000000 + (i * 7919 % 11 - 5) * 1000) * (i < 10 ? 10 : 11) / 10)) '
		{schema: 1, kind: "run", run: $r, target: "vtd", emulated: false, simulated: true, plan: "p", mode: "preserve",
		 reps: 1, cycles: 3, planned: 3, started: $at, machine: {}, kernel: {}},
		(range(1; 4) | {schema: 1, kind: "sample", run: $r, cycle: ., rep: 0, scenario: "preserve", clock: "tsc",
		 metric: "preserve.iommufd", unit: "ns", value: ($v + . * 100), params: {hwpts: 1, ioas_bytes: 4096,
		 page_bytes: 4096, devices: 1, mode: "preserve", workload: "lsi", probes: "off"}})' >"$out/runs/run-$i/samples.jsonl"
done
"$lubench" dashboard -o "$out/still" -u $modules/uplot "$out/runs" || exit 1
rm -rf "$out/runs"
# As root, chromium takes a higher priority than it was given, and would disturb what is measured meanwhile.
low=()
[ "$(id -u)" -ne 0 ] || low=(setpriv --bounding-set=-sys_nice)
NODE_PATH=$modules "${low[@]}" node tests/dashboard/browser.js "$chromium" "$out" "${maybe:-timed}"
