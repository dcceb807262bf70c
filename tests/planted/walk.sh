#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# time-limit: 5400
# A kernel whose preserve walk is 10 % slower by design (tests/planted/slow-walk.patch): the gate and bench-compare find
# it, by the size that it has, and find nothing in its twin without the patch. The series as it is does not walk: there
# 10 % are planted into the preserve itself (slow-preserve.patch), and held against the committed baseline.
set -euo pipefail
# shellcheck source=tests/emulated/lib.sh
. "$(dirname "$0")/../emulated/lib.sh"
[ -z "${KSRC:-}${VARIANT:-}" ] || skip "the patch is for KERNEL=series"
for t in "${targets[@]}"; do
	# Only the walk of generic_pt is patched, which SMMUv3 has not.
	[[ $t != vtd* ]] || { use "$t"; break; }
done
[[ $target == vtd* ]] || skip "no VT-d among the targets"

# The kernel that walks: what comes after it does not any more, see docs/performance.md.
reference=36
walking=$LUBENCH_CACHE/kernels/$arch-series-$reference/bzImage
ARCH=$arch KERNEL=series:$reference KSRC='' kernel/build.sh kernel || fail "KERNEL=series:$reference does not build"

# The same build rules with one patch more, as a variant that changes nothing in the configuration: so it starts
# from the objects that are there, and takes nobody's place.
build() { # VARIANT PATCH PATCHES-OF-THE-SERIES
	local rules=$work/$1.rules n patch
	cp -r kernel "$rules"
	for patch in "$rules"/series/[0-9]*.patch; do
		n=${patch##*/}
		n=${n%%-*}
		[ $((10#$n)) -le "$3" ] || rm "$patch"
	done
	cp "tests/planted/$2" "$rules/series/9999-$2"
	echo '# SPDX-License-Identifier: GPL-2.0-only' >"$rules/config/$1.config"
	ARCH=$arch KERNEL=series VARIANT=$1 KSRC='' "$rules/build.sh" kernel ||
		fail "the kernel with tests/planted/$2 does not build"
	rm -rf "$LUBENCH_CACHE/obj/$arch-series-$1"
}
build slow-walk slow-walk.patch $reference
build slow-preserve slow-preserve.patch 9998
slow=$LUBENCH_CACHE/kernels/$arch-series-slow-walk/bzImage
later=$LUBENCH_CACHE/kernels/$arch-series-slow-preserve/bzImage
ok "the slow kernel is $(cut -c1-12 "${slow%/*}/build-id"), its twin $(cut -c1-12 "${walking%/*}/build-id")"

gate() { # BASELINE RUN
	rc=0
	"$lubench" gate "$1" "$work/$2" >"$work/$2.gate" 2>&1 || rc=$?
	cat "$work/$2.gate"
}

# A patch adds a known number of instructions; what they are a share of changes with the kernel.
about_ten() { # WHAT [PER-CENT]...
	local what=$1 p
	shift
	[ $# -gt 0 ] || fail "$what: it is not said that preserve.iommufd is worse"
	for p; do
		awk -v p="$p" 'BEGIN { exit !(p + 0 >= 8 && p + 0 <= 12) }' ||
			fail "$what: preserve.iommufd is $p % slower, not 8 to 12; change the count in its patch in tests/planted"
	done
}

measure() { # NAME KERNEL
	run "$1" -t "$target" -p gate -k "$2" --icount
	[ "$rc" -eq 0 ] || { show "$1"; fail "$1: exit status $rc"; }
}
measure before "$walking"
measure twin "$walking"
measure slow "$slow"
# The committed baseline is of a kernel that does not walk.
gate "$work/before" twin
expect "gate of the twin against another run" "$rc" 0
gate "$work/before" slow
expect "gate of the slow kernel against another run" "$rc" 1
mapfile -t shifts < <(sed -n 's/^worse    preserve.iommufd, .*sparse2, \([^ ]*\) %$/\1/p' "$work/slow.gate")
about_ten "gate against another run" "${shifts[@]}"
! grep '^worse ' "$work/slow.gate" | grep -vE '^worse    (preserve.iommufd|unpreserve.total)' ||
	fail "something else is worse, too"
ok "the gate finds the slow walk: $(sed -n 's/^worse    \(preserve.iommufd.*sparse2\)/\1/p' "$work/slow.gate")"

# The series as it is, against what is committed: what make gate does.
measure later "$later"
gate "results/baselines/gate-$target" later
if [ "$rc" -eq 4 ]; then
	ok "the baseline of $target is of another emulator or compiler: nothing is judged"
else
	expect "gate of the slow preserve against the committed baseline" "$rc" 1
	mapfile -t shifts < <(sed -n 's/^worse    preserve.iommufd, .* \([^ ]*\) %$/\1/p' "$work/later.gate")
	about_ten "gate against the committed baseline" "${shifts[@]}"
	ok "the gate finds the slow preserve in ${#shifts[@]} of 3 points: ${shifts[*]} %"
fi

cat >"$work/compare.ini" <<'END'
[run]
scenario = walk
reps = 3
cycles = 4
kexec_hwpts = 1
memory = 2G
[matrix.1]
hwpts = 1
ioas = 4M
page = 4K
layout = sparse2
END

# With 4 cycles a run two rounds are 8 a side, which is enough for the questions of one point.
compare() { # NAME NEW
	rc=0
	BASE=$walking NEW=$2 ROUNDS=2 bench/compare/interleaved.sh "$work/$1" "$target" --plan "$work/compare.ini" --icount \
		>"$work/$1.txt" 2>&1 || rc=$?
	sed -n '/^lubench compare/,$p' "$work/$1.txt"
}
compare compare-slow "$slow"
expect "bench-compare of the slow kernel" "$rc" 1
mapfile -t shifts < <(sed -n 's/^preserve.iommufd.* \([^ ]*\) % .* WORSE$/\1/p' "$work/compare-slow.txt")
about_ten bench-compare "${shifts[@]}"
compare compare-twin "$walking"
expect "bench-compare of the twin" "$rc" 0
ok "bench-compare finds it, and nothing in its twin"
