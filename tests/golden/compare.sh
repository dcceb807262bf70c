#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# lubench compare against records whose differences are known: those of a recorded run, changed by jq, and
# made-up ones of two lines a cycle. `compare.sh --update` takes today's text as the expected one.
# shellcheck source=tests/golden/lib.sh
. "$(dirname "$0")/lib.sh"
# A run of 28 November 2026 on smmuv3, whose noise is known here: baselines come and go.
real=tests/golden/compare

cmp() { # STATUS ARG...: does compare end with that status?
	local want=$1
	shift
	ends "$want" compare "$@"
}

change() { # NAME JQ-PROGRAM [RUN]: a run of that name with every line changed
	mkdir -p "$tmp/$1"
	jq -c --arg name "$1" ".run = \$name | $2" "${3:-$real}/samples.jsonl" >"$tmp/$1/samples.jsonl"
}

times() { # METRIC FACTOR: jq that multiplies
	echo "if .metric == \"$1\" and .value then .value = (.value * $2 | floor) else . end"
}

change same .
cmp 0 $real "$tmp/same" && grep -q '^verdict  NO REGRESSION FOUND' "$tmp/out"
check "a run is as good as its twin"
cmp 2 $real $real && grep -q '20261128-003919-smmuv3-3e2a is on both sides; leave it out of BASE or of NEW$' "$tmp/err" && ! [ -s "$tmp/out" ]
check "but is not compared with itself"
cp -r $real "$tmp/copy"
cmp 2 $real "$tmp/same,$tmp/copy" && grep -q "$tmp/copy: run .* is on both sides" "$tmp/err"
check "nor with a copy"
cmp 0 "$real,$tmp/copy,$real" "$tmp/same" && [ "$(grep -c 'was given before, and is taken once$' "$tmp/err")" -eq 2 ] &&
	grep -q '^preserve.iommufd .* 10/10 ' "$tmp/out" && [ "$(grep -c '^base ' "$tmp/out")" -eq 1 ]
check "one that is given thrice on a side is taken once"
cmp 0 --history "$tmp/same" $real "$tmp/same" && grep -q 'was given before' "$tmp/err" && ! grep -q '^history ' "$tmp/out"
check "and it is no history of itself"

change slow "$(times preserve.iommufd 1.5)"
cmp 1 $real "$tmp/slow" && [ "$(grep -c 'WORSE$' "$tmp/out")" -eq 1 ] && grep -q '^preserve.iommufd.*WORSE$' "$tmp/out"
check "one that preserves half as fast again is worse, there only"
sed "s|$tmp|TMP|" "$tmp/out" >"$tmp/text"
[ "${1:-}" != --update ] || cp "$tmp/text" tests/golden/compare.txt
diff -u tests/golden/compare.txt "$tmp/text" >"$tmp/err"
check "its text is the expected one"
! LC_ALL=C grep -q '[^ -~]' "$tmp/out" && ! grep -q '.\{101\}' "$tmp/out"
check "in ASCII of 100 columns"
cmp 0 "$tmp/slow" $real && grep -q '^preserve.iommufd.*better$' "$tmp/out"
check "the other way round it is better, which is no regression"

cmp 1 --json $real "$tmp/slow" && jq -e '.exit == 1 and .label == "EMULATED" and .answers.worse == 1
	and ([.series[] | select(.verdict == "worse") | .metric] == ["preserve.iommufd"])
	and ([.series[] | select(.judged and .metric == "preserve.iommufd") | .points[].base | length] == [10])
	and (.series[] | select(.verdict == "worse") | .change > 0.3 and .interval[0] < .change and .change < .interval[1])' \
	"$tmp/out" >/dev/null
check "JSON says the same, with every cycle"
cmp 1 --markdown $real "$tmp/slow" && grep -q '^| preserve.iommufd .*\*\*worse\*\* |$' "$tmp/out" &&
	[ "$(grep '^|' "$tmp/out" | tr -cd '|\n' | sort -u | wc -l)" -eq 1 ]
check "Markdown, too, in a table"

mkdir "$tmp/many" && cp -r "$tmp/slow" "$tmp/many/one" && echo "no run" >"$tmp/many/notes.txt"
cmp 1 $real "$tmp/many"
check "a directory of runs, and a file that just lies there"

printf 'slow invalid preserve.* a build\nslow step preserve.* a lock\n' >"$tmp/some"
cmp 0 --annotations "$tmp/some" $real "$tmp/slow" && grep -q 'run slow: preserve.\* is left out, as it is noted as invalid: a build$' "$tmp/err" && ! grep -q LOST "$tmp/out"
check "metrics of a run that are known to be invalid are left out"
echo 'slow invalid * a build' >"$tmp/whole"
cmp 0 --annotations "$tmp/whole" $real "$tmp/slow,$tmp/same" && grep -q 'run slow is left out, as it is noted as invalid: a build$' "$tmp/err" &&
	! grep -q 'run slow' "$tmp/out" && cmp 2 --annotations "$tmp/whole" $real "$tmp/slow"
check "and so is all of it"
tail -n 1 "$tmp/some" >"$tmp/step"
cmp 1 --annotations "$tmp/step" $real "$tmp/slow" && cmp 2 --annotations "$tmp/none" $real "$tmp/slow"
check "a step excuses nothing where two runs were asked about; a file that is not there is an error"

# 0.5 per cent more in every cycle is found, and is no news
change little "$(times kho.bytes 1.005)"
cmp 0 --metric kho.bytes $real "$tmp/little"
check "a change below the noise is none"
cmp 1 --metric kho.bytes --noise 0.1 $real "$tmp/little"
check "unless noise is said to be less"

change elsewhere 'if .kind == "run" then .target = "vtd" | .machine.clock.name = "tsc" | .machine.icount = 4 else . end'
cmp 2 $real "$tmp/elsewhere" && [ "$(grep -c 'not comparable: \(target\|clock\|icount\): ' "$tmp/err")" -eq 3 ] && ! [ -s "$tmp/out" ]
check "another machine is refused, and it says why"
cmp 0 --force $real "$tmp/elsewhere" && grep -q 'FORCED in spite of target: smmuv3 .*vtd' "$tmp/err"
check "unless it is forced to"
change faster 'if .kind == "run" then .machine.clock.hz = 70000000 else . end'
cmp 2 $real "$tmp/faster" && grep -q 'rate of the clock: 62500000' "$tmp/err"
check "another rate of the clock is another machine"
change drift 'if .kind == "run" then .machine.clock.hz = 62500100 else . end'
cmp 0 $real "$tmp/drift"
check "a rate measured anew is not"

change reps 'if .kind == "run" then .reps += 1 else . end'
cmp 2 $real "$tmp/reps" && grep -q 'not comparable: repetitions: [0-9]* in run' "$tmp/err"
check "other repetitions in a cycle are refused"
change edited 'if .kind == "run" then .plan = "mine" else . end'
cmp 0 $real "$tmp/edited" && grep -q '^lubench: caution: plan: .* in run .*, mine in run edited$' "$tmp/err" && grep -q '^caution  plan: ' "$tmp/out"
check "another plan is a caution"
cmp 0 --json $real "$tmp/edited" && jq -e '.cautions | length == 1 and (.[0] | startswith("plan: "))' "$tmp/out" >"$tmp/jq" &&
	cmp 0 --markdown $real "$tmp/edited" && grep -q '^- \*\*caution\*\*: plan: ' "$tmp/out"
check "in JSON and Markdown, too"

change four 'select((.cycle // 0) <= 8)'
change four-too . "$tmp/four"
cmp 2 "$tmp/four" "$tmp/four-too" && grep -q 'fewer than 5 cycles' "$tmp/out" && grep -q '^verdict  CANNOT SAY' "$tmp/out"
check "4 cycles a side are no verdict"
change again 'if .kind == "sample" then ., (.rep += 1), (.rep += 2) else . end' "$tmp/four"
change again-too . "$tmp/again"
cmp 2 "$tmp/again" "$tmp/again-too" && grep -q '^preserve.iommufd .* 4/4 ' "$tmp/out"
check "nor are 12 repetitions in 4 cycles"
nothing='if .metric == "preserve.memfd" then .value = null | .reason = "not measured" else . end'
change unasked "$nothing" && change unasked-too "$nothing"
cmp 0 "$tmp/unasked" "$tmp/unasked-too" && grep -q '^preserve.memfd .* 0/0 ' "$tmp/out" && ! tr -s ' \n' ' ' <"$tmp/out" | grep -q 'could not be judged'
check "a series that neither side has is not one that could not be judged"
change gone 'select(.metric != "preserve.iommufd")'
cmp 1 $real "$tmp/gone" && grep -q '1 series of the base are lost' "$tmp/out"
check "what is not measured any more is a regression"

change skipped 'if .kind == "outcome" then .outcome = "skip" | .reason = "no way" else select(.kind == "run") end'
cmp 2 "$tmp/skipped" $real && grep -q 'skipped: none of its [0-9]* cycles ended ok, .*; the first: skip: no way$' "$tmp/err"
check "a side without any number is named, with its reason"

change hits 'if .metric == "preserve.memfd" then .metric = "iotlb.hits" | .unit = "count" | .clock = null else . end'
change more "$(times iotlb.hits 2)" "$tmp/hits"
cmp 2 --metric iotlb.hits "$tmp/hits" "$tmp/more" && ! grep -q WORSE "$tmp/out" && tr -s ' \n' ' ' <"$tmp/out" | grep -q 'a change, and nobody has said that less of it is better'
check "a metric of which less is not better is not called worse"

# Made up: CYCLES cycles, of cost FIXED + A * HWPTs + B * pages, with noise of 1 % that is the same every time
# but for the last number, on 6 points.
made_up() { # NAME STARTED FIXED A B FACTOR
	mkdir -p "$tmp/$1"
	jq -nc --arg s "$2" --argjson f "$3" --argjson a "$4" --argjson b "$5" --argjson k "$6" '
		{schema: 1, kind: "run", run: "made-up-\($s)", target: "vtd", host: null, emulated: false, simulated: true, plan: "p",
		 scenario: "preserve", workload: "lsi", mode: "preserve", reps: 1, cycles: 10, planned: 60, started: $s, machine: {}, kernel: {}},
		(range(1; 11) as $c | [1, 4, 16] as $h | [30, 3000] as $p | range(6) as $i
		 | {hwpts: $h[$i % 3], ioas_bytes: ($p[$i / 3 | floor] * 4096), page_bytes: 4096, devices: 1,
		    mode: "preserve", workload: "lsi", probes: "off"} as $params
		 | ($params.hwpts * $params.ioas_bytes / 4096) as $pages
		 | {schema: 1, kind: "sample", run: "made-up-\($s)", cycle: $c, rep: 0, scenario: "preserve", clock: null, params: $params}
		 | . + {metric: "pagetable.pages", unit: "pages", value: $pages},
		   . + {metric: "preserve.iommufd", unit: "ns", clock: "tsc", value: (($f + $a * $params.hwpts + $b * $pages)
			* $k * (1 + 0.01 * (($c * 7919 + $i * 104729) % 21 - 10) / 10) | floor)})' >"$tmp/$1/samples.jsonl"
}

made_up m1 2026-01-01 50000 26000 190 1
made_up steep 2026-02-01 50000 32000 190 1
cmp 1 "$tmp/m1" "$tmp/steep" && grep -q '^  per HWPT.* WORSE$' "$tmp/out" &&
	grep -q '^  fixed.* same$' "$tmp/out" && grep -q '^  per page-table page.* same' "$tmp/out"
check "what each HWPT costs is told from the rest"

# Runs that go up and down by 8 per cent: 5 per cent more is then no news, and what is learnt is said.
made_up m2 2026-01-02 50000 26000 190 1.08
made_up m3 2026-01-03 50000 26000 190 1
made_up next 2026-01-04 50000 26000 190 1.05
cmp 1 "$tmp/m1,$tmp/m3" "$tmp/next"
check "5 per cent more is worse by two runs that are alike"
cmp 0 --history "$tmp/m2" "$tmp/m1,$tmp/m3" "$tmp/next" && grep -q 'no larger than the noise' "$tmp/out" &&
	grep -q 'preserve.iommufd: 8.0 %, from 2 changes between runs' "$tmp/out"
check "and not by a history that goes up and down by 8"

mkdir "$tmp/both"
cp -r "$tmp/m1" "$tmp/m3" "$tmp/both"
cmp 1 "$tmp/both" "$tmp/next" && [ "$(grep -c '^base ' "$tmp/out")" -eq 2 ]
check "a directory of runs is all of them"
change blackout . results/baselines/blackout-smmuv3
cmp 0 blackout-smmuv3 "$tmp/blackout"
check "a name in results/baselines is enough"

# The same two as all runs of a kernel or of a commit, on one target; of each, one more on another target.
mkdir -p "$tmp/index/both"
change index/one . && change index/two "$(times preserve.iommufd 1.5)"
for run in one two; do
	jq -c --arg run $run 'if .kind == "run" then .kernel.selection = {one: "series-9", two: "series"}[$run]
		| .series = {one: "aaaa1111", two: "bbbb2222"}[$run] else . end' "$tmp/index/$run/samples.jsonl" >"$tmp/jq" &&
		mv "$tmp/jq" "$tmp/index/$run/samples.jsonl"
	mkdir "$tmp/index/both/$run"
	jq -c 'if .kind == "run" then .run += "-vtd" | .target = "vtd" | .plan = "other" else . end' "$tmp/index/$run/samples.jsonl" >"$tmp/index/both/$run/samples.jsonl"
done
cmp 1 --runs "$tmp/index" --target smmuv3 kernel:series-9 kernel:series && grep -q '^preserve.iommufd.*WORSE$' "$tmp/out"
check "kernels are all their runs on a target"
cmp 1 --runs "$tmp/index" --plan other commit:aaaa commit:bbbb2222 && grep -q '^preserve.iommufd.*WORSE$' "$tmp/out"
check "commits, too, and those in a directory of several targets"
cmp 2 --runs "$tmp/index" kernel:series-9 kernel:series && grep -q 'not comparable: target' "$tmp/err"
check "without a target they are of two machines"
cmp 2 --runs "$tmp/index" kernel:series-8 kernel:series && grep -q 'kernel:series-8: .* has no such run' "$tmp/err"
check "a kernel that never ran is said"

cmp 2 $real && cmp 2 $real nowhere && grep -q 'nowhere: no run' "$tmp/err" && cmp 2 --noise 0 $real "$tmp/same"
check "bad usage is status 2"
exit $failed
