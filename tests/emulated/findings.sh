#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# time-limit: 400
# The three findings of the review and the rules of the interface, on VT-d page tables in the guest:
# an IOAS shared by two HWPTs of two devices, calls racing with preserve, seals. The selftests look
# at the same on the mock IOMMU.
set -euo pipefail
# shellcheck source=tests/emulated/lib.sh
. "$(dirname "$0")/lib.sh"

program=$(guest_program findings race)
dir=/var/lib/lubench

# One kernel: order, marks, EBUSY, findings 1 and 3
guest api --second -k "$series" --push "$program" "$dir/findings api 2>&1"
api_rc=$rc

# Two kernels: finding 2. What is preserved in the middle of a race must be what comes over.
guest race --second -t vtd-sm -k "$series" --push "$program" \
	--after "cat $dir/race.log; $dir/findings restore 2>&1" \
	"setsid $dir/findings race >$dir/race.log 2>&1 </dev/null &"
checks race
no_splat race
rc=$api_rc
checks api
no_splat api
ok "$(grep -ac '^ok' "$work/api.txt") checks in one kernel, $(grep -ac '^ok' "$work/race.txt") around a kexec"
