#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# time-limit: 900
# Time as a count of instructions: the same plan three times, each in a machine of its own, and how far the
# medians of its phases are apart. What the host paces is refused.
set -euo pipefail
# shellcheck source=tests/emulated/lib.sh
. "$(dirname "$0")/lib.sh"

cat >"$work/icount.ini" <<'END'
[run]
scenario = walk
reps = 5
kexec_hwpts = 3
memory = 2G
[matrix.1]
hwpts = 1
ioas = 64M
page = 4K
layout = dense
[matrix.2]
hwpts = 1
ioas = 4M
page = 4K
layout = sparse2
END

# What may be, in parts of a million: the goal, and twice what was seen where that is not met. What fills and
# destroys tables also depends on where free memory lies, and that on when the guest's disk answers, which the host
# paces: on a busy one 3359 and 3822 ppm were seen. A few hundred nanoseconds, some hundred instructions, come and
# go with any phase, which is much of a short one. docs/measurements.md has the figures.
some_ns=500
declare -A bounds=([x86_64]='preserve\.|unpreserve\.|restore\. 1000
fill|destroy\.|unmap 8000' [aarch64]='preserve\.|unpreserve\.|restore\. 300
fill|destroy\.|unmap 8000')

# medians RUN: "metric layout value", one a line
medians() {
	q "$1" 'def median: sort | if length % 2 == 1 then .[length / 2 | floor]
			else (.[length / 2 - 1] + .[length / 2]) / 2 end;
		[.[] | select(.kind=="sample" and .unit=="ns" and .value!=null and .params.hwpts==1 and .params.layout!=null)]
		| group_by([.metric, .params.layout])[] | "\(.[0].metric) \(.[0].params.layout) \(map(.value) | median)"'
}

# spread FILE...: of each phase over the files, in parts of a million
spread() {
	cat "$@" | awk -v files=$# '{
			key = $1 " " $2; n[key]++
			if (n[key] == 1 || $3 < low[key]) low[key] = $3
			if (n[key] == 1 || $3 > high[key]) high[key] = $3
		}
		END {
			for (key in n)
				printf "%-26s %d of %d runs %10d ns %8.1f ppm\n", key, n[key], files, low[key],
					1e6 * (high[key] - low[key]) / low[key]
		}' | sort
}

one_target() {
	local i name
	for i in 1 2 3; do
		name=$target-$i
		run "$name" -t "$target" -p "$work/icount.ini" -k "$series" --icount
		[ "$rc" -eq 0 ] || { show "$name"; fail "$name: exit status $rc"; }
		no_splat "$name"
		expect "$name: icount in the run line" "$(q "$name" '.[0].machine | "\(.accel) \(.icount)"')" "tcg 1"
		expect "$name: lengths by the host's clock" \
			"$(q "$name" '[.[] | select(.clock=="host" and .value!=null)] | length')" 0
		"$lubench" report --check "$work/$name" >"$work/$name.report" || fail "$name: its report fails"
		grep -q 'no device attached \[EMULATED, icount\]$' "$work/$name.report" || fail "$name: its report does not say icount"
		medians "$name" >"$work/$name.medians"
	done
	spread "$work/$target"-[123].medians | tee "$work/$target.spread"
	[ "$(wc -l <"$work/$target.spread")" -eq 16 ] || fail "$target: not all phases are there"
	! grep -v ' 3 of 3 runs ' "$work/$target.spread" || fail "$target: a phase is missing in a run"
	while read -r phases bound; do
		! grep -E "^($phases)" "$work/$target.spread" |
			awk -v bound="$bound" -v some="$some_ns" '$(NF - 1) > bound && $(NF - 1) * $(NF - 3) > some * 1e6' | grep . ||
			fail "$target: three runs of the same plan are more than $bound ppm and $some_ns ns apart"
	done <<<"${bounds[$arch]}"
	ok "$target: all phases of three runs within their bounds"
}

run fake -t fake -p "$smoke" --icount
refused fake 2 'not emulated'
run paced -t "$native" -p "$smoke" -w nvme --icount
refused paced 2 "host's clock"

for t in "${sample[@]}"; do
	use "$t"
	one_target
done
