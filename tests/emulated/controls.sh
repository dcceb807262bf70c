#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# time-limit: 600
# Controls of the preserve test: a kernel without the series is told apart and skipped, the detectors
# see DMA that stops (mode rebuild) and DMA that does not (mode crash).
set -euo pipefail
# shellcheck source=tests/emulated/lib.sh
. "$(dirname "$0")/lib.sh"

cat >"$work/one.ini" <<-END
	[run]
	scenario = preserve
	reps = 1
	cycles = 1
	kexec_hwpts = 1
	memory = 2G
	budget_s = 150
	[matrix.1]
	hwpts = 1
	ioas = 64M
	page = 4K
END

outcomes() { q "$1" '[.[] | select(.kind=="outcome") | .outcome] | unique | join(",")'; }

# gap RUN PHASE: milliseconds
gap() { echo $(($(values "$1" 1 dma.gap ".phase==\"$2\"") / 1000000)); }

# A stock kernel in mode preserve: rows with a reason, no numbers, no failure
base_is_skipped() { # KERNEL
	run base -t "$target" -p "$smoke" -m preserve -k "$1"
	[ "$rc" -eq 0 ] || { show base; fail "base kernel: exit status $rc instead of 0"; }
	expect "base kernel: outcomes" "$(outcomes base)" skip
	expect "base kernel: rows with a reason" \
		"$(q base '[.[] | select(.kind=="outcome" and (.reason|length) > 10)] | length')" 4
	expect "base kernel: samples" "$(q base '[.[] | select(.kind=="sample")] | length')" 0
	ok "base kernel in mode preserve is skipped: $(q base '[.[] | select(.kind=="outcome")][0].reason')"
}

# What users have today: the device stops, and is started again by the next kernel
rebuild_stops() { # NAME KERNEL
	local blackout counter dark
	run "$1" -t "$target" -p "$work/one.ini" -m rebuild -k "$2"
	[ "$rc" -eq 0 ] || { show "$1"; fail "$1, mode rebuild: exit status $rc"; }
	expect "$1, mode rebuild: outcomes" "$(outcomes "$1")" ok
	no_splat "$1"
	blackout=$(gap "$1" blackout)
	[ "$blackout" -gt 500 ] || fail "$1, mode rebuild: the longest gap is only $blackout ms"
	[ -z "$(values "$1" 1 replace.hwpt)" ] || fail "$1, mode rebuild: a HWPT was replaced"
	# Where the counter stood when the incoming kernel was done with its work: it began again from zero.
	counter=$(($(values "$1" 1 dma.count '.phase==null') - $(values "$1" 1 dma.count '.phase=="after"')))
	[ "$counter" -lt "$(values "$1" 1 dma.count '.phase=="control"')" ] ||
		fail "$1, mode rebuild: the counter did not begin again, it stands at $counter"
	[ "$(values "$1" 1 translation.off)" -ge 1 ] || fail "$1, mode rebuild: translation was never off"
	"$lubench" report "$work/$1" >"$work/$1.report"
	grep '^translation: switched off in 1 of 1 cycles' "$work/$1.report" ||
		fail "$1, mode rebuild: the report does not say that translation was switched off"
	dark=bypass
	[ "$arch" != aarch64 ] || [ "$(values "$1" 1 translation.aborts)" -eq 0 ] || dark=abort
	grep -E "^translation: .*: $dark(,| then)" "$work/$1.report" >/dev/null ||
		fail "$1, mode rebuild: the report does not say $dark"
	ok "$1, mode rebuild: DMA stops for $blackout ms and the counter begins again"
}

# Nothing stops the device in a crash: the observer must see it go on
crash_goes_on() { # KERNEL
	local blackout changes
	run crash -t "$target" -p "$work/one.ini" -m crash -k "$1"
	[ "$rc" -eq 0 ] || { show crash; fail "mode crash: exit status $rc"; }
	expect "mode crash: outcomes" "$(outcomes crash)" ok
	blackout=$(gap crash blackout)
	changes=$(values crash 1 dma.count '.phase=="blackout" and .observer=="host"')
	[ "$changes" -gt 1000 ] || fail "mode crash: the observer saw $changes changes only"
	[ "$blackout" -lt 500 ] || fail "mode crash: the observer saw a gap of $blackout ms"
	expect "mode crash: faults" "$(values crash 1 dma.faults '.observer=="qemu"')" 0
	ok "mode crash: $changes changes, longest gap $blackout ms, 0 faults"
}

# A device that stands still for 150 ms while the next kernel boots: the emulator is stopped, this machine is not.
# It must not pass for a host that was busy.
stop_is_found() { # KERNEL
	local console=$work/held/console-1.log pid run_pid gap
	"$lubench" run -o "$work/held" -t "$target" -p "$work/one.ini" -k "$1" >"$work/held.txt" 2>&1 </dev/null &
	run_pid=$!
	for _ in {1..600}; do
		[ "$(grep -c 'Linux version' "$console" 2>/dev/null)" != 2 ] || break
		sleep 0.1
	done
	pid=$(pgrep -f "^[^ ]*qemu-system[^ ]* .*$work/held") || fail "no emulator of $work/held runs"
	kill -STOP "$pid"
	sleep 0.15
	kill -CONT "$pid"
	rc=0
	wait $run_pid || rc=$?
	[ $rc -eq 0 ] || { show held; fail "a stopped emulator: exit status $rc"; }
	gap=$(($(values held 1 dma.gap.running '.phase=="blackout"') / 1000000))
	[ "$gap" -ge 140 ] || fail "the device stood still for 150 ms, and the longest gap is $gap ms"
	rc=0
	"$lubench" report --check "$work/held" >"$work/held.report" 2>&1 || rc=$?
	expect "a stopped emulator: status of the report" $rc 1
	grep '^verdict: FAIL: 0 of 1 cycles pass (first that does not: the longest gap of the blackout' "$work/held.report" ||
		fail "a gap of $gap ms is not what is said to be wrong"
	ok "a device that stands still for $gap ms in the blackout is a FAIL"
}

# The driver of the SMMUv3 does not take over the tables of a crashed kernel: nothing to see there
crash_is_refused() {
	run crash -t "$target" -p "$work/one.ini" -m crash -k "$series"
	expect "mode crash: exit status" "$rc" 2
	ok "mode crash is refused: $(sed -n 's/^lubench: //p' "$work/crash.txt")"
}

done_for='' without=()
for t in "${modes[@]}"; do
	use "$t"
	[[ " $done_for " != *" $arch "* ]] || continue
	done_for+=" $arch"
	rm -rf "$work"/{series,stock,crash,base,held}
	echo "on $target:"
	rebuild_stops series "$series"
	[ "$target" != "$native" ] || stop_is_found "$series"
	if [ "$target" = smmuv3 ]; then crash_is_refused; else crash_goes_on "$series"; fi
	base=$(kernel_of base)
	# `make test` builds the one of this machine's architecture.
	if [ -z "$base" ]; then
		without+=("$arch")
		continue
	fi
	base_is_skipped "$base"
	rebuild_stops stock "$base"
done
[ ${#without[@]} -eq 0 ] || left "the control on a stock kernel of ${without[*]}"
[ ${#without[@]} -lt "$(wc -w <<<"$done_for")" ] || skip "no base kernel in the cache; run: make kernel-base (the rest has passed)"
