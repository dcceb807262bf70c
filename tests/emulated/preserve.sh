#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# time-limit: 900
# Mode preserve, two chained kexecs on each target: all points are ok, the device never stops,
# nothing is lost, wrong or refused, and translation is never switched off or pointed elsewhere.
set -euo pipefail
# shellcheck source=tests/emulated/lib.sh
. "$(dirname "$0")/lib.sh"

check_consoles() { # RUN: what the kernels said
	local log=$work/$1/console-1.log
	no_splat "$1"
	expect "$1: kernels that adopted the tables" "$(grep -cE 'adopted (root|stream) table' "$log")" 2
	expect "$1: kernels that reserved the device for vfio-pci" \
		"$(grep -c '0000:00:04.0: inherited .* reserved for driver vfio-pci' "$log")" 2
	# The native driver is built in, and nothing but the kernel kept it off.
	! grep -aE 'Kernel command line: .*lubench.run=' "$log" | grep -q initcall_blacklist ||
		fail "$1: the incoming kernels were told to leave the native driver out"
	! grep -aE 'sym53c8xx 0000:|sym[0-9]+: <|Fusion|scsi host[0-9]+: sym' "$log" ||
		fail "$1: the native driver took the preserved device"
}

check_trace_vtd() { # TRACE NAME: the first boot writes each once
	local event
	for event in vtd_dmar_enable vtd_reg_dmar_root; do
		expect "$2: $event over three boots" "$(grep -c "$event" "$1")" 1
	done
	expect "$2: traced faults" "$(grep -c vtd_dmar_fault "$1" || :)" 0
}

check_trace_smmuv3() { # TRACE NAME: CR0.SMMUEN stays set once it is, STRTAB_BASE stays where it is
	expect "$2: writes of CR0 without SMMUEN after the first with it" "$(grep -a 'write_mmio addr: 0x20 ' "$1" |
		sed 's/.* val:0x\([0-9a-f]*\) .*/\1/' |
		while read -r val; do
			if ((16#$val & 1)); then on=1; elif [ "${on:-}" ]; then echo "$val"; fi
		done | wc -l)" 0
	expect "$2: values of STRTAB_BASE over three boots" \
		"$(grep -a 'write_mmio addr: 0x80 ' "$1" | grep -ao 'val:0x[0-9a-f]*' | sort -u | wc -l)" 1
	expect "$2: traced faults" \
		"$(grep -acE 'smmuv3_(record_event|propagate_event|translate_abort)' "$1" || :)" 0
}

check_trace() { # RUN: what the emulated IOMMU saw
	case $target in
	vtd*) check_trace_vtd "$work/$1/trace-1.log" "$1" ;;
	smmuv3*) check_trace_smmuv3 "$work/$1/trace-1.log" "$1" ;;
	esac
}

one_target() { # TARGET
	local name cycle try holds
	for try in 1 2 3; do
		name=$1-$try
		run "$name" -t "$1" -p "$smoke" -k "$series"
		[ $rc -eq 0 ] || { show "$name"; fail "$name: exit status $rc"; }
		expect "$name: points that are ok" \
			"$(q "$name" '[.[] | select(.kind=="outcome" and .outcome=="ok")] | length')" 4
		expect "$name: launches" "$(find "$work/$name" -name 'console-*.log' | wc -l)" 1
		holds=yes
		for cycle in 1 2; do
			check_witness "$name" $cycle
			gap_holds "$name" $cycle || holds=no
		done
		check_consoles "$name"
		check_trace "$name"
		if [ $holds = yes ]; then
			ok "$name: 2 kexecs, no fault, nothing lost or corrupt, translation never touched"
			return 0
		fi
		[ $try -eq 3 ] || retried "$name" "the device stopped for more than 10 ms beyond its usual gaps; is it the host?"
	done
	fail "$1: in each of $try runs the device stopped for more than 10 ms beyond its usual gaps"
}

for t in "${targets[@]}"; do
	use "$t"
	one_target "$t"
done
