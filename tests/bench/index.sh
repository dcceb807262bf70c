#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# index.sh [SAMPLES [EACH]]: how long the index takes for SAMPLES samples (default: a million), and how much memory: a
# benchmark, so that no test depends on how fast the machine is. The samples are those of a recorded run, over and over,
# as cycles of runs of EACH samples (default: 100000). The goal: less than 10 s and less than 300 MB.
set -eu
cd "$(dirname "$0")/../.."
samples=${1:-1000000}
each=${2:-100000}
lubench=${LUBENCH:-build/lubench}
from=results/baselines/quick-vtd/samples.jsonl
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

for ((run = 0; run * each < samples; run++)); do
	mkdir "$tmp/run-$run"
	{ head -n 1 $from; grep '"kind":"sample".*"value":[0-9]' $from; } |
		awk -v left=$((samples - run * each < each ? samples - run * each : each)) '
			NR == 1 { print; next }
			{ line[n++] = $0 }
			END {
				for (i = 0; i < left; i++) {
					l = line[i % n]
					if (match(l, /"cycle":[0-9]+/))
						l = substr(l, 1, RSTART - 1) "\"cycle\":" int(i / n) * 8 + substr(l, RSTART + 8, RLENGTH - 8) substr(l, RSTART + RLENGTH)
					print l
				}
			}' >"$tmp/run-$run/samples.jsonl"
done

measure='%e s, of a processor %U s user and %S s system; at most %M KiB of memory'
if [ -x /usr/bin/time ]; then
	/usr/bin/time -f "$measure" -o "$tmp/time" "$lubench" list runs --runs "$tmp" >"$tmp/out"
else
	start=$(date +%s.%N)
	"$lubench" list runs --runs "$tmp" >"$tmp/out"
	echo "$(echo "$(date +%s.%N) - $start" | bc) s; memory and processor unknown: there is no /usr/bin/time (package time)" >"$tmp/time"
fi
echo "$samples samples in $run runs indexed in $(cat "$tmp/time")"
echo "index: $(stat -c %s "$tmp/.index.sqlite") bytes"
again=$(date +%s%N)
"$lubench" list runs --runs "$tmp" >"$tmp/again"
echo "asked again: $((($(date +%s%N) - again) / 1000000)) ms"
cmp "$tmp/out" "$tmp/again"
