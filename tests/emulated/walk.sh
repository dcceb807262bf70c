#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# time-limit: 400
# Scenario walk on one target (all in test-full), one kexec: every operation is timed at every point, the tables are those
# that the layouts must have, the format is named, and the one that the IOMMU lacks is missing with a reason.
set -euo pipefail
# shellcheck source=tests/emulated/lib.sh
. "$(dirname "$0")/lib.sh"

cat >"$work/walk.ini" <<'END'
[run]
scenario = walk
reps = 3
kexec_hwpts = 2
memory = 4G
[matrix.1]
hwpts = 1
ioas = 64M
page = 4K
layout = dense
[matrix.2]
hwpts = 1
ioas = 2M
page = 4K
layout = split,sparse,sparse2
[matrix.3]
hwpts = 1
ioas = 512K
page = 4K
layout = sparse3
[matrix.4]
hwpts = 1
ioas = 1G
page = 2M
layout = sparse
[matrix.5]
hwpts = 1
ioas = 1G
page = 1G
END

# at LAYOUT PAGE [IOAS]: condition on .params
at() { echo ".hwpts==1 and .layout==\"$1\" and .page_bytes==$2${3:+ and .ioas_bytes==$3} and .format==\"$format\""; }

# tables_are RUN LAYOUT PAGE TABLES: page-table pages of that shape, but for a few at the ends
tables_are() {
	local n
	for n in $(values "$1" 1 pagetable.pages "$(at "$2" "$3")"); do
		[[ $n -ge $4 && $n -le $(($4 + 3)) ]] || fail "$1: $n tables as $2 in pages of $3 instead of $4"
	done
	[ -n "${n:-}" ] || fail "$1: nobody has counted the tables as $2 in pages of $3"
}


check_points() { # RUN
	local layout op wrong
	wrong=$(q "$1" '[.[] | select(.kind=="outcome" and .outcome!="ok" and .params.page_bytes<1073741824)] | length')
	expect "$1: points that are not ok, but for those of 1 GiB" "$wrong" 0
	# Memory that makes an entry of 1 GiB is a matter of luck; what is not measured says why.
	q "$1" '.[] | select(.kind=="outcome" and .params.page_bytes==1073741824) | "1 GiB: \(.outcome) \(.reason // "")"' |
		tee "$work/gib" | grep -qE '^1 GiB: (ok|skip no .*1 GiB)' || fail "$1: $(cat "$work/gib")"
	for layout in dense split sparse sparse2 sparse3; do
		for op in fill preserve.iommufd unpreserve.total unmap destroy.hwpt; do
			expect "$1: $op of 4 KiB $layout" "$(values "$1" 1 $op "$(at $layout 4096)" | grep -c '^[1-9]')" 3
		done
		expect "$1: restore.hwpt of 4 KiB $layout" \
			"$(values "$1" 1 restore.hwpt "$(at $layout 4096)" | grep -c '^[1-9]')" 2
	done
}

# Tables are memory that is kept: 512 of level 1, and as many of level 2. Preserve takes no longer for them.
check_order() { # RUN
	local op less more
	for op in pagetable.pages kho.bytes; do
		less=$(values "$1" 1 $op "$(at split 4096)" | sort -n | head -n 1)
		more=$(values "$1" 1 $op "$(at sparse2 4096)" | sort -n | head -n 1)
		[ "$more" -gt "$less" ] || fail "$1: $op is $more with 1024 tables more, and $less without"
	done
}

one_target() {
	local run=$target other=vtd-fs
	format=vtd-ss
	# A kernel without CONFIG_ARM_SMMU_V3_IOMMUFD does not say which stage it is.
	[ "$arch" = x86_64 ] || format=lpae other=
	run "$run" -t "$target" -p "$work/walk.ini" -k "$series"
	[ "$rc" -eq 0 ] || { show "$run"; fail "$run: exit status $rc"; }
	no_splat "$run"
	check_points "$run"
	tables_are "$run" dense 4096 35
	tables_are "$run" split 4096 4
	tables_are "$run" sparse 4096 515
	tables_are "$run" sparse2 4096 1026
	tables_are "$run" sparse3 4096 385
	tables_are "$run" sparse 2097152 514
	check_order "$run"
	[ -z "$other" ] || q "$run" ".[] | select(.metric==\"fill\" and .params.format==\"$other\") | .reason" | grep -q . ||
		fail "$run: nothing is said of format $other"
	# Not --check: a busy host now and then makes a gap that the DMA witness calls FAIL; see preserve.sh.
	"$lubench" report "$work/$run" >"$work/$run.report"
	sed -n '/^Page-table walk/,/^Other samples/p' "$work/$run.report"
	grep -q "^$format *1  *4 KiB, sparse - split " "$work/$run.report" || fail "$run: its report has no level 1"
	ok "$run: each operation at each shape, format $format${other:+; no $other, and why}"
}

for t in "${sample[@]}"; do
	use "$t"
	one_target
done
