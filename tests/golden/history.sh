#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# lubench history over 20 runs that are the same but for a known step and noise, with and without annotations.
# shellcheck source=tests/golden/lib.sh
. "$(dirname "$0")/lib.sh"

history() { # STATUS ARG...: does history end with that status?
	local want=$1
	shift
	ends "$want" history "$@"
}

# run-NN, of 3 cycles; from run 10 on it is 10 per cent more, and run 5 is half.
mkdir "$tmp/runs"
for ((i = 0; i < 20; i++)); do
	name=$(printf 'run-%02d' $i)
	mkdir "$tmp/runs/$name"
	value=$((1000000 + (i * 7919 % 11 - 5) * 1000))
	[ $i -lt 10 ] || value=$((value * 11 / 10))
	[ $i -ne 5 ] || value=$((value / 2))
	jq -nc --arg r "$name" --argjson v $value '
		{schema: 1, kind: "run", run: $r, target: "vtd", emulated: false, simulated: true, plan: "p", mode: "preserve",
		 reps: 1, cycles: 3, planned: 3, started: "2026-01-\($r[4:])", series: "abc\($r[4:])", machine: {}, kernel: {}},
		(range(1; 4) | {schema: 1, kind: "sample", run: $r, cycle: ., rep: 0, scenario: "preserve", clock: "tsc",
		 metric: "preserve.iommufd", unit: "ns", value: ($v + . * 100), params: {hwpts: 1, ioas_bytes: 4096,
		 page_bytes: 4096, devices: 1, mode: "preserve", workload: "lsi", probes: "off"}})' >"$tmp/runs/$name/samples.jsonl"
done

printf '# nothing known\n\n' >"$tmp/none"
printf 'run-05 invalid * something else was running\n' >"$tmp/wild"
history 1 -a "$tmp/wild" "$tmp/runs" && grep -q 'since run run-10, series abc10' "$tmp/out" &&
	[ "$(grep -c ' since run ' "$tmp/out")" -eq 1 ] && grep -q 'left out: run-05, \*: something else' "$tmp/out"
check "a step is found where it is"
history 1 -a "$tmp/wild" --runs "$tmp/runs" --json &&
	jq -e '.exit == 1 and .worse == 1 and (.points[0].values | length) == 19 and .points[0].changes[0].run == "run-10"' \
		"$tmp/out" >/dev/null
check "the same from the index, as JSON"
history 1 -a "$tmp/wild" "$tmp/runs" "$tmp/runs/run-07" && grep -q 'run run-07 was given before, and is taken once$' "$tmp/err" &&
	! grep -q run-07 "$tmp/out"
check "a run that is given twice is taken once"
history 2 -a "$tmp/none" "$tmp"/runs/run-0[0-9] && grep -q 'too few runs' "$tmp/out"
check "few runs give no verdict"
{ cat "$tmp/wild"; echo 'run-10 step preserve.* the price of a safer walk'; } >"$tmp/both"
history 0 -a "$tmp/both" "$tmp/runs" && tr -s '\n ' ' ' <"$tmp/out" | grep -q 'expected: the price of a safer walk'
check "one that is expected is shown and no failure"
echo 'run-99 step * x' >>"$tmp/both"
history 0 -a "$tmp/both" --runs "$tmp/runs" && grep -q 'both: a note is about run run-99, which is none of these$' "$tmp/err" &&
	history 0 -a "$tmp/both" "$tmp/runs" && ! [ -s "$tmp/err" ]
check "a note about no run of the index is said"
sed 's/preserve/blackout/' "$tmp/both" >"$tmp/other"
history 1 -a "$tmp/other" "$tmp/runs"
check "but not by what is said about another metric"
printf 'run-10 stop * x\nrun-11 step *\n' >"$tmp/bad"
history 2 -a "$tmp/bad" "$tmp/runs" && grep -q 'bad:1: ' "$tmp/err" && grep -q 'bad:2: ' "$tmp/err"
check "lines that nobody understands are refused, each"
history 1 "$tmp/runs" && sed -n 's/^#  *\(2[0-9-]*.* \(step\|invalid\) .*\)/\1/p' results/annotations.txt >"$tmp/examples" &&
	[ "$(wc -l <"$tmp/examples")" -eq 2 ] && history 1 -a "$tmp/examples" "$tmp/runs"
check "the committed file is one that is understood, and so are its examples"
sed -i 's/"vtd"/"smmuv3"/' "$tmp/runs/run-03/samples.jsonl"
history 2 -a "$tmp/none" "$tmp/runs" && grep -q 'not comparable: target' "$tmp/err"
check "so is a run of another machine"
mkdir "$tmp/clone"
lubench=$(realpath "$lubench")
fresh() { # STATUS WORD...: in a tree without results/runs
	local want=$1
	shift
	(cd "$tmp/clone" && ends "$want" "$@") && grep -qh 'no runs yet' "$tmp/out" "$tmp/err"
}
fresh 0 list runs && fresh 2 history
check "where nothing was measured there are no runs yet"
exit $failed
