#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# synthetic.sh DIR [SAMPLES] [SLOWER]: runs of plan quick below DIR with SAMPLES (default: 100000) samples in all, made
# from a recorded run: every time is that of the record, times a factor a run and one a cycle, which come from a
# fixed sequence. In the last run preserve.iommufd takes SLOWER (default: 1) times as long, and one cycle of
# each tenth run ends in a panic. They measure nothing, and are marked as simulated.
set -eu
cd "$(dirname "$0")/../.."
out=$1 samples=${2:-100000} slower=${3:-1}
from=results/baselines/quick-vtd/samples.jsonl
each=$(grep -c '"kind":"sample"' $from)
runs=$(((samples + each - 1) / each))
mkdir -p "$out"
# One pass for all runs: jq prints each as an array of lines.
jq -nc --argjson runs "$runs" --argjson slower "$slower" '
	def wave($x): ($x * 12.9898 | sin) * 43758.5453 | . - floor - 0.5;
	[inputs] as $lines | range($runs) as $r |
	"\(1000 + $r)" as $nr |
	(1 + 0.02 * wave($r + 1)) as $run |
	(if $r % 10 == 9 then 3 else -1 end) as $dead |
	[$lines[] | select(.kind != "sample" and .kind != "event" or .cycle != $dead) |
		.run = "synthetic-" + $nr[1:] |
		if .kind == "run" then
			.emulated = false | .simulated = true |
			.started = (1767225600 + $r * 86400 | todate) |
			.series = ($nr + "f" * 36) | .kernel.build_id = ("b" * 36 + $nr)
		elif .kind == "sample" and .unit == "ns" and .value then
			.value = (.value * $run * (1 + 0.03 * wave($r * 31 + .cycle)) *
				(if $r == $runs - 1 and .metric == "preserve.iommufd" then $slower else 1 end) | floor)
		elif .kind == "outcome" and .cycle == $dead then
			.outcome = "panic-incoming" | .reason = "made up: <b>no</b> kernel & no panic"
		else . end]' $from |
	awk -v out="$out" '{
		dir = sprintf("%s/synthetic-%03d", out, NR - 1)
		system("mkdir -p " dir)
		print >(dir "/array")
		close(dir "/array")
	}'
for run in "$out"/synthetic-*; do
	jq -c '.[]' "$run/array" >"$run/samples.jsonl"
	rm "$run/array"
done
