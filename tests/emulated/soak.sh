#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# time-limit: 400
# A short soak: seven live updates in one machine leave nothing behind; the same records with a leak in them
# do not pass.
set -euo pipefail
# shellcheck source=tests/emulated/lib.sh
. "$(dirname "$0")/lib.sh"

use "$native"
sed 's/^cycles = .*/cycles = 7/' bench/plan/plans/soak.ini >"$work/soak.ini"
run soak -t "$target" -p "$work/soak.ini" -k "$series"
[ "$rc" -eq 0 ] || { show soak; fail "exit status $rc"; }
no_splat soak
expect "launches" "$(find "$work/soak" -name 'console-*.log' | wc -l)" 1
for metric in memory.free pagetable.pages kho.bytes kho.unclaimed luo.sessions luo.number; do
	expect "cycles with $metric" "$(q soak "[.[] | select(.metric==\"$metric\" and .params.phase==\"after\")] | length")" 7
done
expect "HWPTs that were carried" \
	"$(q soak '[.[] | select(.metric=="luo.number") | .params.hwpts | tostring] | join(",")')" 1,4,16,64,16,4,1
expect "LUO sessions left" "$(q soak '[.[] | select(.metric=="luo.sessions") | .value] | max')" 0

# Not --check: a busy host now and then makes a gap that the DMA witness calls FAIL; see preserve.sh.
"$lubench" report "$work/soak" >"$work/soak.report"
grep '^verdict: PASS: 7 live updates in one chain$' "$work/soak.report" ||
	{ sed -n '/^Soak/,/^verdict/p' "$work/soak.report"; fail "the soak does not pass"; }
ok "seven live updates leave nothing behind"

mkdir -p "$work/planted"
jq -c 'if .metric == "memory.free" then .value -= .cycle * 1048576 else . end' \
	"$work/soak/samples.jsonl" >"$work/planted/samples.jsonl"
! "$lubench" report --check "$work/planted" >"$work/planted.report" || fail "a leak of 1 MiB a cycle passes"
grep '^free memory .* FAIL$' "$work/planted.report" || fail "the leak is not what was found"
ok "a leak of 1 MiB a live update is found"
