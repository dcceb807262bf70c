#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# time-limit: 600
# The bpftrace scripts on a running kernel: all of them watch while the agent fills page tables and preserves
# them some times. What they say has to be what the agent did.
set -euo pipefail
# shellcheck source=tests/emulated/lib.sh
. "$(dirname "$0")/lib.sh"

dir=/var/lib/lubench
reps=3 small=2 large=4 mib=64
# Each call of the agent's repetitions: two memfds, the iommufd, the device.
calls=$((reps * 2 * 4))

# A cycle up to the kexec, which has no image to load: the agent takes everything back and says so.
cycle_json() {
	jq -n --argjson reps $reps --argjson small $small --argjson large $large --argjson bytes $((mib << 20)) '
		{schema: 1, run: "bpftrace", cycle: 1, scenario: "preserve", mode: "preserve", workload: "lsi",
		 device: "0000:00:04.0", kexec: {image: "/nonexistent", append: ""}, reps: $reps, kexec_hwpts: 1,
		 point_budget_ms: 60000, budget_ms: 120000, control_ms: 100,
		 points: [{hwpts: $small, ioas_bytes: $bytes, page_bytes: 4096},
			  {hwpts: $large, ioas_bytes: $bytes, page_bytes: 4096}]}'
}

# What runs in the guest. bpftrace starts "wait" once all its probes are attached, and prints when that ends.
guest_side() { # SCRIPT...
	cat <<-'CMD'
	tools=/run/lubench-tools
	mkdir -p $tools
	for d in /sys/block/*/serial; do
		[ "$(cat $d)" != lubench-tools ] || { d=${d#/sys/block/}; mount -t ext4 -o ro /dev/${d%/serial} $tools; }
	done
	printf 'touch $1.ready\nwhile [ ! -e over ]; do sleep 0.2; done\n' >wait
	CMD
	echo "scripts='$*'"
	cat <<-'CMD'
	for s in $scripts; do
		$tools/bin/bpftrace -c "/bin/sh ./wait $s" $s.bt >$s.out 2>$s.err </dev/null &
	done
	for s in $scripts; do
		i=0
		until [ -e $s.ready ] || [ $i = 900 ]; do sleep 0.2; i=$((i + 1)); done
		[ -e $s.ready ] || { echo "$s is not ready:"; cat $s.err; touch over; exit 1; }
	done
	rm -rf out && mkdir out
	./agent outgoing $PWD
	touch over
	wait
	for s in $scripts; do echo "### $s"; cat $s.out $s.err; done
	echo '### outcome'; cat out/outcome.json; echo
	echo '### samples'; cat out/samples.jsonl
	CMD
}

# part NAME SCRIPT: what a script has printed
part() { awk -v want="### $2" '/^### /{ on = $0 == want; next } on' "$work/$1.txt"; }

# sum NAME SCRIPT MAP: all counts of a histogram or of a map of counts; MAP may name one key: @ns[kretprobe:f]
sum() {
	part "$1" "$2" | awk -v map="$3" '
		/^@/ { on = index($0, map) == 1; if (on && !/: *$/) n += $NF; next }
		on && /\|.*\|/ { sub(/\|.*/, ""); n += $NF }
		END { print n + 0 }'
}

# agent NAME FILTER: from what the agent itself says
agent() { part "$1" samples | jq -rs "$2"; }

invalidations() { # NAME SCRIPT MAP WAITS...
	local name=$1 script=$2 map=$3 waits=0 w
	shift 3
	for w; do waits=$((waits + $(sum "$name" "$script" "$w"))); done
	[ "$waits" -gt 0 ] || fail "$name: $script saw no wait for an invalidation"
	[ "$(sum "$name" "$script" "$map")" -ge "$waits" ] || fail "$name: $script saw more waits than commands"
	[ "$(sum "$name" "$script" "@by[lubench-agent")" -gt 0 ] || [ "$(sum "$name" "$script" "@by[agent]")" -gt 0 ] ||
		fail "$name: $script: none of them is the agent's"
	ok "$name: $script: $(sum "$name" "$script" "$map") commands, $waits waits"
}

one_target() {
	local name=bpftrace-$1 inval=luinval-vtd scripts tables pages kib
	use "$1"
	[ -e "$LUBENCH_CACHE/tools/$arch.ext4" ] || skip "no disk with bpftrace for $arch; run: make TARGET=$1 tools"
	[ -x "build/agent/$arch/lubench-agent" ] || skip "the agent is not built; run: make TARGET=$1"
	[ "$arch" = x86_64 ] || inval=luinval-smmuv3
	scripts="luphases lutables lumap luwaits $inval"
	mkdir -p "$work/$arch"
	cycle_json >"$work/$arch/cycle.json"
	cp "build/agent/$arch/lubench-agent" "$work/$arch/agent"
	guest_side "$scripts" >"$work/$arch/watch.sh"
	tar -c -f "$work/$arch/scripts.tar" -C "$TOP/bpf/scripts" .
	# One processor: of two, one at times meets a breakpoint that the other has just taken away again while it
	# patches a probe in or out, and the kernel dies of it (int3 in handle_mm_fault). The emulator, it seems, runs
	# code that it translated before; one run of five, with five tools ending at once.
	guest "$name" -t "$1" -k "$series" --tools --timeout 240 --append maxcpus=1 --push "$work/$arch/agent" --push "$work/$arch/cycle.json" \
		--push "$work/$arch/scripts.tar" --push "$work/$arch/watch.sh" \
		"cd $dir && tar -x -f scripts.tar && sh ./watch.sh"
	[ "$rc" -eq 0 ] || { show "$name"; fail "$1: exit status $rc"; }
	no_splat "$name"
	expect "$1: outcome of the agent" "$(part "$name" outcome | jq -r .outcome)" kexec-load-error

	expect "$1: luphases: preserve ioctls" "$(sum "$name" luphases '@ns[kretprobe:luo_session_preserve_fd]')" "$calls"
	expect "$1: luphases: iommufds" "$(sum "$name" luphases '@ns[kretprobe:iommufd_lu_preserve]')" $((reps * 2))
	expect "$1: luphases: memfds" "$(sum "$name" luphases '@ns[kretprobe:memfd_luo_preserve]')" $((reps * 2 * 2))
	expect "$1: luphases: devices" "$(sum "$name" luphases '@ns[kretprobe:vfio_pci_liveupdate_preserve]')" $((reps * 2))
	# One more mark, of no HWPT, by which the agent asks whether the kernel has this ioctl.
	expect "$1: luphases: marks" "$(sum "$name" luphases '@ns[kretprobe:iommufd_hwpt_liveupdate_mark_preserve]')" $((large + 1))
	expect "$1: luphases: HWPTs made" "$(sum "$name" luphases '@ns[kretprobe:iommufd_hwpt_alloc]')" $large
	expect "$1: luwaits: preserve ioctls" "$(sum "$name" luwaits '@ioctl_ns')" "$calls"
	ok "$1: luphases and luwaits saw each of $calls preserve ioctls"

	# A line a call; the agent has counted the tables in another way, and with them a page a HWPT that describes its
	# blocks. KHO is called for the top of each: the rest was registered when the HWPT was marked.
	part "$name" lutables | grep ' hwpts ' >"$work/$name.tables"
	expect "$1: lutables: calls" "$(wc -l <"$work/$name.tables")" $((reps * 2))
	for n in $small $large; do
		pages=$(agent "$name" ".[] | select(.metric==\"pagetable.pages\" and .params.hwpts==$n) | .value")
		tables=$(awk -v n="$n" '$6 == n { print $8, $12 }' "$work/$name.tables" | sort -u)
		expect "$1: lutables: tables and KHO calls of $n HWPTs" "$tables" "$((pages - n)) $n"
	done
	ok "$1: lutables counts $((pages - large)) tables of $large HWPTs, as the kernel's own counter does"

	# All that the agent maps it unmaps, the data and the device's window.
	kib=$(part "$name" lumap | awk '/ mapped .* KiB/ { n += $3 } /^@mapped: / { n += $2 / 1024 } END { print int(n) }')
	[ "$kib" -gt $((large * mib * 1024)) ] || fail "$1: lumap saw $kib KiB mapped, $large HWPTs have $mib MiB each"
	expect "$1: lumap: KiB unmapped" "$(part "$name" lumap |
		awk '/ mapped .* KiB/ { n += $6 } /^@unmapped: / { n += $2 / 1024 } END { print int(n) }')" "$kib"
	[ "$(sum "$name" lumap @ioctl_map_bytes)" -gt 0 ] || fail "$1: lumap saw no ioctl"
	ok "$1: lumap saw $kib KiB mapped into $large HWPTs"

	if [ $inval = luinval-vtd ]; then
		invalidations "$name" $inval @descriptors @wait_ns
	else
		invalidations "$name" $inval @commands @sync_ns @nosync_ns
	fi
}

for t in "${sample[@]}"; do
	one_target "$t"
done
