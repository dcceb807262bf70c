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

# Where the SMMU of QEMU fetches a configuration from
trace_too smmuv3_get_ste smmuv3_get_cd

# fetched: of the preserved device, "KERNEL ste|cd ADDRESS TIMES"; each kernel gives the SMMU a new command queue
fetched() {
	awk '
		{ thread = $1; sub(/@.*/, "", thread) }
		/smmuv3_write_mmio .*addr: 0x90 / { kernel++ }
		/smmuv3_config_cache_miss / { ours[thread] = / sid=0x20 / }
		/smmuv3_get_ste / && ours[thread] { n[kernel + 0 " ste " $NF]++ }
		/smmuv3_get_cd / && ours[thread] { n[kernel + 0 " cd " $NF]++ }
		END { for (what in n) print what, n[what] }' "$work/$name/trace-1.log" | sort
}

# In the incoming kernel after each of 50 invalidations, from where the outgoing kernel had it. The HWPT that replaces
# the restored one brings a CD of its own, for the few fetches after that.
fetched_again() { # TARGET
	local what address times
	fetched >"$work/$name.fetched"
	for what in ste cd; do
		read -r _ _ address times < <(grep "^2 $what " "$work/$name.fetched" | sort -k 4,4nr) ||
			fail "$1: no $what was fetched in the incoming kernel"
		grep -q "^1 $what $address " "$work/$name.fetched" ||
			fail "$1: the $what at $address is not of the outgoing kernel: $(paste -sd, "$work/$name.fetched")"
		[ "$times" -ge 50 ] || fail "$1: the $what was fetched $times times only"
		ok "$1: the $what at $address, which the previous kernel wrote, was fetched again $times times"
	done
}

one_target() { # TARGET
	local last end trace program attempt refused
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
		[ "$(grep -acE "smmu_iotlb_insert " "$trace")" -ge 50 ] || fail "$1: translations were not walked again"
		fetched_again "$1"
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
