#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# time-limit: 900
# Workload e1000e, mode preserve, two chained kexecs on one target (all in test-full): the device receives and stores numbered
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

# Frames, one a millisecond, by which the two counts may differ: looks of the observer at both ends. Where the
# host stood still just then it is more, and the run is tried again; more than FAR is not the host.
NEAR=5
FAR=25
apart=0

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
	apart=$((arrived > stored ? arrived - stored : stored - arrived))
	[ $apart -le $FAR ] ||
		fail "$1 cycle $2: $arrived frames arrived, $stored are in memory"
	expect "$1 cycle $2: frames lost in the blackout" "$(one "$1" "$2" frames.lost '.phase=="blackout"')" 0
	expect "$1 cycle $2: frames lost before it" "$(one "$1" "$2" frames.lost '.phase=="before"')" 0
	# Nobody can have answered while no user space ran.
	[ "$gap" -gt "$(one "$1" "$2" blackout.cpu '.observer==null')" ] ||
		fail "$1 cycle $2: echoes came back while there was no user space"
}

check_run() { # RUN: the network and its programs end with it
	[ ! -e /sys/class/net/tap0 ] || fail "$1: tap0 is on this machine"
	! pgrep -f "lubench-observer.*$work/$1" >/dev/null || fail "$1: its observer still runs"
}

check_cycle() { # RUN CYCLE
	check_witness "$@"
	check_arrivals "$@"
}

cycle_holds() {
	gap_holds "$@" || return 1
	why="the frames at the device and those in memory are $apart apart"
	[ $apart -le $NEAR ]
}

for t in "${sample[@]}"; do
	use "$t"
	steady "$t" --workload e1000e
	ok "$t: 2 kexecs, every frame received in them is in memory and right"
done
