#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# parallel
# lubench compare on cycles that fail and points that are lost: made-up records whose numbers are the same on both sides.
# shellcheck source=tests/golden/lib.sh
. "$(dirname "$0")/lib.sh"

# CYCLES cycles, half of them at 16 HWPTs, half at 64, each with an outcome and, when that is ok, a number. FAILS is jq
# that says of a cycle $c with $h HWPTs what it ends as.
made_up() { # NAME CYCLES FAILS
	mkdir -p "$tmp/$1"
	jq -nc --arg r "$1" --argjson n "$2" '
		{schema: 1, kind: "run", run: $r, target: "vtd", host: null, emulated: false, simulated: true, plan: "p", scenario: "preserve",
		 workload: "lsi", mode: "preserve", reps: 1, cycles: $n, planned: $n, started: "2026-01-01", machine: {}, kernel: {}},
		(range(1; $n + 1) as $c | [16, 64][$c % 2] as $h | ('"$3"') as $how
		 | {schema: 1, kind: "outcome", run: $r, cycle: $c, scenario: "preserve", params: {hwpts: $h, ioas_bytes: 4096,
		    page_bytes: 4096, devices: 1, mode: "preserve", workload: "lsi", probes: "off"}} as $line
		 | ($line + {outcome: ($how | split(":")[0]), reason: (if $how == "ok" then null else $how[($how | index(":")) + 2:] end)}),
		   (if $how == "ok" then $line + {kind: "sample", rep: 0, metric: "preserve.iommufd", unit: "ns", clock: "tsc",
		    value: (100000 * $h + $c * 7919 % 1000)} else empty end))' >"$tmp/$1/samples.jsonl"
}

said() { # TEXT: is this in the table, whatever its lines are
	tr -s ' \n' ' ' <"$tmp/out" | grep -qF -- "$1"
}

json() { # BASE NEW JQ: is this true of the comparison
	"$lubench" compare --json "$tmp/$1" "$tmp/$2" >"$tmp/json" 2>"$tmp/err"
	[ -s "$tmp/json" ] && jq -e "$3" "$tmp/json" >"$tmp/out"
}

panic='"panic-incoming: Oops at 64 | \u00e9 HWPTs"'
made_up fine 20 '"ok"'
made_up half 20 "if \$c % 4 < 2 then $panic else \"ok\" end"
made_up one 20 "if \$c == 3 then $panic else \"ok\" end"
made_up some 20 "if \$c % 5 == 0 then $panic else \"ok\" end"
made_up large 20 "if \$h == 64 then $panic else \"ok\" end"

made_up fine-too 20 '"ok"'
ends 0 compare "$tmp/fine" "$tmp/fine-too" && said 'cycles that ended ok 20/20 20/20' && ! grep -q 'fail:\|failed, \|LOST' "$tmp/out"
check "where nothing fails nothing is said to"

ends 1 compare "$tmp/fine" "$tmp/half" && grep -q '^cycles that ended ok .*20/20 .*10/20 .* 0.0004 WORSE$' "$tmp/out" &&
	said 'verdict WORSE: 0 of ' && said '; more cycles fail: 10 of 20, of the base 0 of 20' && ! grep -q lost "$tmp/out"
check "a new side that panics in half of its cycles is worse"
json fine half '.exit == 1 and .ended.verdict == "worse" and .ended.tried == [20, 20] and .ended.ok == [20, 10] and .ended.p < 0.0005
	and .ended.modes == [{mode: "preserve", tried: [20, 20], ok: [20, 10]}] and (.verdict | contains("more cycles fail: 10 of 20"))
	and .answers.worse == 0 and .answers.lost_points == 0'
check "in JSON"
ends 1 compare --markdown "$tmp/fine" "$tmp/half" && grep -q '^| cycles that ended ok | 20/20 | 10/20 | .*| \*\*worse\*\* |$' "$tmp/out" &&
	grep -q '^\*\*WORSE.*more cycles fail: 10 of 20' "$tmp/out"
check "and in Markdown"
ends 0 compare "$tmp/half" "$tmp/fine" && said 'NO REGRESSION FOUND' && said 'fewer cycles fail: 0 of 20, of the base 10 of 20'
check "a base that does is no regression"
made_up half-too 20 "if \$c % 4 < 2 then $panic else \"ok\" end"
ends 0 compare "$tmp/half" "$tmp/half-too" && ! grep -q 'cycles fail' "$tmp/out"
check "nor is one that does so as often"

made_up ten 10 '"ok"'
made_up ten-half 10 "if \$c % 4 < 2 then $panic else \"ok\" end"
ends 1 compare "$tmp/ten" "$tmp/ten-half" && said 'more cycles fail: 5 of 10, of the base 0 of 10'
check "ten cycles a side are enough for half of them"
ends 0 compare "$tmp/fine" "$tmp/one" && said '; 1 of 20 cycles failed, of the base 0 of 20: too few to tell'
check "one of twenty proves nothing, and is said"
ends 0 compare "$tmp/one" "$tmp/some" && said '; 4 of 20 cycles failed, of the base 1 of 20: no more than chance'
check "nor do four against one"

# Cycles of several points: each cycle ends at every point, and one point that fails is enough for it to have failed.
several() { # NAME CYCLES FAILS: as made_up, of four points a cycle
	mkdir -p "$tmp/$1"
	jq -nc --arg r "$1" --argjson n "$2" '
		{schema: 1, kind: "run", run: $r, target: "vtd", host: null, emulated: false, simulated: true, plan: "p", scenario: "preserve",
		 workload: "lsi", mode: "preserve", reps: 1, cycles: $n, planned: (4 * $n), started: "2026-01-01", machine: {}, kernel: {}},
		(range(1; $n + 1) as $c | [1, 4, 16, 64][] as $h | ('"$3"') as $how
		 | {schema: 1, kind: "outcome", run: $r, cycle: $c, scenario: "preserve", params: {hwpts: $h, ioas_bytes: 4096,
		    page_bytes: 4096, devices: 1, mode: "preserve", workload: "lsi", probes: "off"}} as $line
		 | ($line + {outcome: ($how | split(":")[0]), reason: (if $how == "ok" then null else $how[($how | index(":")) + 2:] end)}),
		   (if $how == "ok" then $line + {kind: "sample", rep: 0, metric: "preserve.iommufd", unit: "ns", clock: "tsc",
		    value: (100000 * $h + $c * 7919 % 1000)} else empty end))' >"$tmp/$1/samples.jsonl"
}
several four 20 '"ok"'
several point 20 "if \$h == 64 and \$c % 5 != 0 then $panic else \"ok\" end"
ends 1 compare "$tmp/four" "$tmp/point" && grep -q '^cycles that ended ok .*20/20 .* 4/20 .* WORSE$' "$tmp/out" &&
	said 'more cycles fail: 16 of 20, of the base 0 of 20' && grep -qx 'cycles   ok: base 20 of 20, new 4 of 20' "$tmp/out" &&
	grep -qx 'points   ok: base 80 of 80, new 64 of 80' "$tmp/out"
check "one point of four that fails in most cycles is not hidden by the others"
json four point '.exit == 1 and .cycles_ok == [20, 4] and .points_planned == [80, 80] and .points_ok == [80, 64] and .ended.ok == [20, 4]'
check "in JSON"
several left 20 "if \$h == 64 then \"skip: no memory for so many\" else \"ok\" end"
ends 2 compare "$tmp/four" "$tmp/left" && grep -q '^cycles that ended ok .*20/20 .*20/20 ' "$tmp/out" && grep -qx 'points   ok: base 80 of 80, new 60 of 80' "$tmp/out"
check "but a point that was skipped makes no cycle fail"

# In each mode for itself: 10 cycles that fail on both sides do not hide 5 that fail on one.
mode() { # NAME OF MODE: all cycles of a run in that mode, after those that are there
	jq -c --arg m "$3" 'select(.kind != "run") | .cycle += 20 | .params.mode = $m' "$tmp/$2/samples.jsonl" >>"$tmp/$1/samples.jsonl"
}
made_up dead 10 "$panic"
for run in ten ten-half; do cp -r "$tmp/$run" "$tmp/$run-both" && mode $run-both dead crash; done
json ten-both ten-half-both '.exit == 1 and .ended.verdict == "worse" and .ended.tried == [20, 20] and .ended.ok == [10, 5]'
check "cycles are compared with those of their mode"

ends 1 compare "$tmp/fine" "$tmp/large" && grep -q '^  4 KiB, 4 KiB, 64 HWPTs .* LOST(.)$' "$tmp/out" && said 'Oops at 64' &&
	said '; 1 point of the base is lost; more cycles fail: 10 of 20'
check "a point at which all cycles panic is lost, with the reason"
json fine large '.exit == 1 and .answers.lost_points == 1 and .answers.lost == 0
	and ([.series[0].points[] | select(.lost) | .params.hwpts, (.why | startswith("Oops"))] == [64, true])'
check "in JSON"
ends 1 compare --markdown "$tmp/fine" "$tmp/large" && grep -q '64 HWPTs .*\*\*lost\*\* (Oops at 64 / ' "$tmp/out" &&
	[ "$(grep '^|' "$tmp/out" | tr -cd '|\n' | sort -u | wc -l)" -eq 1 ]
check "and in Markdown, where a reason ends no cell"
without() { # NAME JQ: the run without what that selects
	mkdir -p "$tmp/$1"
	jq -c --arg r "$1" "select(($2) | not) | .run = \$r" "$tmp/fine/samples.jsonl" >"$tmp/$1/samples.jsonl"
}
without silent '.kind == "sample" and .params.hwpts == 64'
ends 1 compare "$tmp/fine" "$tmp/silent" && said '1 point of the base is lost' && ! grep -q 'cycles fail' "$tmp/out"
check "so is one whose cycles end ok without a number"
without less '.params.hwpts == 64 and .cycle > 8'
ends 0 compare "$tmp/less" "$tmp/silent"
check "4 cycles of the base are too few for that"
ends 0 compare "$tmp/large" "$tmp/fine" && ! grep -q LOST "$tmp/out"
check "a point that the new side has more is not lost"

made_up skips 20 "if \$h == 64 then \"skip: no memory for so many\" else \"ok\" end"
ends 0 compare "$tmp/fine" "$tmp/skips" && said 'cycles that ended ok 20/20 10/10' && said 'new 10 of 20' && ! grep -q 'LOST\|cycles fail' "$tmp/out"
check "what was skipped for a reason neither failed nor is lost"
made_up none 20 '"skip: no such ioctl"'
ends 2 compare "$tmp/fine" "$tmp/none" && said 'CANNOT SAY'
check "and all of it skipped is no answer"
made_up stopped 20 "if \$h == 16 then \"ok\" else \"skip: not run: stopped after 3 failures in a row\" end"
ends 1 compare "$tmp/fine" "$tmp/stopped" && said '1 point of the base is lost' && said 'stopped after 3 failures'
check "but what was not run, as others had failed, is"
sed -i 's/"plan":"p"/"plan":"q"/' "$tmp/large/samples.jsonl"
ends 0 compare "$tmp/fine" "$tmp/large" && said '; 10 of 20 cycles failed, of the base 0 of 20: the plans differ' && ! grep -q LOST "$tmp/out"
check "another plan has other points and failures, which is said"
exit $failed
