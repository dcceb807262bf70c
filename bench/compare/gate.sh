#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The gate of each target: gate.sh check|renew OUT KERNEL TARGET...
# Runs plan gate with time as a count of instructions, below OUT, and holds it against the baseline in
# results/baselines, or makes that run the new baseline. Exit status as of `lubench gate`, of the worst target.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
lubench=${LUBENCH:-build/lubench}
baselines=${BASELINES:-results/baselines}
what=$1 out=$2 kernel=$3
shift 3
worst=0

say() { echo "lubench: $*" >&2; }

# A regression outranks what could not be judged.
note() { # STATUS
	[ "$1" -eq 0 ] || [ "$worst" -eq 1 ] || worst=$1
}

[ $# -gt 0 ] || {
	say "no target has a gate: smmuv3-s2 has no baseline; take TARGET=vtd, vtd-sm, smmuv3 or all"
	exit 2
}
case $what in
check)
	for t; do
		[ -e "$baselines/gate-$t/samples.jsonl" ] || {
			say "$baselines/gate-$t: no baseline; make one with: make gate-baseline TARGET=$t"
			exit 2
		}
	done
	;;
renew)
	[ "$kernel" = series ] || { say "a baseline is one of KERNEL=series, not of $kernel; leave KERNEL, KSRC and VARIANT out"; exit 2; }
	;;
*) say "usage: gate.sh check|renew OUT KERNEL TARGET..."; exit 2 ;;
esac

measure() { # TARGET OUT
	"$lubench" run --target "$1" --plan gate --icount --kernel "$kernel" --out "$2"
}

for t; do
	measure "$t" "$out/gate-$t"
	rc=$?
	[ $rc -ne 130 ] || exit 130
	if [ $rc -ne 0 ]; then
		say "gate of $t: not every point was measured, see above; nothing is judged"
		note 2
	elif [ "$what" = check ]; then
		"$lubench" gate "$baselines/gate-$t" "$out/gate-$t"
		rc=$?
		# Where free memory lies is new in each launch, and with it a phase now and then. Instructions
		# that a kernel has more it has again.
		if [ $rc -eq 1 ]; then
			say "gate of $t: a second run has to confirm that"
			measure "$t" "$out/gate-$t-again"
			again=$?
			[ $again -ne 130 ] || exit 130
			[ $again -ne 0 ] || { "$lubench" gate "$baselines/gate-$t" "$out/gate-$t-again"; rc=$?; }
		fi
		note $rc
	else
		mkdir -p "$baselines/gate-$t" &&
			install -m 644 "$out/gate-$t/plan.ini" "$out/gate-$t/samples.jsonl" "$baselines/gate-$t/" || exit 2
		say "$baselines/gate-$t is of this run now; commit it"
	fi
done
exit "$worst"
