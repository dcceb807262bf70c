#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# time-limit: 900
# Mode preserve, two chained kexecs on each target: all points are ok, the device never stops,
# nothing is lost, wrong or refused, and translation is never switched off or pointed elsewhere.
set -euo pipefail
# shellcheck source=tests/emulated/lib.sh
. "$(dirname "$0")/lib.sh"

check_console() { # RUN: what the kernels said
	local log=$work/$1/console-1.log
	expect "$1: kernels that adopted the tables" "$(grep -cE 'adopted (root|stream) table' "$log")" 2
	# The native driver is built in, and nothing but the kernel kept it off.
	! grep -aE 'Kernel command line: .*lubench.run=' "$log" | grep -q initcall_blacklist ||
		fail "$1: the incoming kernels were told to leave the native driver out"
	! grep -aE 'sym53c8xx 0000:|sym[0-9]+: <|Fusion|scsi host[0-9]+: sym' "$log" ||
		fail "$1: the native driver took the preserved device"
}

check_trace_vtd() { # TRACE NAME: the first boot writes it, nobody else
	expect "$2: writes of the root table pointer over three boots" "$(grep -c vtd_reg_dmar_root "$1")" 1
	expect "$2: traced faults" "$(grep -c vtd_dmar_fault "$1" || :)" 0
}

check_trace_smmuv3() { # TRACE NAME: STRTAB_BASE stays where it is
	expect "$2: values of STRTAB_BASE over three boots" \
		"$(grep -a 'write_mmio addr: 0x80 ' "$1" | grep -ao 'val:0x[0-9a-f]*' | sort -u | wc -l)" 1
	expect "$2: traced faults" \
		"$(grep -acE 'smmuv3_(record_event|propagate_event|translate_abort)' "$1" || :)" 0
}

# What more HWPTs need in tables KHO has, too: some kernels register them when they are marked. The data memfd,
# which is the same for all, is much larger than they are.
check_kho() { # RUN
	local less
	less=$(jq -s '[.[] | select(.kind == "sample" and .params.phase == null)] as $all
		| [$all[] | select(.metric == "pagetable.pages")] as $tables
		| [$all[] | select(.metric == "kho.bytes" and .rep == 0)] as $kho
		| [range(1; $tables | length) as $i | select($tables[$i].cycle == $tables[$i - 1].cycle)
			| select($kho[$i].value - $kho[$i - 1].value
				< ($tables[$i].value - $tables[$i - 1].value) * 4096)]
		| if ($tables | length) < 2 or ($kho | length) != ($tables | length) then "none" else length end' \
		"$work/$1/samples.jsonl")
	expect "$1: points whose page tables KHO does not have" "$less" 0
}

check_run() { # RUN
	check_console "$1"
	check_kho "$1"
	never_off "$1"
	case $target in
	vtd*) check_trace_vtd "$work/$1/trace-1.log" "$1" ;;
	smmuv3*) check_trace_smmuv3 "$work/$1/trace-1.log" "$1" ;;
	esac
}

check_cycle() { check_witness "$@"; }

cycle_holds() { gap_holds "$@"; }

for t in "${targets[@]}"; do
	use "$t"
	steady "$t"
	ok "$t: 2 kexecs, no fault, nothing lost or corrupt, translation never touched"
done
