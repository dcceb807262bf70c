# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Shared by the emulated tests: where kernels are, running lubench, asking its records.
# Sourced after `set -euo pipefail`. A test prints one line for each thing it has checked.
TOP=${TOP:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
LUBENCH_CACHE=${LUBENCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/lubench}
work=${TEST_DIR:-$(mktemp -d)}
lubench=$TOP/build/lubench
# shellcheck disable=SC2034 # used by tests
smoke=$TOP/bench/plan/plans/smoke.ini
cd "$TOP" || exit

skip() { echo "skip: $*" >&2; exit 4; }
fail() { echo "FAIL: $*" >&2; exit 1; }
ok() { echo "ok: $*"; }

command -v jq >/dev/null || skip "no jq; run: make deps"
[ -x "$lubench" ] || skip "no $lubench; run: make all"

# The targets to test on, and the one for what does not depend on the IOMMU.
read -ra targets <<<"${TEST_TARGETS:-vtd vtd-sm}"
# shellcheck disable=SC2034 # used by tests
native=${targets[0]}
# One of each architecture, for what depends on the device and not on the mode of the IOMMU.
families=()
for t in "${targets[@]}"; do
	[[ " ${families[*]} " == *" ${t%-sm} "* ]] || families+=("$t")
done

# For what hardly depends on the mode of an IOMMU: the same, and for what hardly depends on the machine: the first
# target. All of them in test-full.
# shellcheck disable=SC2034 # used by tests
modes=("${families[@]}") sample=("$native")
# shellcheck disable=SC2034
[ -z "${TEST_FULL:-}" ] || modes=("${targets[@]}") sample=("${targets[@]}")

# left WHAT: is for make test-full; the summary of tests/run.sh shows it
left() { echo "$*" >>"$work/left"; }

# tried NUMBER WHAT: what the summary of tests/run.sh adds up; to be said before it is known how that ends
tried() { echo "$*" >>"$work/tried"; }

kernel_of() { # series|base: prints the image for $arch, or nothing
	local name=bzImage image
	[ "$arch" = x86_64 ] || name=Image
	image=$LUBENCH_CACHE/kernels/$arch-$1/$name
	case $1 in
	series)
		[ -z "${KSRC:-}" ] || image=$LUBENCH_CACHE/kernels/$arch-ksrc/$name
		[ -z "${VARIANT:-}" ] || image=${image%/*}-$VARIANT/$name
		image=${LUBENCH_KERNEL:-$image}
		;;
	base) image=${LUBENCH_BASE_KERNEL:-$image} ;;
	esac
	[ ! -r "$image" ] || echo "$image"
}

# A kernel that watches all locks and accesses is slow, and the shadow memory of KASAN is most of what it takes while it
# boots. KHO sets twice that aside for the next kernel, twice, which is more than the machine has: once is enough.
# On x86 with five levels of page tables KASAN finds an access wild that is none, where an interrupt comes while
# identify_cpu() has just forgotten that the processor has them. On Arm lockdep finds a cycle in the base kernel, and goes
# blind: iommu_setup_dma_ops() takes the CPU hotplug lock under the group's mutex, and the MSIs of virtio devices take both
# in the other order. Without DMA-API domains, which nothing here looks at, the first does not happen.
watch_closely() {
	local words=kho_scratch=100%
	case $arch in
	x86_64) words+=" no5lvl" ;;
	aarch64) words+=" iommu.passthrough=1" ;;
	esac
	run_debug=(--append "$words" --slowdown 5)
	guest_debug=(--append "$words" --timeout 900)
}
run_debug=() guest_debug=()

# use TARGET: sets target, arch, and the kernel of the series for it
use() {
	target=$1
	case $target in
	smmuv3*) arch=aarch64 ;;
	*) arch=x86_64 ;;
	esac
	command -v qemu-system-$arch >/dev/null || skip "no qemu-system-$arch; run: make TARGET=$target deps"
	[[ ${VARIANT:-} != *debug* ]] || watch_closely
	series=$(kernel_of series)
	[ -n "$series" ] || skip "no series kernel for $arch in the cache; run: make TARGET=$target kernel"
}
use "${targets[0]}"

# retried NAME WHY: counted by tests/run.sh, which then keeps the directory
retried() {
	echo "$1: $2" >>"$work/retried"
	echo "note: $1: $2; once more"
}

# Seen once in some hundred kexecs: the incoming kernel stands still before it has looked at any device. The
# reason is not known (docs/kernel-series.md). It is tried again, once, and said; a kernel that always
# hangs there hangs again. A hang anywhere else is a failure.
again() { # NAME WHY
	[ ! -e "$work/$1.hung" ] || return 1
	retried "$1" "$2 (what it left is in $1.hung)"
	mv "$work/$1" "$work/$1.hung"
}

# The hang of the incoming kernel before its agent has said anything; the outgoing agent's last word was "jump".
hung_in_jump() { # NAME: prints what is known about it
	! grep '^not ok ' "$work/$1.txt" | grep -qv ' # hang: .* in phase jump of the ' || return 1
	grep -m 1 -o '# hang: .* in phase jump of the \(outgoing\|incoming\) kernel' "$work/$1.txt"
}

# run NAME OPTION...: lubench run into $work/NAME, output in $work/NAME.txt, status in $rc
run() {
	local name=$1 why
	shift
	rc=0
	"$lubench" run -o "$work/$name" "${run_debug[@]}" "$@" >"$work/$name.txt" 2>&1 </dev/null || rc=$?
	if [ "$rc" -ne 0 ] && why=$(hung_in_jump "$name") && again "$name" "$why"; then
		run "$name" "$@"
	elif [ -s "$work/$name/samples.jsonl" ]; then
		"$lubench" report --schema results/schema.json "$work/$name" >>"$work/$name.txt" 2>&1 ||
			{ tail -n 3 "$work/$name.txt"; fail "$name: samples.jsonl is not what results/schema.json says"; }
	fi
}

# guest NAME OPTION... COMMAND: lubench exec with logs in $work/NAME, output in $work/NAME.txt
guest() {
	local name=$1
	shift
	rc=0
	"$lubench" exec -o "$work/$name" "${guest_debug[@]}" "$@" >"$work/$name.txt" 2>&1 </dev/null || rc=$?
	if [ "$rc" -ne 0 ] && grep -q 'no kernel came up within' "$work/$name.txt" && again "$name" "no kernel came up"; then
		guest "$name" "$@"
	fi
}

# trace_too EVENT...: emulators that trace anything trace these, too; each takes those of its own IOMMU
trace_too() {
	local program event options
	mkdir -p "$work/bin"
	for program in qemu-system-x86_64:smmuv3 qemu-system-aarch64:vtd; do
		options=
		for event; do
			[[ $event == ${program#*:}* ]] || options+=" -trace $event"
		done
		program=${program%:*}
		command -v "$program" >/dev/null || continue
		printf '#!/bin/sh\ncase " $* " in\n*" -trace "*) set -- "$@"%s ;;\nesac\nexec %s "$@"\n' \
			"$options" "$(command -v "$program")" >"$work/bin/$program"
		chmod +x "$work/bin/$program"
	done
	PATH=$work/bin:$PATH
}

# watchdog_too: emulators plug the watchdog that Linux has a driver for, too
watchdog_too() {
	local program
	mkdir -p "$work/bin"
	for program in qemu-system-x86_64 qemu-system-aarch64; do
		command -v $program >/dev/null || continue
		printf '#!/bin/sh\ncase " $* " in\n*" -kernel "*) set -- "$@" -device i6300esb ;;\nesac\nexec %s "$@"\n' \
			"$(command -v $program)" >"$work/bin/$program"
		chmod +x "$work/bin/$program"
	done
	PATH=$work/bin:$PATH
}

# q RUN FILTER: jq over all lines of its samples at once
q() { jq -rs "$2" "$work/$1/samples.jsonl"; }

# values RUN CYCLE METRIC [CONDITION ON .params]: one a line
values() {
	q "$1" ".[] | select(.kind==\"sample\" and .cycle==$2 and .metric==\"$3\")
		| select(.params | ${4:-true}) | .value"
}

# expect WHAT IS WANTED: two words that must be equal
expect() { [ "$2" = "$3" ] || fail "$1: $2 instead of $3"; }

# small_plan NAME [CYCLES]: writes a plan of two points and prints its path
small_plan() {
	printf '%s\n' '[run]' 'scenario = preserve' 'reps = 2' "cycles = ${2:-2}" 'memory = 2G' \
		'[matrix.1]' 'hwpts = 1,2' 'ioas = 64M' 'page = 4K' >"$work/$1.ini"
	echo "$work/$1.ini"
}

# refused NAME STATUS PATTERN: that run ended like that, with one line about it and nothing else
refused() {
	local lines
	expect "$1: exit status" "$rc" "$2"
	lines=$(grep -c '^lubench: ' "$work/$1.txt") || :
	[ "$lines" = 1 ] || { show "$1"; fail "$1: $lines lines instead of one"; }
	grep -q "$3" "$work/$1.txt" || { show "$1"; fail "$1: the line does not say '$3'"; }
	ok "$1: $(sed -n "s|$work/||g; s/^lubench: //p" "$work/$1.txt")"
}

show() { # NAME: what a failed lubench said
	tail -n 25 "$work/$1.txt" | sed 's/^/  | /'
}

# no_splat DIR [PLACE]: no kernel complained on any console, but for a warning at PLACE, which is known; what mode
# crash does on purpose is left out
no_splat() {
	local line known=${2:-no place}
	[ -n "$(find "$work/$1" -maxdepth 1 -name 'console-*.log' -size +0)" ] ||
		fail "$1: no console was written, so nobody knows whether a kernel complained"
	line=$(sed -e '/sysrq: Trigger a crash/,/Linux version/d' -e "\\|WARNING: $known|,/end trace/d" "$work/$1"/console-*.log | grep -E 'WARNING:|BUG:|Oops|Kernel panic|general protection|Call Trace|KASAN|UBSAN|DEBUG_LOCKS|possible (circular|recursive)|inconsistent lock state|Invalid wait context|held lock freed|bad unlock balance|suspicious RCU|scheduling while atomic') || return 0
	line=${line%%$'\n'*}
	fail "$1: a kernel complains: $line"
}

# guest_program NAME [PART...]: builds guest/NAME.c, guest/PART.c and the agent's parts into one static
# program and prints its path
guest_program() {
	local headers=$LUBENCH_CACHE/headers/$arch-series/include obj=build/agent/$arch/obj out=$work/$arch/$1
	[ -z "${KSRC:-}" ] || headers=$LUBENCH_CACHE/headers/$arch-ksrc/include
	[ -d "$headers" ] || skip "no kernel headers in the cache; run: make all"
	[ -e "$obj/bench/agent/agent.o" ] || skip "the agent is not built; run: make all"
	local sources=() part objects
	for part in "$@" guest; do
		sources+=("tests/emulated/guest/$part.c")
	done
	local sysroot=()
	[ "$arch" = "$(uname -m)" ] ||
		sysroot=(-isystem "$LUBENCH_CACHE/sysroot/$arch/include" "-L$LUBENCH_CACHE/sysroot/$arch/lib")
	mkdir -p "$work/$arch"
	mapfile -t objects < <(find "$obj" -name '*.o' ! -name main.o)
	$arch-linux-gnu-gcc -std=gnu11 -O2 -g -D_GNU_SOURCE -Wall -Wextra -Werror -I. -isystem "$headers" "${sysroot[@]}" \
		-static -o "$out" "${sources[@]}" "${objects[@]}" \
		-ljansson -lbpf -lelf -lz -pthread >&2 || fail "cannot build the guest program $1"
	echo "$out"
}

# checks NAME: shows the TAP lines of a guest program; fails when one is not ok or the end is missing
checks() {
	grep -aE '^(ok|not ok|#)' "$work/$1.txt" || :
	! grep -aq '^not ok' "$work/$1.txt" || fail "$1: $(grep -ac '^not ok' "$work/$1.txt") checks failed"
	if [ "$rc" -ne 0 ] || ! grep -aq '^# done' "$work/$1.txt"; then
		show "$1"
		fail "$1: the guest program did not end well (status $rc)"
	fi
}

# never_off RUN: of all kernels of the one launch the first switches translation on, and nobody off
never_off() {
	local trace=$work/$1/trace-1.log on=''
	case $target in
	vtd*) expect "$1: translation switched on or off" "$(grep -ac vtd_dmar_enable "$trace")" 1 ;;
	smmuv3*)
		expect "$1: writes of CR0 without SMMUEN after the first with it" "$(grep -a 'write_mmio addr: 0x20 ' "$trace" |
			sed 's/.* val:0x\([0-9a-f]*\) .*/\1/' |
			while read -r val; do
				if ((16#$val & 1)); then on=1; elif [ "${on:-}" ]; then echo "$val"; fi
			done | wc -l)" 0
		;;
	esac
}

# check_witness RUN CYCLE: DMA went on in the blackout and after, and nothing was refused, lost or wrong
check_witness() {
	local zero phase
	for zero in dma.faults dma.corrupt dma.lost; do
		[ -n "$(values "$1" "$2" $zero)" ] || fail "$1 cycle $2: no $zero"
		! values "$1" "$2" $zero | grep -qvx 0 || fail "$1 cycle $2: $zero is not 0"
	done
	for phase in blackout after; do
		values "$1" "$2" dma.count ".phase==\"$phase\"" | grep -q '^[1-9]' ||
			fail "$1 cycle $2: the device did no DMA in phase $phase"
	done
	[ -n "$(values "$1" "$2" replace.hwpt)" ] || fail "$1 cycle $2: no HWPT was replaced"
}

# The rule of docs/measurements.md, with another limit where the emulator needs one (milliseconds)
gap_holds() { # RUN CYCLE [LIMIT]
	local control blackout after limit=${3:-10} gap=dma.gap.running
	# Where nobody may watch the processors of the host, their stops cannot be taken off.
	values "$1" "$2" $gap '.phase=="blackout"' | grep -q '[0-9]' || gap=dma.gap
	# Of the run, as in the rule
	control=$(q "$1" "[.[] | select(.kind==\"sample\" and .metric==\"$gap\" and .params.phase==\"control\") | .value] | max // empty")
	blackout=$(values "$1" "$2" $gap '.phase=="blackout"')
	after=$(values "$1" "$2" $gap '.phase=="after"')
	[[ -n $control && -n $blackout && -n $after ]] || fail "$1 cycle $2: no dma.gap"
	echo "$1 cycle $2: longest gap $((blackout / 1000)) us in the blackout, $((after / 1000)) us after it," \
		"$((control / 1000)) us without"
	why="the device stopped for more than $limit ms beyond its usual gaps; is it the host?"
	# A kernel that watches every lock and every access is too slow to judge.
	[ -n "${VARIANT:-}" ] || [ "$((blackout > after ? blackout : after))" -le $((control + limit * 1000000)) ]
}

# steady TARGET [OPTION...]: plan smoke in mode preserve, two kexecs in one launch. The test that calls it has
# check_run RUN and check_cycle RUN CYCLE, which fail, and cycle_holds RUN CYCLE, which is false, with the reason
# in $why, for what a busy host does now and then, too. A kernel that holds up the device does it every
# time: so a run may be tried again as a whole, twice, and each such try is counted in the summary.
steady() {
	local t=$1 name cycle try holds why
	shift
	for try in 1 2 3; do
		name=$t-$try
		run "$name" -t "$t" -p "$smoke" -k "$series" "$@"
		[ $rc -ne 4 ] || skip "$(tail -n 1 "$work/$name.txt")"
		[ $rc -eq 0 ] || { show "$name"; fail "$name: exit status $rc"; }
		expect "$name: points that are ok" \
			"$(q "$name" '[.[] | select(.kind=="outcome" and .outcome=="ok")] | length')" 4
		expect "$name: launches" "$(find "$work/$name" -name 'console-*.log' | wc -l)" 1
		no_splat "$name"
		expect "$name: kernels that reserved the device for vfio-pci" \
			"$(grep -c '0000:00:04.0: inherited .* reserved for driver vfio-pci' "$work/$name/console-1.log")" 2
		check_run "$name"
		holds=yes
		for cycle in 1 2; do
			check_cycle "$name" $cycle
			[ $holds = no ] || cycle_holds "$name" $cycle || holds=no
		done
		[ $holds = no ] || return 0
		[ $try -eq 3 ] || retried "$name" "$why"
	done
	fail "$t: in each of $try runs, in the last one: $why"
}
