#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The tables of the README are what `lubench report` prints of the records that the README names.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
lubench=build/lubench
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

base=results/baselines
for run in quick-vtd blackout-vtd; do
	"$lubench" report "$base/$run" || exit 1
done >"$tmp/printed"
"$lubench" report "$base"/quick-{vtd,vtd-sm,smmuv3} >>"$tmp/printed" || exit 1
# The lines between fences; what is typed is indented, not fenced.
awk '/^```/ { inside = !inside; next } inside && NF' README.md >"$tmp/shown"

missing=$(grep -vxFf "$tmp/printed" "$tmp/shown")
shown=$(wc -l <"$tmp/shown")
if [ -z "$missing" ] && [ "$shown" -gt 0 ]; then
	echo "ok 1 - $shown lines of README's tables are in the reports"
else
	echo "not ok 1 - README shows what no report prints:"
	printf '# %s\n' "${missing:-nothing at all}"
fi
"$lubench" report --svg "$tmp/x.svg" "$base/quick-vtd" >"$tmp/out"
if cmp -s "$tmp/x.svg" docs/preserve-latency.svg; then
	echo "ok 2 - so is its picture"
else
	echo "not ok 2 - docs/preserve-latency.svg is not the picture of $base/quick-vtd"
	missing=svg
fi
echo "1..2"
[ -z "$missing" ]
