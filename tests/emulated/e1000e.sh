#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# time-limit: 900
# Workload e1000e, mode preserve, two chained kexecs on each architecture: the device receives and stores numbered
# frames from outside all the while, none is lost or wrong, and what arrived in the blackout (by the
# emulator's own times, not by what is in the frames) is what is in memory.
set -euo pipefail
# shellcheck source=tests/emulated/lib.sh
. "$(dirname "$0")/lib.sh"

one() { # RUN CYCLE METRIC CONDITION: the one value there is
	local v
	v=$(values "$1" "$2" "$3" "$4")
	[[ $v =~ ^[0-9]+$ ]] || fail "$1 cycle $2: $3 with $4: '$v' instead of one number"
	echo "$v"
}

# Looks of the observer, and what the host's scheduler adds, at both ends: some milliseconds.
NEAR=25

check_arrivals() { # RUN CYCLE
	local stored arrived sent gap dark
	stored=$(one "$1" "$2" dma.count '.phase=="blackout" and .observer==null')
	arrived=$(one "$1" "$2" frames.arrived '.phase=="blackout"')
	sent=$(one "$1" "$2" frames.sent '.phase=="blackout"')
	dark=$(one "$1" "$2" blackout.witness '.observer=="host"')
	gap=$(one "$1" "$2" echo.gap '.phase=="blackout"')
	echo "$1 cycle $2: in the blackout $sent frames sent, $arrived at the device, $stored in memory; echoes stopped for $((gap / 1000000)) ms"
	[ "$stored" -gt 100 ] || fail "$1 cycle $2: only $stored frames in memory"
	# One a millisecond; a device that does not take them makes the tap refuse the next ones.
	[ $((10 * sent)) -ge $((9 * dark / 1000000)) ] || fail "$1 cycle $2: only $sent frames sent in $((dark / 1000000)) ms"
	[ $((arrived > stored ? arrived - stored : stored - arrived)) -le $NEAR ] ||
		fail "$1 cycle $2: $arrived frames arrived, $stored are in memory"
	expect "$1 cycle $2: frames lost in the blackout" "$(one "$1" "$2" frames.lost '.phase=="blackout"')" 0
	expect "$1 cycle $2: frames lost before it" "$(one "$1" "$2" frames.lost '.phase=="before"')" 0
	# Nobody can have answered while no user space ran.
	[ "$gap" -gt "$(one "$1" "$2" blackout.cpu '.observer==null')" ] ||
		fail "$1 cycle $2: echoes came back while there was no user space"
}

check_consoles() { # RUN
	no_splat "$1"
	expect "$1: kernels that reserved the device for vfio-pci" \
		"$(grep -c '0000:00:04.0: inherited .* reserved for driver vfio-pci' "$work/$1/console-1.log")" 2
}

nothing_left() { # the network and its programs end with the run
	[ ! -e /sys/class/net/tap0 ] || fail "$1: tap0 is on this machine"
	! pgrep -f "lubench-observer.*$work/$1" >/dev/null || fail "$1: its observer still runs"
}

one_target() { # TARGET
	local name cycle try holds
	for try in 1 2 3; do
		name=$1-$try
		run "$name" -t "$1" -p "$smoke" -k "$series" --workload e1000e
		[ $rc -ne 4 ] || skip "$(tail -n 1 "$work/$name.txt")"
		[ $rc -eq 0 ] || { show "$name"; fail "$name: exit status $rc"; }
		expect "$name: points that are ok" \
			"$(q "$name" '[.[] | select(.kind=="outcome" and .outcome=="ok")] | length')" 4
		expect "$name: launches" "$(find "$work/$name" -name 'console-*.log' | wc -l)" 1
		holds=yes
		for cycle in 1 2; do
			check_witness "$name" $cycle
			check_arrivals "$name" $cycle
			gap_holds "$name" $cycle || holds=no
		done
		check_consoles "$name"
		nothing_left "$name"
		if [ $holds = yes ]; then
			ok "$name: 2 kexecs, every frame received in them is in memory and right"
			return 0
		fi
		[ $try -eq 3 ] || retried "$name" "the device stopped for more than 10 ms beyond its usual gaps; is it the host?"
	done
	fail "$1: in each of $try runs the device stopped for more than 10 ms beyond its usual gaps"
}

for t in "${families[@]}"; do
	use "$t"
	one_target "$t"
done
