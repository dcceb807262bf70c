#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# time-limit: 2400
# A device is preserved, and the next kernel is not what it expects: built differently, told to ignore live updates or
# the IOMMU, or replaced by a third one before it has finished. Either DMA goes on and nothing is lost, or the
# device is out of service. Never is it a bus master while translation is off: its window is mapped at its own
# physical address, and both switches are traced. Guest program: guest/variants.c, which has the roles.
set -euo pipefail
# shellcheck source=tests/emulated/lib.sh
. "$(dirname "$0")/lib.sh"

dir=/var/lib/lubench

trace_too vtd_dmar_enable pci_cfg_write

# field PHASE NAME: of the first page, from the lines of the observer
field() {
	sed -n "s/^observer page=0 phase=$1 .*\b$2=\([0-9]*\).*/\1/p" "$work/$name.txt"
}

# Once it was a bus master with translation on: the first line of the trace at which it is one with translation off.
# COMMAND is a word at offset 4, or part of a longer write.
bare() {
	local number word on=0 master=0 started=''
	while IFS=: read -r number word; do
		case $word in
		vtd*) on=${word##* } ;;
		smmuv3*) word=${word#* val:} on=$((${word%% *} & 1)) ;;
		pci*) master=$((${word##* } & 4)) ;;
		esac
		if ((on && master)); then
			started=yes
		elif ((master)) && [ "$started" ]; then
			echo "$number"
			return
		fi
	done < <(grep -anoE 'vtd_dmar_enable enable [01]|smmuv3_write_mmio addr: 0x20 val:0x[0-9a-f]+ |pci_cfg_write lsi53c895a 00:04.0 @0x4 <- 0x[0-9a-f]+' \
		"$work/$name/trace-1.log")
	[ "$started" ] || fail "$name: the trace has nothing of the device"
}

# row TARGET NAME ROLE [IMAGE] [WORD...]: one guest
row() {
	local t=$1 role=$3 image=kernel push=() program line changes
	name=$2-$t
	shift 3
	if [ -r "${1:-}" ]; then
		push=(--push "$1")
		image=${1##*/}
		shift
	fi
	program=$(guest_program variants engines)
	guest "$name" --second -t "$t" -k "${outgoing:-$series}" --push "$program" "${push[@]}" \
		--after "cat $dir/outgoing.log; $dir/variants $role 2>&1" \
		"setsid $dir/variants outgoing $dir/$image $* >$dir/outgoing.log 2>&1 </dev/null &"
	# The kernel between two kexecs says it on the console.
	sed -n 's/\r$//; /^\(not \)\?ok - /p' "$work/$name/console-1.log" >"$work/$name.between" || :
	cat "$work/$name.between"
	! grep -q '^not ok' "$work/$name.between" || fail "$name: a check between the kexecs failed"
	checks "$name"
	no_splat "$name"
	line=$(bare)
	if [ "$role" = unaware ]; then
		# The known limit of docs/kernel-series.md; who closes it has to change that, and this.
		[ "$line" ] || fail "$name: the device was stopped by a kernel that knows nothing of it"
	elif [ "$line" ]; then
		fail "$name: the device was a bus master while translation was off (line $line of its trace)"
	fi
	changes=$(field 3 changes)
	[ "${changes:-0}" -gt 100 ] || fail "$name: the observer did not see the device after the start of the kexec"
}

# ended PHASE: its DMA came to an end in that phase. The longest pause is one between two changes: where the device is
# not started again all changes together took no longer than so many of the longest pause.
ended() {
	local gap took most
	gap=$(field "$1" gap)
	took=$(($(field "$1" end) - $(field "$1" start)))
	most=$((took - ${gap:-0}))
	[ "${gap:-0}" -gt 1000000000 ] || most=$((${gap:-0} * $(field "$1" changes)))
	[ "$most" -lt $((took - 1000000000)) ] || fail "$name: the device went on with DMA (longest pause ${gap:-0} ns)"
	ok "$name: DMA ended at most $((most / 1000000)) ms after the start of the jump"
}

went_on() {
	ok "$name: DMA went on, longest pause $(($(field 3 gap) / 1000)) us"
}

# adopted ROW TARGET IMAGE: the live update works although the next kernel is another one
adopted() {
	if [ -z "$3" ]; then
		left "row $1 on $2: its kernel is not in the cache"
		return
	fi
	row "$2" "$1" adopted "$3"
	went_on
}

# other_version ROW TARGET IMAGE: the next kernel finds the records and knows that it does not know them
other_version() {
	if [ -z "$3" ]; then
		left "row $1 on $2: its kernel is not in the cache"
		return
	fi
	row "$2" "$1" isolated "$3"
	ended 3
}

one_row() { # ROW TARGET
	local pass=iommu.passthrough=1 off=''
	[ "$arch" = aarch64 ] || pass=iommu=pt off=intel_iommu=off
	case $1 in
	liveupdate-off | kho-off)
		row "$2" "$1" isolated "${1%-off}=off"
		ended 3
		;;
	iommu-off) [ -z "$off" ] || { row "$2" "$1" no-iommu $off; ended 3; } ;;
	both-off) [ -z "$off" ] || { row "$2" "$1" isolated liveupdate=off $off; ended 3; } ;;
	passthrough) row "$2" "$1" adopted $pass; went_on ;;
	mode)
		# Of an IOMMU that translates the mode can not be changed.
		case $2 in
		vtd) row "$2" "$1" adopted intel_iommu=sm_on; went_on ;;
		vtd-sm) row "$2" "$1" adopted intel_iommu=sm_off; went_on ;;
		esac
		;;
	# Records have another version since patch 38: not adopted, all DMA is blocked, and never untranslated.
	older) other_version "$1" "$2" "$(kernel_of series-36)" ;;
	config) adopted "$1" "$2" "$(kernel_of series-selftest)" ;;
	newer)
		outgoing=$(kernel_of series-36)
		other_version "$1" "$2" "${outgoing:+$series}"
		outgoing=
		;;
	unaware)
		if [ -z "$(kernel_of base)" ]; then
			left "row $1 on $2: no base kernel for $arch"
			return
		fi
		row "$2" "$1" unaware "$(kernel_of base)"
		ok "$name: KNOWN LIMIT: without the series the device stays on while translation is off"
		;;
	unfinished) row "$2" "$1" unfinished; went_on ;;
	leave | hold) row "$2" "$1" over init=$dir/variants "variant=$1"; ended 4 ;;
	other) row "$2" "$1" over-other init=$dir/variants "variant=$1"; ended 4 ;;
	*) fail "no row $1" ;;
	esac
}

rows=${VARIANT_ROWS:-leave}
if [ -n "${TEST_FULL:-}" ] && [ -z "${VARIANT_ROWS:-}" ]; then
	rows='leave hold other unfinished liveupdate-off kho-off iommu-off both-off passthrough mode older newer config unaware'
fi
for t in "${sample[@]}"; do
	use "$t"
	for r in $rows; do
		one_row "$r" "$t"
	done
done
