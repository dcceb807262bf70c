#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# time-limit: 300
# A device that is not preserved next to one that is: its DMA ends with the shutdown of the outgoing
# kernel, and nothing that this kernel leaves behind lets it through again. Its counter lies in
# preserved memory, so the guest can read it and the observer outside sees when it changed last.
set -euo pipefail
# shellcheck source=tests/emulated/lib.sh
. "$(dirname "$0")/lib.sh"

dir=/var/lib/lubench

# field PAGE PHASE NAME: from the lines of the observer
field() {
	sed -n "s/^observer page=$1 phase=$2 .*\b$3=\([0-9]*\).*/\1/p" "$work/$name.txt"
}

# since EVENT: nanoseconds from the start of phase 3 to a stamp of the timeline
since() {
	awk -v event="$1" '/^# clock/ { hz = $NF } /^jump_ticks / { t0 = $2 } $0 ~ "^" event " " { t = $NF }
		END { if (hz && t0 && t) printf "%.0f\n", (t - t0) / hz * 1e9 }' "$work/$name.txt"
}

one_target() { # TARGET
	local last end trace program attempt refused event
	name=$1
	program=$(guest_program unpreserved engines)
	guest "$name" --second -t "$1" -k "$series" --push "$program" \
		--after "cat $dir/outgoing.log; $dir/unpreserved incoming 2>&1" \
		"setsid $dir/unpreserved outgoing >$dir/outgoing.log 2>&1 </dev/null &"
	checks "$name"
	no_splat "$name"
	[ "$(field 0 3 changes)" -gt 100 ] || fail "$1: the observer did not see the preserved device in the blackout"
	# Both attempts of the second device were refused (QEMU splits one into many), nothing else was.
	trace=$work/$name/trace-1.log
	case $1 in
	vtd*) attempt='vtd_dmar_fault sid 0x28 fault [0-9]* addr 0x10001000 ' refused='vtd_dmar_fault ' ;;
	smmuv3)
		attempt='smmuv3_(record_event|translate_abort).* sid=0x28.*'
		refused='smmuv3_(record_event|propagate_event|translate_abort) '
		;;
	esac
	[ "$(grep -acE "$attempt" "$trace")" -ge 2 ] ||
		fail "$1: the attempts of the second device never reached the IOMMU"
	! grep -aE "$refused" "$trace" | grep -avE 'sid[ =]0x28' ||
		fail "$1: DMA of another device was refused"
	# The trace has a line for each miss: without the invalidations there are a few.
	if [ "$1" = smmuv3 ]; then
		for event in 'smmuv3_config_cache_miss.* for sid=0x20 ' 'smmu_iotlb_insert '; do
			[ "$(grep -acE "$event" "$trace")" -ge 50 ] ||
				fail "$1: entries were not fetched again ($event)"
		done
		ok "$1: configuration and translations were fetched again from the preserved tables"
	fi
	# The longest wait of the second page is the one that never ended.
	last=$(($(field 1 3 end) - $(field 1 3 start) - $(field 1 3 gap)))
	end=$(since 'outgoing devices.end')
	[ -n "$end" ] || fail "$1: no stamp devices.end"
	echo "$1: last DMA of the second device $((last / 1000)) us after the start of the jump;" \
		"shutdown of devices ended at $((end / 1000)) us"
	[ "$last" -le $((end + 5000000)) ] || fail "$1: the second device did DMA after the shutdown of devices"
	ok "$1: the second device was stopped and stays locked out"
}

for t in "${modes[@]}"; do
	use "$t"
	one_target "$t"
done
