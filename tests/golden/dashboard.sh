#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# parallel
# lubench dashboard without a browser: its data is valid JSON, says what `lubench report` and `lubench compare`
# say, every file that a page refers to is there, and strings from records stay strings.
# shellcheck source=tests/golden/lib.sh
. "$(dirname "$0")/lib.sh"
real=tests/golden/compare
site=$tmp/site

change() { # NAME JQ-PROGRAM [RUN]: a run with every line changed, under a name of its own
	mkdir -p "$tmp/$1"
	jq -c --arg name "$1" ".run = \$name | $2" "${3:-$real}/samples.jsonl" >"$tmp/$1/samples.jsonl"
}

data() { # FILE: the object of a script
	sed '1d;$d' "$site/data/$1.js"
}

nr() { # RUN: its number in the site
	data index | jq --arg id "$1" '.runs[] | select(.id == $id) | .n'
}

# As bench/report/fmt.c writes nanoseconds, written once more.
times() { # COLUMN...: turns these columns of a table with tabs
	awk -F '\t' -v OFS='\t' -v columns="$*" '
		function text(v, a, i, d) {
			split("ns us ms s", unit, " ")
			for (i = 1; i < 4 && (v < 0 ? -v : v) >= 999.5; i++)
				v /= 1000
			a = v < 0 ? -v : v
			d = v == 0 ? 0 : a < 9.995 ? 2 : a < 99.95 ? 1 : 0
			return sprintf("%." d "f %s", v, unit[i])
		}
		{ n = split(columns, c, " "); for (k = 1; k <= n; k++) $c[k] = text($c[k]); print }'
}

quick=results/baselines/quick-vtd blackout=results/baselines/blackout-vtd
change slower 'if .kind == "run" then .started = "2027-01-01T00:00:00.000Z"
	elif .metric == "preserve.iommufd" and .value then .value = (.value * 1.5 | floor) else . end'
change hostile 'if .kind == "run" then .started = "2027-02-01T00:00:00.000Z" | .kernel.release = "</script><img src=x onerror=alert(1)>"
	| .target = "a\"b\\c\u2028</script>" | .kernel.__proto__ = {"x": "polluted"} | .plan = "__proto__"
	elif .kind == "outcome" and .cycle == 1 then .outcome = "lost" | .reason = "<b>reason</b>\u2029\u0001" else . end
	| select(.kind == "run" or .cycle != 1 or .kind == "outcome")'
change panics 'if .kind == "run" then .started = "2027-03-01T00:00:00.000Z" | .plan = "panics" else . end
	| if .kind == "outcome" and .params.mode == "preserve" and .cycle % 2 == 1 then .outcome = "panic-incoming" | .reason = "Oops & <b>so on</b>" else . end
	| select(.kind == "run" or .kind == "outcome" or .params.mode != "preserve" or .cycle % 2 == 0)'
change calm 'if .kind == "run" then .started = "2027-02-02T00:00:00.000Z" | .plan = "panics" else . end'
change again . && sed -i 's/"again"/"slower"/' "$tmp/again/samples.jsonl"
mkdir "$tmp/none" && grep -v '"kind":"run"' $quick/samples.jsonl >"$tmp/none/samples.jsonl"

"$lubench" dashboard -o "$site" "$tmp/slower" $real $quick $blackout "$tmp/hostile" "$tmp/again" "$tmp/none" >"$tmp/out" 2>"$tmp/err"
check "a site is made"
data index | jq -e '.charts == false and (.runs | length) == 5
	and ([.left_out[].why] == ["a run of the same name is there already", "it has no run line"])' >"$tmp/out" &&
	[ "$(grep -c 'is left out' "$tmp/err")" -eq 2 ]
check "what is no run, and what is there twice, is left out and said"

bad=0
for f in "$site"/data/*.js; do
	name=$(basename "$f" .js)
	if [ "$(wc -l <"$f")" -ne 3 ] || [ "$(head -n 1 "$f")" != "LUB.data(\"$name\"," ] || [ "$(tail -n 1 "$f")" != ");" ] ||
		! data "$name" | jq -e . >/dev/null; then echo "# $name"; bad=1; fi
done
for f in "$site"/data/*.json; do jq -e . "$f" >/dev/null || bad=1; done
[ $bad -eq 0 ] && [ "$(find "$site/data" -name 'run-*.js' | wc -l)" -eq 5 ]
check "every piece of data is one call with valid JSON"

# --- the numbers
n=$(nr "$(jq -r .run $quick/samples.jsonl | head -n 1)")
data "run-$n" | jq -r '.curve.points[] | [.hwpts, .median, .p95, .max] | @tsv' | times 2 3 4 >"$tmp/mine"
"$lubench" report $quick >"$tmp/report"
awk '/^Preserve latency/ { on = 1; next } /^first:/ { on = 0 } on && /[0-9]\/[0-9]/ {
	while ($2 ~ /iB$/) { sub(/^ *[^ ]+ +[^ ]+ */, "") }
	printf "%s\t%s %s\t%s %s\t%s %s\n", $1, $4, $5, $6, $7, $8, $9 }' "$tmp/report" >"$tmp/theirs"
[ "$(wc -l <"$tmp/theirs")" -eq 16 ] && diff -u "$tmp/theirs" "$tmp/mine" >"$tmp/out"
check "latencies against size are those of the report"
data "run-$n" | jq -r '.curve.fits[0].terms[] | [.ns, .se] | @tsv' | times 1 2 | tr '\t' '|' >"$tmp/mine"
sed -n 's/^  \(fixed\|a\|b\)  *\([0-9.-]* [nmu]*s\) +- *\([0-9.]* [nmu]*s\).*/\2|\3/p' "$tmp/report" >"$tmp/theirs"
[ "$(wc -l <"$tmp/theirs")" -eq 3 ] && diff -u "$tmp/theirs" "$tmp/mine" >"$tmp/out"
check "so is the cost model"
data "run-$n" | jq -j .report | cmp - "$tmp/report" >"$tmp/out" 2>&1
check "and the whole report is there"
data "run-$n" | jq -e --slurpfile all <(jq -c 'select(.kind == "outcome") | [.cycle, .outcome, .reason]' $quick/samples.jsonl) \
	'[.outcomes[] | [.cycle, .outcome, .reason]] == $all' >"$tmp/out"
check "and every outcome"

n=$(nr "$(jq -r .run $blackout/samples.jsonl | head -n 1)")
"$lubench" report $blackout >"$tmp/report"
median='sort | if length % 2 == 1 then .[length / 2 | floor] else (.[length / 2 - 1] + .[length / 2]) / 2 end'
data "run-$n" | jq -r '.waterfalls[] | . as $w | range($w.stages | length) as $i |
	[$w.stages[$i].about, ([$w.cycles[].stages[$i][0] | select(. != null)] | '"$median"'), ([$w.cycles[].stages[$i][0] | select(. != null)] | max)] | @tsv' |
	times 2 3 >"$tmp/mine"
awk '/^Waterfall, mode/ { on = 1; next } /^cycle / || /^$/ { on = 0 } on && !/^stage / {
	about = substr($0, 1, 33); sub(/ +$/, "", about); $0 = substr($0, 34); printf "%s\t%s %s\t%s %s\n", about, $1, $2, $3, $4 }' "$tmp/report" >"$tmp/theirs"
[ "$(wc -l <"$tmp/theirs")" -gt 20 ] && diff -u "$tmp/theirs" "$tmp/mine" >"$tmp/out"
check "stages of the waterfalls are those of the report"
data "run-$n" | jq -r '.blackouts[] | select(."blackout.dma" != null) | [.mode, .cycle, ."blackout.dma"] | @tsv' | times 3 | sort >"$tmp/mine"
awk '/^The three blackouts/ { on = 1; next } /^blackout/ { on = 0 } on && /^(preserve|rebuild|crash)/ && !/med/ { printf "%s\t%s\t%s %s\n", $1, $2, $(NF - 1), $NF }' \
	"$tmp/report" | sort >"$tmp/theirs"
[ -s "$tmp/theirs" ] && diff -u "$tmp/theirs" "$tmp/mine" >"$tmp/out"
check "and the blackouts of every cycle"

# --- the verdict
data index | jq -c --argjson n "$(nr slower)" '.groups[] | select(.last == $n) | .newest' >"$tmp/newest"
"$lubench" compare --json $real "$tmp/slower" >"$tmp/compare" 2>"$tmp/err"
jq -e --slurpfile c "$tmp/compare" '.exit == 1 and .exit == $c[0].exit and .verdict == $c[0].verdict
	and ([.changes[] | select(.verdict == "worse") | .series] == ["preserve.iommufd"])
	and ([.changes[] | select(.what == null) | [.series, (.change | . * 1e9 | round)]] | sort)
	== ([$c[0].series[] | select(.name as $s | $s | IN($c[0].series[] | select(.judged) | .name)) | [.name, (.change | . * 1e9 | round)]] | sort)' "$tmp/newest" >"$tmp/out"
check "did it regress, what and how much: as lubench compare says"
jq -S 'del(.series[].points, .runs)' "$site/data/compare-$(jq .compare "$tmp/newest").json" >"$tmp/mine"
jq -S 'del(.series[].points, .runs)' "$tmp/compare" >"$tmp/theirs"
jq -e --slurpfile b "$tmp/theirs" '[paths(scalars) as $p | {p: $p, a: getpath($p)} | .p as $p | .b = ($b[0] | getpath($p))
	| select(.a != .b and ((.a | type) != "number" or ((.a - .b) | fabs) > 1e-9 * (.a | fabs)))] == []' "$tmp/mine" >"$tmp/out"
check "and the whole comparison can be downloaded"
jq -e '.kind == "comparison"' "$tmp/compare" >"$tmp/out" &&
	data index | jq -e --argjson n "$(nr hostile)" '.groups[] | select(.last == $n) | .newest.base == null' >"$tmp/out"
check "what has nothing before it is compared with nothing"
"$lubench" dashboard -o "$tmp/failing" "$tmp/calm" "$tmp/panics" >"$tmp/out" 2>"$tmp/err" &&
	sed '1d;$d' "$tmp/failing/data/index.js" | jq -e '.groups[0].newest | .exit == 1 and .failures == ["more cycles fail: 5 of 20, of the base 0 of 20"]' >"$tmp/out"
check "cycles that fail are a regression, and named"

# --- what is known about those runs
known() { # NOTE...: the first page of the two runs with these notes
	printf '%s\n' "$@" >"$tmp/notes"
	"$lubench" dashboard -o "$tmp/noted" -a "$tmp/notes" $real "$tmp/slower" >"$tmp/out" 2>"$tmp/err" &&
		sed '1d;$d' "$tmp/noted/data/index.js" | jq '.runs as $run | .groups[0].newest | .new = $run[.new].id' >"$tmp/newest"
}
first=$(jq -r .run $real/samples.jsonl | head -n 1)
known 'nobody step * x' && jq -e '.exit == 1 and .new == "slower"' "$tmp/newest" >"$tmp/out" && grep -q 'notes: a note is about run nobody, which is none of these$' "$tmp/err"
check "a note about no run is said"
known 'slower step preserve.* a lock' && jq -e '.exit == 0 and (.verdict | contains("; 1 worse, expected"))
	and ([.changes[] | select(.verdict == "worse") | [.series, .expected]] == [["preserve.iommufd", "a lock"]])' "$tmp/newest" >"$tmp/out" && ! [ -s "$tmp/err" ] &&
	jq -e '.exit == 0 and .answers.worse == 0 and .answers.expected == 1' "$tmp/noted/data/compare-0.json" >"$tmp/out"
check "a step makes what is worse expected, and no regression"
known "$first step preserve.* it was the base" && jq -e .exit==1 "$tmp/newest" >"$tmp/out" && known 'slower step blackout.* another' && jq -e .exit==1 "$tmp/newest" >"$tmp/out"
check "but not a step of the base, or of another metric"
known 'slower invalid * a build' && jq -e --arg r "$first" '.new == $r and .base == null' "$tmp/newest" >"$tmp/out"
check "a run that is invalid is not judged"
known "$first invalid * a build" && jq -e '.new == "slower" and .base == null' "$tmp/newest" >"$tmp/out"
check "and judges no other"
known 'slower invalid preserve.iommufd a build' && jq -e '.exit == 0 and .failures == [] and ([.changes[] | select(.series == "preserve.iommufd") | .why] == ["a build"])' "$tmp/newest" >"$tmp/out"
check "a metric of it that is invalid is neither worse nor lost"
known "$first invalid * a build" 'slower invalid * a build' && jq -e '.base == null and (.why | contains("noted as invalid"))' "$tmp/newest" >"$tmp/out"
check "where each run is, that is said"

# --- files
grep -o '\(src\|href\)="[^"]*"' "$site/index.html" | sed 's/.*="//; s/"$//' | grep -v '^\(#\|data:\)' >"$tmp/links"
data index | jq -r '(.runs[] | "run-\(.n).js", "run-\(.n).json", "run-\(.n).csv", "run-\(.n).samples.jsonl"), (.groups[] | "group-\(.n).js",
	(.newest | select(.base != null) | "compare-\(.compare).json")) | "data/" + .' >>"$tmp/links"
missing=$(while read -r link; do [ -s "$site/$link" ] || echo "$link"; done <"$tmp/links")
echo "$missing" >"$tmp/out"
[ -z "$missing" ] && [ "$(wc -l <"$tmp/links")" -gt 40 ]
check "all files that pages refer to are there"
cmp $quick/samples.jsonl "$site/data/run-$(nr "$(jq -r .run $quick/samples.jsonl | head -n 1)").samples.jsonl" >"$tmp/out" 2>&1
check "raw records are those of the run"
! grep -n 'https\?://' "$site"/*.{html,js,css} | grep -v 'http://www.w3.org/2000/svg' >"$tmp/out"
check "no page refers to a network"

# --- strings of records
! LC_ALL=C grep -l '[^ -~]' "$site"/data/*.js >"$tmp/out" && ! grep -l '</' "$site"/data/*.js >>"$tmp/out"
check "data is plain ASCII and ends no script"
n=$(nr hostile)
data "run-$n" | jq -e '(.about.kernel | startswith("</script><img")) and (.outcomes[0].reason | startswith("<b>reason</b>"))
	and ([.provenance[] | select(.[0] == "kernel.__proto__.x") | .[1]] == ["polluted"])' >"$tmp/out" &&
	! grep -q '"__proto__":' "$site"/data/*.js
check "hostile strings come through as values, and as no name"
! grep -nE 'innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|setAttribute\("on' "$site"/*.js >"$tmp/out"
check "no page makes markup of strings"

# --- change points: 20 runs, from the 11th on 10 % more, and half as much in the 6th, which is said to be invalid
mkdir "$tmp/series"
for ((i = 0; i < 20; i++)); do
	run=$(printf 'run-%02d' $i)
	value=$((1000000 + (i * 7919 % 11 - 5) * 1000))
	[ $i -lt 10 ] || value=$((value * 11 / 10))
	[ $i -ne 5 ] || value=$((value / 2))
	mkdir "$tmp/series/$run"
	jq -nc --arg r "$run" --argjson v $value '
		{schema: 1, kind: "run", run: $r, target: "vtd", emulated: false, simulated: true, plan: "p", mode: "preserve",
		 reps: 1, cycles: 3, planned: 3, started: "2026-01-\($r[4:])", series: "abc\($r[4:])", machine: {}, kernel: {}},
		(range(1; 4) | {schema: 1, kind: "sample", run: $r, cycle: ., rep: 0, scenario: "preserve", clock: "tsc",
		 metric: "preserve.iommufd", unit: "ns", value: ($v + . * 100), params: {hwpts: 1, ioas_bytes: 4096,
		 page_bytes: 4096, devices: 1, mode: "preserve", workload: "lsi", probes: "off"}})' >"$tmp/series/$run/samples.jsonl"
done
printf 'run-05 invalid preserve.* a build ran beside it\nrun-10 step preserve.* a lock\nrun-11 step blackout.* nothing of ours\n' >"$tmp/known"
"$lubench" history -a "$tmp/known" --json "$tmp/series" >"$tmp/said" 2>"$tmp/err" &&
	jq -c '[.points[0].changes[] | [.run, .last_before, (.change * 1e6 | round), .p, .verdict, .expected]]' "$tmp/said" >"$tmp/want" &&
	"$lubench" dashboard -o "$tmp/changes" -a "$tmp/known" "$tmp/series" >"$tmp/out" 2>"$tmp/err" &&
	{ sed '1d;$d' "$tmp/changes/data/index.js"; sed '1d;$d' "$tmp/changes/data/group-0.js"; } | jq -sc '.[0].runs as $run
		| [.[1].series[0].points[0].changes[] | [$run[.run].id, $run[.last_before].id, (.change * 1e6 | round), .p, .verdict, .expected]]' >"$tmp/out" &&
	grep -q '"run-10","run-09",100530,.*"a lock"' "$tmp/want" && diff "$tmp/want" "$tmp/out" >"$tmp/err"
check "change points are those of lubench history"
sed '1d;$d' "$tmp/changes/data/group-0.js" | jq -e '[.series[0].notes[] | [.kind, .text]]
	== [["invalid", "a build ran beside it"], ["step", "a lock"]]' >"$tmp/out" 2>"$tmp/err"
check "annotations are those of the series"

# --- is it still worse: the newest run of these is as slow as the one before
standing() { # SITE: what the first page says of change points
	sed '1d;$d' "$tmp/$1/data/index.js" | jq -c '.runs as $run | .groups[0] | [.newest.exit != 1, (if .since == null then null else $run[.since].id end),
		[.standing[] | [.series, .point, $run[.run].id, (.change * 100 | round)]]]'
}
sed -n '/invalid/p' "$tmp/known" >"$tmp/wild"
"$lubench" dashboard -o "$tmp/still" -a "$tmp/wild" "$tmp/series" >"$tmp/out" 2>"$tmp/err" &&
	[ "$(standing still | tee "$tmp/out")" = '[true,"run-10",[["preserve.iommufd","4 KiB, 4 KiB, 1 HWPT","run-10",10]]]' ]
check "what got worse and stayed so is said, with the run that it began at"
[ "$(standing changes | tee "$tmp/out")" = '[true,null,[]]' ]
check "but not when it was expected"
again() { # NAME FACTOR: forty runs more, with so many times the values of the first ten
	local i
	cp -r "$tmp/series" "$tmp/$1"
	for ((i = 20; i < 60; i++)); do
		mkdir "$tmp/$1/run-$i"
		jq -c --arg r "run-$i" --arg at "2026-02-$i" --argjson k "$2" '.run = $r | if .kind == "run" then .started = $at
			else .value = (.value * $k | floor) end' "$tmp/series/run-0$((i % 10 == 5 ? 4 : i % 10))/samples.jsonl" >"$tmp/$1/run-$i/samples.jsonl"
	done
	"$lubench" dashboard -o "$tmp/site-$1" -a "$tmp/wild" "$tmp/$1" >"$tmp/out" 2>"$tmp/err"
}
again back 1 && sed '1d;$d' "$tmp/site-back/data/group-0.js" | jq -c '[.series[0].points[0].changes[].verdict]' >"$tmp/out" &&
	[ "$(cat "$tmp/out")" = '["worse","better"]' ] && [ "$(standing site-back | tee "$tmp/out")" = '[true,null,[]]' ]
check "nor when it got better again"
again half 1.05 && standing site-half >"$tmp/out" && jq -e '.[1] == "run-10" and (.[2] | length) == 1 and .[2][0][3] == 5' "$tmp/out" >"$tmp/jq"
check "half of the way back is not all of it"

rm -r "$tmp/series/run-05" "$tmp"/series/run-1[0-4]
"$lubench" dashboard -o "$tmp/few" "$tmp/series" >"$tmp/out" 2>"$tmp/err" &&
	sed '1d;$d' "$tmp/few/data/group-0.js" | jq -e '.series[0].points[0].changes == []' >"$tmp/out" && rm -r "$tmp/series/run-15" &&
	"$lubench" dashboard -o "$tmp/few" "$tmp/series" >"$tmp/out" 2>"$tmp/err" &&
	sed '1d;$d' "$tmp/few/data/group-0.js" | jq -e '.series[0].points[0].changes == null' >"$tmp/out"
check "too few runs have none, and it is said that they were too few"

# --- runs in directories of runs, as TARGET=all, gate and bench-compare leave them; cycles and links are no runs
deep=$tmp/deep
all=(1/vtd 1/vtd-sm 2/gate-vtd 3/vtd/base/1 3/vtd/base/2 3/vtd/new/1 4)
for at in "${all[@]}"; do
	change "${at//\//-}" 'if .kind == "run" then .kernel.selection = if $name | test("base") then "series-9" else "series" end else . end'
	mkdir -p "$(dirname "$deep/$at")" && mv "$tmp/${at//\//-}" "$deep/$at"
	mkdir -p "$deep/$at/cycle-1/out" && cp "$deep/$at/samples.jsonl" "$deep/$at/cycle-1/out/"
done
mkdir -p "$deep/5/cycle-1/out" && cp $real/samples.jsonl "$deep/5/cycle-1/out/" && touch "$deep/5/journal.jsonl"
ln -s .. "$deep/1/loop" && ln -s ../4 "$deep/3/again"
printf '%s\n' "${all[@]}" >"$tmp/want"
"$lubench" dashboard -o "$tmp/nested" "$deep" >"$tmp/out" 2>"$tmp/err" &&
	sed '1d;$d' "$tmp/nested/data/index.js" >"$tmp/index" && jq -r '.runs[].dir' "$tmp/index" | sed "s,^$deep/,," | sort >"$tmp/is" &&
	diff "$tmp/want" "$tmp/is" >"$tmp/out" && jq -e '.left_out == []' "$tmp/index" >"$tmp/out"
check "runs that lie deeper are in it, once, each with its directory"
"$lubench" list runs --runs "$deep" >"$tmp/out" 2>"$tmp/err" && sed '1d; s/ .*//' "$tmp/out" | sort | diff "$tmp/want" - >"$tmp/err"
check "and the index has the same ones"
for kernel in series:9 series-9; do
	"$lubench" list runs --runs "$deep" --kernel "$kernel" 2>"$tmp/err" | sed '1d; s/ .*//' >"$tmp/out" && printf '3/vtd/base/1\n3/vtd/base/2\n' | diff - "$tmp/out" >"$tmp/err"
	check "runs of kernel $kernel are found"
done
ends 2 compare "$deep/3/vtd" $real && grep -q "$deep/3/vtd: no run" "$tmp/err"
check "both sides of a comparison are not one side of another"

# --- consoles: copied as text, of a long one the end, from a whole line on
change talks . && for ((i = 1; i <= 9000; i++)); do printf '[%12d] a line of forty characters, all told\n' $i; done >"$tmp/talks/console-10.log"
printf '\033[0mhello\000 <b>you</b>\r\n\377\n' >"$tmp/talks/console-2.log" && chmod 600 "$tmp/talks/console-2.log"
ln -s console-2.log "$tmp/talks/console-3.log"
"$lubench" dashboard -o "$tmp/console" "$tmp/talks" $quick >"$tmp/out" 2>"$tmp/err"
check "a site of runs with consoles is made"
said=$tmp/console/data/run-0
sed '1d;$d' "$said.js" | jq -c '[.consoles[] | [.name, .file, .bytes, .left_out > 0, .path]]' >"$tmp/out" &&
	jq -e --arg d "$tmp/talks" --argjson n "$(stat -c %s "$tmp/talks/console-10.log")" '. == [["console-2.log", "run-0.console-1.txt", 25, false, "\($d)/console-2.log"],
	["console-3.log", null, null, false, "\($d)/console-3.log"], ["console-10.log", "run-0.console-3.txt", $n, true, "\($d)/console-10.log"]]' "$tmp/out" >"$tmp/err"
check "they are listed with their sizes, and what cannot be copied with a reason"
printf '?[0mhello? <b>you</b>\r\n\377\n' | cmp - "$said.console-1.txt" >"$tmp/out" 2>&1 && [ "$(stat -c %a "$said.console-1.txt")" = 600 ]
check "a short one is there as a whole, without what is no text, and no more readable than it was"
left=$(sed '1d;$d' "$said.js" | jq '.consoles[2].left_out') whole=$(stat -c %s "$tmp/talks/console-10.log")
[ "$(head -n 1 "$said.console-3.txt")" = "[lubench: the first $left of $whole bytes are left out here: $tmp/talks/console-10.log]" ] &&
	tail -n +2 "$said.console-3.txt" >"$tmp/end" && tail -c +$((left + 1)) "$tmp/talks/console-10.log" | cmp - "$tmp/end" >"$tmp/out" 2>&1 &&
	head -n 1 "$tmp/end" | grep -qx '\[ *[0-9]*\] a line of forty characters, all told' && [ "$(stat -c %s "$tmp/end")" -gt $((256 * 1024 - 4096)) ] &&
	[ "$(stat -c %s "$tmp/end")" -le $((256 * 1024)) ]
check "of a long one the last 256 KiB are, which its first line says"
sed '1d;$d' "$tmp/console/data/run-1.js" | jq -e '.consoles == []' >"$tmp/out"
check "a run without one has none"
"$lubench" dashboard -o "$tmp/console" $quick >"$tmp/out" 2>"$tmp/err" && ! ls "$tmp/console/data"/*.txt >"$tmp/out" 2>/dev/null
check "and no console of an earlier site is left"

# --- again, into the same directory
"$lubench" dashboard -o "$site" $quick >"$tmp/out" 2>"$tmp/err" && [ "$(find "$site/data" -name 'run-*.js')" = "$site/data/run-0.js" ] &&
	! ls "$site"/data/compare-* >"$tmp/out" 2>/dev/null
check "a new site leaves no data of the one before"
mkdir -p "$tmp/home" && echo mine >"$tmp/home/index.html"
! "$lubench" dashboard -o "$tmp/home" $quick >"$tmp/out" 2>"$tmp/err" && [ "$(cat "$tmp/home/index.html")" = mine ]
check "somebody else's page is not overwritten"
! "$lubench" dashboard -o "$tmp/empty" "$tmp/none" >"$tmp/out" 2>"$tmp/err" && grep -q 'none of these is a run' "$tmp/err"
check "no run at all is an error"
mkdir -p "$tmp/uplot/dist" && echo "x" | tee "$tmp/uplot/dist/uPlot.iife.min.js" "$tmp/uplot/dist/uPlot.min.css" >"$tmp/uplot/LICENSE"
"$lubench" dashboard -o "$site" -u "$tmp/uplot" $quick >"$tmp/out" 2>"$tmp/err" && [ -s "$site/uplot/uPlot.iife.min.js" ] && [ -s "$site/uplot/LICENSE" ] &&
	data index | jq -e .charts >"$tmp/out"
check "uPlot and its licence are in it when they are given"
exit $failed
