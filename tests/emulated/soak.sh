#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# time-limit: 900
# A short soak: seven live updates in one machine leave nothing behind; the same records with a leak in them
# do not pass.
set -euo pipefail
# shellcheck source=tests/emulated/lib.sh
. "$(dirname "$0")/lib.sh"

# plant METRIC NAME JQ: the records with something left behind each time, and the count that has to find it.
plant() {
	local dir="$work/$name-$1-${3//[^a-z]/}"

	mkdir -p "$dir"
	jq -c "if .metric == \"$1\" and .params.phase == \"after\" then .value += ($3) else . end" \
		"$work/$name/samples.jsonl" >"$dir/samples.jsonl"
	! "$lubench" report --check "$dir" >"$dir.report" 2>/dev/null || fail "$2: a leak passes"
	grep "^$2 .* FAIL\$" "$dir.report" >/dev/null ||
		{ sed -n '/^per live update/,/^verdict/p' "$dir.report"; fail "$2: the leak is not what was found"; }
	# Of this section: a busy host makes a gap that the DMA witness calls FAIL.
	expect "$2: counts that fail" "$(sed -n '/^per live update/,/^verdict/p' "$dir.report" | grep -c ' FAIL$')" 1
	ok "$2: a leak is found"
}

one_target() {
	name=soak-$1
	use "$1"
	sed 's/^cycles = .*/cycles = 7/' bench/plan/plans/soak.ini >"$work/soak.ini"
	run "$name" -t "$target" -p "$work/soak.ini" -k "$series"
	[ "$rc" -eq 0 ] || { show "$name"; fail "exit status $rc"; }
	no_splat "$name"
	expect "launches" "$(find "$work/$name" -name 'console-*.log' | wc -l)" 1
	for metric in memory.free pagetable.pages kho.bytes kho.unclaimed luo.sessions luo.number; do
		expect "cycles with $metric" "$(q "$name" "[.[] | select(.metric==\"$metric\" and .params.phase==\"after\")] | length")" 7
	done
	expect "HWPTs that were carried" \
		"$(q "$name" '[.[] | select(.metric=="luo.number") | .params.hwpts | tostring] | join(",")')" 1,4,16,64,16,4,1
	expect "LUO sessions left" "$(q "$name" '[.[] | select(.metric=="luo.sessions") | .value] | max')" 0

	# Not --check: a busy host now and then makes a gap that the DMA witness calls FAIL; see preserve.sh.
	"$lubench" report "$work/$name" >"$work/$name.report"
	grep '^verdict: PASS: 7 live updates in one chain$' "$work/$name.report" ||
		{ sed -n '/^Soak/,/^verdict/p' "$work/$name.report"; fail "the soak does not pass"; }
	ok "$1: seven live updates leave nothing behind"
	plant memory.free 'free memory' '-.cycle * 1048576'
	plant pagetable.pages 'page-table pages' .cycle
	plant kho.bytes 'KHO, for the next' '.cycle * 4096'
	plant kho.unclaimed 'KHO, not claimed' '.cycle * 4096'
	plant luo.sessions 'LUO sessions' .cycle
	plant pagetable.pages 'page-table pages' .params.hwpts
}

for t in "${sample[@]}"; do
	one_target "$t"
done
