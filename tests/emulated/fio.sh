#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# time-limit: 600
# fio on the carried NVMe: three jobs write, the kernel is replaced, and the same jobs verify, first through the
# page table that came over and again through a new one. The counter-proof: a table whose data is mapped to
# the wrong place comes over, and fio must see it.
set -euo pipefail
# shellcheck source=tests/emulated/lib.sh
. "$(dirname "$0")/lib.sh"

dir=/var/lib/lubench
device=0000:00:04.0
jobs='seq rand mixed'

# bundle: all that the guest needs, in one file; prints its path
bundle() {
	local tar=$work/$arch/fio.tar fio=$LUBENCH_CACHE/fio/$arch/fio made=build/fio/$arch
	[ -e "$made/lubench-fio" ] || skip "no fio for $arch; run: make TARGET=$target fio"
	mkdir -p "$work/$arch"
	tar -c -f "$tar" -C "$(dirname "$fio")" fio -C "$TOP/$made" lubench-nvme.so lubench-fio \
		-C "$TOP/workloads/fio" jobs
	echo "$tar"
}

# What runs before all else: the kernel's own driver, and the engine when it takes the device itself.
alone() {
	cat <<-CMD
	./fio jobs/kernel-nvme.fio &&
	cd /sys/bus/pci/devices/$device && echo vfio-pci >driver_override && echo $device >driver/unbind &&
	echo $device >/sys/bus/pci/drivers_probe && cd $dir &&
	./fio --name=alone --ioengine=external:$dir/lubench-nvme.so --bdf=$device --thread=1 --rw=randwrite --bs=4k \
		--iodepth=8 --size=4m --verify=crc32c
	CMD
}

# cycle NAME TARGET SUBCOMMAND: writes, kexec, verifies. fio's output of both sides is in $work/NAME.txt
cycle() {
	local name=$1 job files='' prefix
	for job in $jobs; do
		files+=" jobs/$job.fio"
	done
	prefix="cd $dir && export LUBENCH_ENGINE=$dir/lubench-nvme.so"
	guest "$name" --workload fio -t "$2" -k "$series" --push "$(bundle)" \
		--after "cat $dir/outgoing.log; $prefix && ./lubench-fio incoming ./fio $files 2>&1; echo status \$?" \
		"$prefix && tar -x -f fio.tar && { $(alone); } &&
		 { setsid ./lubench-fio $3 $device $dir/kernel ./fio $files >outgoing.log 2>&1 </dev/null & }"
	[ "$rc" -eq 0 ] || { show "$name"; fail "$name: lubench exec ended with status $rc"; }
	no_splat "$name"
}

# ended NAME TABLE: with which status the verification through a table ended
ended() { sed -n "s/^lubench-fio: $2 table: .* ended with status \([0-9]*\)$/\1/p" "$work/$1.txt"; }

# errors NAME: blocks that fio found wrong
errors() { grep -cE '^(fio: )?(verify:|crc32c: verify failed)' "$work/$1.txt" || :; }

# Every job of ours must have written what it should, and read it back on both tables.
complete() { # NAME TARGET
	local job want
	for job in kernel-seq kernel-rand kernel-mixed alone $jobs; do
		want=1
		[[ " $jobs " != *" $job "* ]] || want=3
		expect "$2: runs of job $job without an error" \
			"$(grep -E "^$job: \(groupid" "$work/$1.txt" | grep -c 'err= 0' || :)" $want
	done
}

# fio's own lines of all that ran before the kexec. What it says of latencies when it only verifies is wrong:
# it counts the writes that it skips.
figures() { # NAME
	awk '/^seq: \(groupid/ && second++ { exit }
		/^[a-z-]+: \(groupid|^  (read|write): |^ +(clat|lat) \(.*avg=/ { print "  | " $0 }' "$work/$1.txt"
}

one_target() {
	local target=$1 name=$1-good bad=$1-misplaced
	use "$target"
	cycle "$name" "$target" outgoing
	figures "$name"
	expect "$target: verify through the preserved table" "$(ended "$name" preserved)" 0
	expect "$target: verify through a new table" "$(ended "$name" rebuilt)" 0
	expect "$target: blocks that fio found wrong" "$(errors "$name")" 0
	complete "$name" "$target"
	ok "$target: what fio wrote before the kexec it verified after it, through both tables"

	cycle "$bad" "$target" outgoing-misplaced
	[ "$(ended "$bad" preserved)" != 0 ] || fail "$target: fio did not see that the preserved table was wrong"
	[ "$(errors "$bad")" -gt 0 ] || fail "$target: fio failed, but found no wrong block"
	expect "$target: verify through a new table after a wrong one" "$(ended "$bad" rebuilt)" 0
	ok "$target: through a misplaced table fio found $(errors "$bad") blocks wrong; the disk was right"
}

for t in "${sample[@]}"; do
	one_target "$t"
done
