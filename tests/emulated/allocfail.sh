#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# time-limit: 7200
# Each allocation of preserve, unpreserve, retrieve, bind, restore, attach, replace and finish fails once, on real page
# tables and around a kexec. What can not be done twice, as retrieving a cdev, has a kexec for each allocation.
# Only where the kernel can do it: that of VARIANT=debug, in make test-full.
set -euo pipefail
# shellcheck source=tests/emulated/lib.sh
. "$(dirname "$0")/lib.sh"

dir=/var/lib/lubench
most=60 # kexecs, and so allocations of a call that can not be undone

# failed NAME: how many allocations have failed in all calls
failed() {
	sed -n 's/.*: \([0-9]*\) failed allocations, .*/\1/p' "$work/$1.txt" | awk '{ n += $1 } END { print n + 0 }'
}

for t in "${modes[@]}"; do
	use "$t"
	grep -qx CONFIG_FAILSLAB=y "${series%/*}/config" 2>/dev/null ||
		skip "the kernel can not let allocations fail (CONFIG_FAILSLAB); make test-full runs it on VARIANT=debug"
	program=$(guest_program allocfail inject engines)
	for ((nth = 1; nth <= most; nth++)); do
		name=allocfail-$t-$nth
		guest "$name" --second -t "$t" -k "$series" --push "$program" --after "$dir/allocfail incoming 2>&1" \
			"echo $nth >$dir/nth; $dir/allocfail outgoing 2>&1"
		tried "$(failed "$name")" failed allocations
		checks "$name"
		no_splat "$name"
		[ "$(failed "$name")" -ne 0 ] || break
		rm -rf "${work:?}/$name"
	done
	[ $nth -le $most ] || fail "$t: there are calls with more than $most allocations"
	ok "$t: $((nth - 1)) kexecs with failed allocations"
done
