#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# time-limit: 600
# Scenario blackout in all modes on one target (all in test-full): every stamp of the waterfall is there and in order, the
# stages add up to what the outside witness saw, DMA goes on in mode preserve and stops in mode rebuild.
set -euo pipefail
# shellcheck source=tests/emulated/lib.sh
. "$(dirname "$0")/lib.sh"

printf '%s\n' '[run]' 'scenario = blackout' 'mode = preserve,rebuild,crash' 'reps = 1' 'cycles = 1' \
	'kexec_hwpts = 2' 'memory = 3G' '[matrix.1]' 'hwpts = 2' 'ioas = 64M' 'page = 4K' >"$work/plan.ini"

# stamp RUN CYCLE KERNEL EVENT: raw ticks
stamp() {
	q "$1" "[.[] | select(.kind==\"event\" and .cycle==$2 and .kernel==\"$3\" and .event==\"$4\") | .ticks] | last // empty"
}

# in_order RUN CYCLE KERNEL:EVENT...: each is there, none is before the one before
in_order() {
	local run=$1 cycle=$2 last=0 now at
	shift 2
	for at; do
		now=$(stamp "$run" "$cycle" "${at%%:*}" "${at#*:}")
		[ -n "$now" ] || fail "$run cycle $cycle: no stamp $at"
		[ "$now" -ge "$last" ] || fail "$run cycle $cycle: stamp $at is before the one before it"
		last=$now
	done
}

# The two clocks that can take the same length, by less than 2 %.
clocks_agree() { # RUN CYCLE
	local raw host
	raw=$(values "$1" "$2" blackout.witness '.observer==null')
	host=$(values "$1" "$2" blackout.witness '.observer=="host"')
	[[ -n $raw && -n $host && $host != null ]] || fail "$1 cycle $2: blackout.witness: '$raw' '$host'"
	[ $((50 * (raw > host ? raw - host : host - raw))) -le "$host" ] ||
		fail "$1 cycle $2: $raw ns by the agents, $host ns from outside"
	ok "$1 cycle $2: $((raw / 1000000)) ms by the agents, $(((raw - host) / 1000)) us more than from outside"
}

check_preserve() { # RUN CYCLE
	in_order "$1" "$2" outgoing:reboot.call outgoing:freeze.begin outgoing:freeze.end outgoing:devices.begin \
		outgoing:devices.end outgoing:jump incoming:entry incoming:kho incoming:init incoming:user.first \
		incoming:agent.start incoming:session.end incoming:blackout.end incoming:iommufd.end incoming:vfio.end \
		incoming:restore.end incoming:bind.end incoming:attach.end incoming:service.restored
	in_order "$1" "$2" outgoing:iommu.begin outgoing:iommu.end outgoing:jump incoming:iommu incoming:init
	in_order "$1" "$2" outgoing:reboot.call outgoing:beat.last outgoing:jump incoming:pci incoming:init
	clocks_agree "$1" "$2"
	[ "$(values "$1" "$2" blackout.dma)" -lt 100000000 ] || fail "$1: DMA stopped for $(values "$1" "$2" blackout.dma) ns"
	[ -n "$(values "$1" "$2" preserve.iommufd)" ] || fail "$1: the preserve of the kexec was not timed"
}

check_rebuild() { # RUN CYCLE
	in_order "$1" "$2" outgoing:reboot.call outgoing:beat.last outgoing:jump incoming:entry incoming:init \
		incoming:blackout.end incoming:rebuild.take.end incoming:rebuild.open.end incoming:rebuild.map.end \
		incoming:service.restored
	clocks_agree "$1" "$2"
	# The device stands still from its shutdown to its restart.
	[ "$(values "$1" "$2" blackout.dma)" -gt "$(values "$1" "$2" blackout.cpu '.observer==null')" ] ||
		fail "$1: DMA stopped for less than the processors did"
}

check_crash() { # RUN CYCLE
	case $target in
	smmuv3*)
		expect "$1: mode crash" "$(q "$1" '.[] | select(.kind=="outcome" and .params.mode=="crash") | .outcome')" skip
		return
		;;
	esac
	# The crash is quick: the last beat may be from just before it was asked for.
	in_order "$1" "$2" outgoing:reboot.call incoming:entry incoming:init incoming:user.first
	in_order "$1" "$2" outgoing:beat.last incoming:entry
	[ "$(values "$1" "$2" blackout.cpu '.observer==null')" -gt 0 ] || fail "$1: no blackout.cpu of the crash"
}

for t in "${sample[@]}"; do
	use "$t"
	run "$t" -t "$t" -p "$work/plan.ini" -k "$series"
	[ $rc -eq 0 ] || { show "$t"; fail "$t: exit status $rc"; }
	no_splat "$t"
	expect "$t: modes that are ok" \
		"$(q "$t" '[.[] | select(.kind=="outcome" and .outcome=="ok") | .params.mode] | join(",")')" \
		"$(case $t in smmuv3*) echo preserve,rebuild ;; *) echo preserve,rebuild,crash ;; esac)"
	check_preserve "$t" 1
	check_rebuild "$t" 2
	check_crash "$t" 3
	"$lubench" report "$work/$t" >"$work/$t.report" || fail "$t: the report ends with status $?"
	grep '^rebuild / preserve' "$work/$t.report" || fail "$t: the report has no ratio"
	grep '^clocks: agree' "$work/$t.report" || fail "$t: the report does not say that the clocks agree"
	for mode in preserve rebuild; do
		grep -q "^Waterfall, mode $mode, 1 of 1 cycles" "$work/$t.report" || fail "$t: no waterfall of mode $mode"
	done
	ok "$t: waterfall of $(grep -c '^Waterfall' "$work/$t.report") modes"
done
