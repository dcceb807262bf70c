#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# time-limit: 600
# The gate: this kernel is no worse than the committed baseline, at any point of plan gate, and the same run
# with 10 % more in one phase is. Where emulator or compiler are others than the baseline's nothing is judged.
set -euo pipefail
# shellcheck source=tests/emulated/lib.sh
. "$(dirname "$0")/lib.sh"

# gate RUN: held against the baseline of $target; its text in $work/RUN.gate, its status in $rc
gate() {
	rc=0
	"$lubench" gate "results/baselines/gate-$target" "$work/$1" >"$work/$1.gate" 2>"$work/$1.why" || rc=$?
}

measure() { # RUN
	run "$1" -t "$target" -p gate -k "$series" --icount
	[ "$rc" -eq 0 ] || { show "$1"; fail "$1: exit status $rc"; }
	no_splat "$1"
	gate "$1"
}

one_target() {
	measure "$target"
	# A second run has to confirm it, as in bench/compare/gate.sh.
	if [ "$rc" -eq 1 ]; then
		retried "$target" "$(sed -n 's/^worse    //p' "$work/$target.gate" | paste -sd';')"
		mv "$work/$target" "$work/$target-first"
		measure "$target"
	fi
	cat "$work/$target.gate" "$work/$target.why"
	[ "$rc" -ne 4 ] || skip "the baseline of $target is of another emulator or compiler, so that nothing is judged; renew it with: make gate-baseline TARGET=$target"
	expect "$target: exit status of its gate" "$rc" 0
	ok "$target: $(sed -n 's/^verdict  //p' "$work/$target.gate")"

	mkdir "$work/$target-slow"
	cp "$work/$target/plan.ini" "$work/$target-slow/"
	jq -c 'if .metric == "preserve.iommufd" and .value and .params.layout == "sparse2"
		then .value = (.value * 1.1 | floor) else . end' "$work/$target/samples.jsonl" >"$work/$target-slow/samples.jsonl"
	gate "$target-slow"
	expect "$target: exit status with 10 % more" "$rc" 1
	grep -q '^worse    preserve.iommufd, .*sparse2, ' "$work/$target-slow.gate" ||
		{ cat "$work/$target-slow.gate"; fail "$target: it is not said what got worse"; }
	ok "$target: with 10 % more it is $(sed -n 's/^worse    //p' "$work/$target-slow.gate")"
}

for t in "${sample[@]}"; do
	use "$t"
	one_target
done
