#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# time-limit: 300
# Two kernels in one run: each is launched, and goes to itself. One of them is the stock kernel, which is built for
# the tests anyway: its points are skipped, those of the other have numbers.
set -euo pipefail
# shellcheck source=tests/emulated/lib.sh
. "$(dirname "$0")/lib.sh"

[ -n "${TEST_FULL:-}" ] || skip "tests/golden/kernels.sh does the same without machines; make test-full runs it"
base=$(kernel_of base)
[ -n "$base" ] || skip "no base kernel for $arch in the cache; run: make kernel-base"
[ -z "${LUBENCH_KERNEL:-}${LUBENCH_BASE_KERNEL:-}${KSRC:-}" ] || skip "several kernels are found by their names in the cache"
new=series${VARIANT:+-$VARIANT}

cat >"$work/plan.ini" <<-END
	[run]
	scenario = preserve
	kernel = base,$new
	reps = 1
	memory = 2G
	kvm = no
	[matrix.1]
	hwpts = 1,2
	ioas = 64M
	page = 4K
END

run two -t "$target" -p "$work/plan.ini"
[ "$rc" -eq 0 ] || { show two; fail "exit status $rc"; }
expect "how the points of each kernel ended" \
	"$(q two '[.[] | select(.kind=="outcome") | "\(.params.kernel) \(.outcome)"] | unique | join(",")')" \
	"base skip,$new ok"
expect "kernels that have numbers" \
	"$(q two '[.[] | select(.kind=="sample") | .params.kernel] | unique | join(",")')" "$new"
expect "build ids in the run line" "$(q two '.[] | select(.kind=="run") | [.kernels[].build_id] | join(",")')" \
	"$(cat "${base%/*}/build-id"),$(cat "${series%/*}/build-id")"
expect "launches" "$(grep -c '"ev":"launch"' "$work/two/journal.jsonl")" 2
expect "HWPTs that were carried" "$(values two 2 restore.hwpt | wc -w)" 1
no_splat two
"$lubench" report "$work/two" | grep -E '^4 KiB +64 MiB +2 +-\(a\) +[0-9.]+ [mun]?s ' >/dev/null ||
	fail "the report does not set them side by side"
ok "two kernels in one run: one is skipped, the other measured"
