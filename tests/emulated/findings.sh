#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# time-limit: 600
# The three findings of the review and the rules of the interface, on real page tables in the guest:
# an IOAS shared by two HWPTs of two devices, calls racing with preserve, seals. The selftests look
# at the same on the mock IOMMU.
set -euo pipefail
# shellcheck source=tests/emulated/lib.sh
. "$(dirname "$0")/lib.sh"

dir=/var/lib/lubench

# One kernel: order, marks, EBUSY, findings 1 and 3
api() { # TARGET
	local name=api-$1 program
	program=$(guest_program findings race)
	guest "$name" --second -t "$1" -k "$series" --push "$program" "$dir/findings api 2>&1"
	checks "$name"
	no_splat "$name"
	ok "$1: $(grep -ac '^ok' "$work/$name.txt") checks in one kernel"
}

# Two kernels: finding 2. What is preserved in the middle of a race must be what comes over.
race() { # TARGET
	local name=race-$1 program
	program=$(guest_program findings race)
	guest "$name" --second -t "$1" -k "$series" --push "$program" \
		--after "cat $dir/race.log; $dir/findings restore 2>&1" \
		"setsid $dir/findings race >$dir/race.log 2>&1 </dev/null &"
	tried "$(awk '/ tries, against /{ for (i = 1; i <= NF; i++) n += $i ~ /^[0-9]+$/ && i > 5 ? $i : 0 } END { print n + 0 }' \
		"$work/$name.txt")" racing calls
	checks "$name"
	no_splat "$name"
	ok "$1: $(grep -ac '^ok' "$work/$name.txt") checks around a kexec"
}

for t in "${sample[@]}"; do
	use "$t"
	api "$t"
	race "$t"
done
