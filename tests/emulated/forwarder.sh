#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# time-limit: 600
# The baseline: a DPDK forwarder on the e1000e of the guest, a kexec, and the same forwarder again as the first
# program of the next kernel. Nothing is preserved. The observer outside sees the blackout of the service, the
# guest's own raw counter gives the time from the kexec to the first forwarded frame; the two must agree.
set -euo pipefail
# shellcheck source=tests/emulated/lib.sh
. "$(dirname "$0")/lib.sh"

dir=/var/lib/lubench
bdf=0000:00:04.0
# How far the two may be apart. Frames are forwarded for some time after the call: the kernel writes the log, freezes
# and shuts down other devices first. And before it there may be none for some time on a busy host.
slack_ms=250

# event FILE NAME FIELD: from the forwarder's lines
event() { grep -a "\"event\":\"$2\"" "$1" | jq -r ".$3"; }

# The longest time between two echoes, as "START END" in ns. The summary's own longest gap may be the one at the
# end, after the forwarder was told to stop.
longest_gap() { # NAME
	od -A n -t u8 -w16 -v "$work/$1/frames-1.log" | awk 'NR > 1 && $2 { print $2 }' | sort -n | awk '
		NR > 1 && $1 - last > to - from { from = last; to = $1 }
		{ last = $1 }
		END { printf "%.0f %.0f\n", from, to }'
}

# What became of what was sent in the gap. Those that came back had waited before the device.
in_gap() { # NAME START END
	od -A n -t u8 -w16 -v "$work/$1/frames-1.log" | awk -v from="$2" -v to="$3" '
		NR == 1 { next }
		!$1 { exit }
		$1 > from && $1 < to { if ($2) late++; else lost++ }
		END { printf "%d came back late, %d did not", late, lost }'
}

baseline() { # TARGET
	local name=forward-$1 forwarder=$TOP/build/dpdk/$arch/lubench-forwarder jump first hz restart user gap begin from to why
	[ -x "$forwarder" ] || skip "no $forwarder; run: make TARGET=$1 all"
	mkdir -p "$work/$arch"
	# What init starts before everything else, when it is there and the command line asks for it.
	printf '#!/bin/sh\nexec %s/lubench-forwarder --device %s >%s/after 2>&1\n' $dir $bdf $dir >"$work/$arch/agent"
	guest "$name" -t "$1" -k "$series" --workload e1000e --append lubench.run=forwarder \
		--push "$forwarder" --push "$work/$arch/agent" --push "$(guest_program jump)" \
		--after "i=0; until grep -q first-forwarded $dir/after || [ \$i = 300 ]; do sleep 0.1; i=\$((i + 1)); done; sleep 1
			cat $dir/before; echo '# after'; cat $dir/after
			tr '\\0' '\\n' </proc/\$(pidof dropbear | tr ' ' '\\n' | sort -n | head -n 1)/environ | grep LUBENCH_INIT_TICKS" \
		"rm -f $dir/after; setsid sh -c '$dir/lubench-forwarder --device $bdf >$dir/before 2>&1 &
			sleep 4; exec $dir/jump >/dev/console 2>&1' </dev/null >/dev/null 2>&1 &"
	! why=$(grep -m 1 "no network for the emulated device" "$work/$name.txt") || skip "$why"
	[ "$rc" -eq 0 ] || { show "$name"; fail "$1: exit status $rc"; }
	no_splat "$name"
	sed -n '/^# after/,$p' "$work/$name.txt" >"$work/$name.after"
	sed '/^# after/,$d' "$work/$name.txt" >"$work/$name.before"
	[ -n "$(event "$work/$name.before" first-forwarded ticks)" ] || { show "$name"; fail "$1: nothing was forwarded before the kexec"; }
	[ -n "$(event "$work/$name.after" first-forwarded ticks)" ] || { show "$name"; fail "$1: nothing was forwarded after the kexec"; }
	jump=$(grep -ao '{"event":"jump"[^}]*}' "$work/$name/console-1.log" | jq -r .ticks)
	first=$(event "$work/$name.after" first-forwarded ticks)
	hz=$(event "$work/$name.after" first-forwarded hz)
	begin=$(event "$work/$name.after" begin ticks)
	user=$(sed -n 's/^LUBENCH_INIT_TICKS=//p' "$work/$name.after")
	restart=$(((first - jump) * 1000 / hz))
	local json=$work/$name/frames-1.json
	[ -s "$json" ] || fail "$1: the observer left no $json"
	expect "$1: corrupt frames" "$(jq .corrupt "$json")" 0
	read -r from to <<<"$(longest_gap "$name")"
	gap=$(((to - from) / 1000000))
	ok "$1: $restart ms from the kexec call to the first forwarded frame, $(((first - user) * 1000 / hz)) ms from the first user instruction, $(((first - begin) * 1000 / hz)) ms from the forwarder's first instruction (emulated)"
	ok "$1: the observer's longest gap is $gap ms, its own worst lateness $(($(jq .pacing.worst_late_ns "$json") / 1000)) us"
	ok "$1: of the frames sent in the gap $(in_gap "$name" "$from" "$to"); in the whole run the port refused $(jq .pacing.refused "$json")"
	[ "$restart" -gt 500 ] || fail "$1: a DPDK application cannot be back in $restart ms"
	if [ $((gap - restart)) -lt -$slack_ms ] || [ $((gap - restart)) -gt $slack_ms ]; then
		fail "$1: the guest's clock says $restart ms, the observer $gap ms"
	fi
	ok "$1: both clocks agree to $((gap - restart)) ms"
}

for t in "${sample[@]}"; do
	use "$t"
	baseline "$t"
done
