#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# lubench gate on made-up records of two metrics at two points, changed one thing at a time.
# shellcheck source=tests/golden/lib.sh
. "$(dirname "$0")/lib.sh"

gate() { # STATUS ARG...: does the gate end with that status?
	local want=$1
	shift
	ends "$want" gate "$@"
}

mkdir "$tmp/base"
printf '; a plan\n[run]\nreps = 3\n\n[matrix.1]\nhwpts = 1\n' >"$tmp/base/plan.ini"
jq -nc '{schema: 1, kind: "run", run: "made-up", target: "vtd", host: null, emulated: true, simulated: false, plan: "gate",
	scenario: "walk", workload: "lsi", mode: "preserve", probes: "off", reps: 3, cycles: 1, planned: 2, started: "2026-01-01",
	machine: {accel: "tcg", icount: 1, emulator: "QEMU 7", realtime: true},
	kernel: {provenance: {config_sha256: "c0", compiler: "gcc 12", base: {version: "7.3.4"}}}},
	(range(3) as $rep | ["dense", "sparse2"][] as $layout
	 | {schema: 1, kind: "sample", run: "made-up", cycle: 1, rep: $rep, scenario: "walk", unit: "ns", clock: "tsc",
	    params: {hwpts: 1, ioas_bytes: 4194304, page_bytes: 4096, devices: 1, mode: "preserve", workload: "lsi", probes: "off",
		     format: "vtd-ss", layout: $layout}}
	 | . + {metric: "preserve.iommufd", value: ({dense: 20000, sparse2: 24000000}[$layout] + 300000 * (if $rep == 0 then 1 else 0 end))},
	   . + {metric: "unpreserve.total", value: 23000000},
	   . + {metric: "pagetable.pages", unit: "pages", clock: null, value: 36},
	   . + {metric: "fill", value: 11700000, params: (.params + {page_bytes: 2097152})},
	   . + {metric: "blackout.cpu", value: (1600000000 + $rep)})' >"$tmp/base/samples.jsonl"

change() { # NAME JQ-PROGRAM
	rm -rf "${tmp:?}/$1"
	cp -r "$tmp/base" "$tmp/$1"
	jq -c "$2" "$tmp/base/samples.jsonl" >"$tmp/$1/samples.jsonl"
}

times() { # METRIC LAYOUT FACTOR
	echo "if .metric == \"$1\" and .params.layout == \"$2\" then .value = (.value * $3 | floor) else . end"
}

gate 0 "$tmp/base" "$tmp/base" && grep -q '^verdict  PASS: of 6 points 0 are worse, 0 lost, 0 better$' "$tmp/out" &&
	grep -q 'more than 2 % above the baseline is worse' "$tmp/out" && head -n 1 "$tmp/out" | grep -qF '[EMULATED, icount]'
check "a run passes its own gate, which says with what tolerance"
! LC_ALL=C grep -q '[^ -~]' "$tmp/out" && ! grep -q '.\{101\}' "$tmp/out"
check "in ASCII of 100 columns"
change filled "$(times fill dense 1.06)"
gate 0 "$tmp/base" "$tmp/filled"
check "what depends on where memory lies is not judged"

change slow "$(times preserve.iommufd sparse2 1.03)"
gate 1 "$tmp/base" "$tmp/slow" && grep -qx 'worse    preserve.iommufd, vtd-ss: 4 KiB, 4 MiB, 1 HWPT, sparse2, +3.0 %' "$tmp/out" &&
	[ "$(grep -c '^worse ' "$tmp/out")" -eq 1 ]
check "3 per cent more at one point is a regression, and it is said where"
gate 0 --tolerance 4 "$tmp/base" "$tmp/slow"
check "but not with a tolerance of 4"
gate 0 "$tmp/slow" "$tmp/base" && grep -q 'make gate-baseline TARGET=vtd' "$tmp/err"
check "less is none, and can be kept"
change little "$(times preserve.iommufd sparse2 1.015)"
gate 0 "$tmp/base" "$tmp/little"
check "1.5 per cent more passes"
change short "$(times preserve.iommufd dense 1.04)"
gate 0 "$tmp/base" "$tmp/short"
check "and so do 800 ns of a short one"
change pages "$(times pagetable.pages dense 1.03)"
gate 1 "$tmp/base" "$tmp/pages" && grep -q '^worse    pagetable.pages' "$tmp/out"
check "a page more is not passed as a length"
change boot "$(times blackout.cpu dense 2)"
gate 0 "$tmp/base" "$tmp/boot" && ! grep -q blackout "$tmp/out"
check "how long a kernel boots has no part in it"

change gone 'select(.metric != "unpreserve.total" or .params.layout != "dense")'
gate 1 "$tmp/base" "$tmp/gone" && grep -q '^lost     unpreserve.total, .* dense$' "$tmp/out"
check "what is not measured any more is lost"
gate 0 "$tmp/gone" "$tmp/base" && grep -q '^unpreserve.total.* dense .* new$' "$tmp/out"
check "what was not measured before is new"
change empty 'select(.kind == "run")'
gate 2 "$tmp/empty" "$tmp/base" && grep -q '^verdict  CANNOT SAY' "$tmp/out"
check "a baseline without numbers judges nothing"

refused() { # STATUS PATTERN WHAT JQ-PROGRAM
	change other "$4"
	gate "$1" "$tmp/base" "$tmp/other" && ! [ -s "$tmp/out" ] && grep -q "not comparable: $2" "$tmp/err" &&
		grep -q 'renew it with: make gate-baseline TARGET=vtd$' "$tmp/err"
	check "a baseline of $3 is refused, with what renews it"
}
refused 2 'configuration of the kernel: c0 .* c1 ' "another configuration" '.kernel.provenance.config_sha256 |= (if . then "c1" else . end)'
refused 2 'repetitions: 3 .* 4 ' "other repetitions" 'if .kind == "run" then .reps = 4 else . end'
refused 2 'scenario: walk .* preserve ' "another scenario" 'if .kind == "run" then .scenario = "preserve" else . end'
refused 4 'emulator: QEMU 7 .* QEMU 9 ' "another emulator" 'if .kind == "run" then .machine.emulator = "QEMU 9" else . end'
refused 4 'compiler of the kernel: gcc 12 .* gcc 14 ' "another compiler" \
	'if .kind == "run" then .kernel.provenance |= (.compiler = "gcc 14" | .config_sha256 = "c1") else . end'
change calm 'if .kind == "run" then .machine.realtime = false else . end'
gate 0 "$tmp/base" "$tmp/calm"
check "the priority of the emulator is no matter"

change plan .
sed -i 's/; a plan/; the plan/' "$tmp/plan/plan.ini"
gate 0 "$tmp/base" "$tmp/plan"
check "other comments in the plan are no matter"
sed -i 's/hwpts = 1/hwpts = 2/' "$tmp/plan/plan.ini"
gate 2 "$tmp/base" "$tmp/plan" && grep -q 'plan.ini' "$tmp/err"
check "another plan of the same name is refused"
echo 'page = 4K' >>"$tmp/base/plan.ini"
gate 2 "$tmp/base" "$tmp/slow" && grep -q 'plan.ini' "$tmp/err"
check "and so is one with less in it"
change clock 'if .kind == "run" then .machine |= del(.icount) else . end'
gate 2 "$tmp/base" "$tmp/clock" && grep -q 'run it with --icount' "$tmp/err"
check "a run by the clock is refused"
# What `make gate` and `make gate-baseline` call, with a run that is there already.
cat >"$tmp/lubench" <<'END'
#!/bin/bash
[ "$1" = run ] || exec build/lubench "$@"
[ ! -e "$TMP_DIR/broken" ] || exit 1
mkdir -p "$TMP_DIR/runs"
run=($RUN)
n=$(find "$TMP_DIR/runs" -mindepth 1 -maxdepth 1 | wc -l)
cp -r "$TMP_DIR/${run[n]:-${run[-1]}}" "$(sed -n 's/.* --out //p' <<<"$*")"
END
chmod +x "$tmp/lubench"
script() { # STATUS RUN ARG...: gate.sh with @RUN as what was measured, one after the other, the last ever again
	local want=$1 rc
	rm -rf "$tmp/runs"
	TMP_DIR=$tmp RUN=$2 LUBENCH=$tmp/lubench BASELINES=$tmp/baselines \
		bench/compare/gate.sh "$3" "$tmp/runs" "${@:4}" >"$tmp/out" 2>"$tmp/err"
	rc=$?
	[ $rc -eq "$want" ] || { echo "# status $rc instead of $want"; return 1; }
}
script 2 slow check series && grep -q 'no target has a gate: smmuv3-s2 has no baseline' "$tmp/err" && ! [ -e "$tmp/runs" ] && script 2 slow renew series
check "no target at all is no pass"
script 2 slow check series vtd && grep -q 'make one with: make gate-baseline TARGET=vtd' "$tmp/err" && ! [ -e "$tmp/runs" ]
check "without a baseline it is said how to make one, and nothing is run"
script 2 slow renew ksrc vtd && ! [ -e "$tmp/baselines" ]
check "no baseline is made of anything but the series"
touch "$tmp/broken"
script 2 slow renew series vtd && ! [ -e "$tmp/baselines" ]
check "nor of a run that failed"
rm "$tmp/broken"
cp "$tmp/base/plan.ini" "$tmp/slow/"
script 0 base renew series vtd vtd-sm && script 0 base check series vtd vtd-sm && script 1 slow check ksrc vtd
check "what was made one is what is compared with"
[ -d "$tmp/runs/gate-vtd-again" ] && script 0 'slow base' check series vtd && grep -q 'a second run has to confirm' "$tmp/err"
check "a regression that a second run does not have is none"
cp "$tmp/other/samples.jsonl" "$tmp/baselines/gate-vtd-sm/"
script 1 slow check series vtd vtd-sm && script 4 base check series vtd-sm vtd
check "of several targets a regression outranks what could not be judged"

gate 2 "$tmp/base" && gate 2 "$tmp/base" nowhere && gate 2 --tolerance 0 "$tmp/base" "$tmp/base"
check "bad usage is status 2"
exit $failed
