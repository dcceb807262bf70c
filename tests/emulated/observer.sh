#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# time-limit: 180
# The DPDK observer against the forwarder, over a veth pair in a network namespace of its own: no guest.
# What the observer says must be what was done to its frames, and follow from its frame log.
set -euo pipefail
TOP=${TOP:-$(cd "$(dirname "$0")/../.." && pwd)}
work=${TEST_DIR:-$(mktemp -d)}
observer=$TOP/build/dpdk/lubench-observer
forwarder=$TOP/build/dpdk/$(uname -m)/lubench-forwarder

skip() { echo "skip: $*" >&2; exit 4; }
ok() { echo "ok: $*"; }

if [ -z "${LUBENCH_NETNS:-}" ]; then
	if ! [ -x "$observer" ] || ! [ -x "$forwarder" ]; then skip "the DPDK programs are not built; run: make all"; fi
	command -v jq >/dev/null || skip "no jq; run: make deps"
	command -v ip >/dev/null || skip "no ip; run: make deps"
	# Without root, a user namespace of its own gives the right to make the pair.
	options=-n
	[ "$(id -u)" = 0 ] || options=-rn
	unshare $options true 2>"$work/unshare" || skip "no network namespace here: $(head -n 1 "$work/unshare")"
	LUBENCH_NETNS=1 exec unshare $options "$0"
fi

ip link add name lub0 type veth peer name lub1
ip link set lub0 up
ip link set lub1 up

echo_pid='' observer_pid=''
end_all() {
	local pid
	for pid in $echo_pid $observer_pid; do
		kill -CONT "$pid" && kill "$pid"
	done 2>/dev/null || :
}
trap end_all EXIT

wait_for() { # FILE TEXT
	local tries
	for ((tries = 0; tries < 100; tries++)); do
		! grep -q "$2" "$1" 2>/dev/null || return 0
		sleep 0.1
	done
	cat "$1" >&2
	echo "FAIL: no '$2' in $1 within 10 s" >&2
	exit 1
}

echo_start() { # OPTION...
	rm -f "$work/echo"
	"$forwarder" --iface lub1 "$@" >"$work/echo" 2>&1 &
	echo_pid=$!
	wait_for "$work/echo" port-open
}

echo_stop() {
	kill "$echo_pid"
	wait "$echo_pid" || :
	echo_pid=
}

observer_start() { # NAME OPTION...
	local name=$1
	shift
	rm -f "$work/$name".{json,frames,txt}
	"$observer" --iface lub0 --run cafe --rate 1000 --out "$work/$name.json" "$@" >"$work/$name.txt" 2>&1 &
	observer_pid=$!
	wait_for "$work/$name.txt" 'frames a second'
}

observer_wait() {
	wait "$observer_pid" || { echo "FAIL: the observer: exit status $?" >&2; exit 1; }
	observer_pid=
}

get() { jq -r "$2" "$work/$1.json"; } # NAME FIELD

# The entries of the log, one a line: number, sent, echoed
entries() { od -A n -t u8 -w16 -v "$work/$1.frames" | awk 'NR > 1 && $1 { print NR - 1, $1, $2 }'; }

# The numbers of the summary, from the log alone
recount() { # NAME
	entries "$1" | sort -k 3,3n | awk '
		{ sent++ }
		$3 { if (last) { if ($3 - last > gap) gap = $3 - last; if ($1 < high) reordered++ } last = $3; n++
		     if ($1 > high) high = $1; d = $3 - $2; if (d > max) max = d; if (n == 1 || d < min) min = d }
		END { printf "%d %d %d %d %d %d\n", sent, n, reordered, gap, min, max }'
}

# Each test function returns 1, having said why on stderr, when what it saw was wrong. Times are off when
# the host is busy, so each has three attempts.
attempt() { # FUNCTION
	local n
	for n in 1 2 3; do
		! "$1" || return 0
		[ -z "$echo_pid" ] || echo_stop
		[ "$n" = 3 ] || echo "note: $1: attempt $n failed; once more"
	done
	echo "FAIL: $1, three times" >&2
	exit 1
}

# expect NAME FIELD WANTED
expect() {
	local is
	is=$(get "$1" "$2")
	[ "$is" = "$3" ] || { echo "$1: $2 is $is instead of $3" >&2; return 1; }
}

# within WHAT IS FROM TO
within() {
	if [ "$2" -lt "$3" ] || [ "$2" -gt "$4" ]; then echo "$1 is $2, not from $3 to $4" >&2; return 1; fi
}

all_come_back() {
	local sent
	echo_start
	observer_start clean --seconds 2
	observer_wait
	echo_stop
	sent=$(get clean .sent)
	within "sent at 1000 a second for 2 s" "$sent" 1900 2000 &&
		expect clean .echoed "$sent" && expect clean .lost 0 && expect clean .early 0 &&
		expect clean .in_flight 0 && expect clean .again 0 && expect clean .reordered 0 && expect clean .corrupt 0 &&
		expect clean '.sent + .pacing.skipped + .pacing.refused' 2000 || return 1
	[ "$(jq -r 'select(.event == "end").forwarded' "$work/echo")" = "$sent" ] ||
		{ echo "the forwarder counted otherwise" >&2; return 1; }
	[ "$(recount clean)" = "$(get clean '[.sent, .echoed, .reordered, .gap.ns, .delay_ns.min, .delay_ns.max] | map(tostring) | join(" ")')" ] ||
		{ echo "the log says otherwise: $(recount clean)" >&2; return 1; }
	ok "all $sent frames came back, longest gap $(get clean .gap.ns) ns, median delay $(get clean .delay_ns.p50) ns; the log says the same"
}

# All frames of the 300 ms fit into the ring of the interface, so none may be lost.
stop_is_a_gap() {
	local start end gap
	echo_start
	observer_start stop --seconds 2
	sleep 0.8
	start=$(date +%s%N)
	kill -STOP "$echo_pid"
	sleep 0.3
	kill -CONT "$echo_pid"
	end=$(date +%s%N)
	observer_wait
	echo_stop
	gap=$(($(get stop .gap.ns) / 1000))
	within "gap of a stop of $(((end - start) / 1000)) us" "$gap" 280000 320000 &&
		expect stop .gap.ended true && expect stop .lost 0 && expect stop .in_flight 0 &&
		expect stop '.gap.end_ns - .gap.start_ns == .gap.ns' true &&
		expect stop '.delay_ns.max > 250000000' true &&
		within "lateness of the observer itself, us" $(($(get stop .pacing.worst_late_ns) / 1000)) 0 20000 || return 1
	ok "the echo stopped for $(((end - start) / 1000)) us: gap $gap us, none lost"
}

dropped_are_lost() {
	local missing sent
	echo_start --skip 100
	observer_start skip --seconds 2
	observer_wait
	echo_stop
	sent=$(get skip .sent)
	missing=$(entries skip | awk '!$3 { print $1 }')
	[ "$missing" = "$(seq 100 100 "$sent")" ] || { echo "missing: ${missing//$'\n'/ }" >&2; return 1; }
	# a last frame that was dropped cannot be told from one on its way
	expect skip '.lost + .in_flight' $((sent / 100)) && expect skip .in_flight $((sent % 100 == 0)) || return 1
	ok "every 100th of $sent frames was dropped: exactly those $(get skip .lost) and $(get skip .in_flight) at the end are missing"
}

no_end_of_a_gap() {
	local gap
	echo_start
	observer_start open
	sleep 0.8
	echo_stop
	sleep 0.5
	kill -TERM "$observer_pid"
	observer_wait
	gap=$(($(get open .gap.ns) / 1000))
	within "gap without an end, us" "$gap" 480000 700000 && expect open .gap.ended false && expect open .lost 0 &&
		expect open '.in_flight > 400' true && expect open '.sent == .echoed + .in_flight' true || return 1
	ok "the echo went away: gap of $gap us without an end, $(get open .in_flight) frames in flight, none called lost"
}

late_start_is_early() {
	local open
	# What comes while the echo starts waits in the ring of its interface: at this rate all of it fits.
	observer_start late --seconds 2 --rate 200
	sleep 0.5
	echo_start
	observer_wait
	echo_stop
	open=$(jq -r 'select(.event == "port-open").monotonic_ns' "$work/echo")
	# The port may lose one that comes while it is being opened.
	entries late | awk -v open="$open" '!$3 && $2 > open { bad++ } END { exit !!bad }' ||
		{ echo "a frame is missing that was sent when the echo was there" >&2; return 1; }
	expect late '.early > 0' true && expect late .in_flight 0 &&
		expect late '.sent == .echoed + .early + .lost' true || return 1
	ok "the echo came late: the first $(get late .early) frames are early, $(get late .lost) are lost in its start"
}

starved_observer_says_so() {
	echo_start
	observer_start starved --seconds 2
	sleep 0.5
	kill -STOP "$observer_pid"
	sleep 0.2
	kill -CONT "$observer_pid"
	observer_wait
	echo_stop
	within "lateness of a stopped observer, us" $(($(get starved .pacing.worst_late_ns) / 1000)) 190000 300000 &&
		within "slots left out" "$(get starved .pacing.skipped)" 190 300 &&
		expect starved '.sent == .echoed' true || return 1
	ok "the observer itself stood still: $(get starved .pacing.worst_late_ns) ns late, $(get starved .pacing.skipped) slots left out"
}

for t in all_come_back stop_is_a_gap dropped_are_lost no_end_of_a_gap late_start_is_early starved_observer_says_so; do
	attempt "$t"
done
