#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# time-limit: 2400
# The kernel's own selftest of preserving an iommufd, on the mock IOMMU: builds variant selftest, in test-full
# variant mock (which takes most of the time limit when it is not in the cache), boots it in QEMU with an initramfs
# that holds nothing but the test, and reads its KTAP and the kernel's log. Exit status: 0 passed,
# 1 failed, 4 skipped.
set -euo pipefail
TOP=${TOP:-$(cd "$(dirname "$0")/../.." && pwd)}
# shellcheck source=kernel/lib.sh
. "$TOP/kernel/lib.sh"

tests=(iommufd_liveupdate)
limit=300
arch=x86_64
selection=series
[ -z "${KSRC:-}" ] || selection=ksrc
work=${TEST_DIR:-$(mktemp -d)}
console=$work/console.log
ktap=$work/ktap.log

skip() { echo "skip: $*"; exit 4; }

command -v qemu-system-$arch >/dev/null || skip "no qemu-system-$arch; run: make deps"
command -v cpio >/dev/null || skip "no cpio; run: make deps"
[ "${KERNEL:-series}" = series ] || skip "KERNEL=$KERNEL: the test needs the whole series"

variant=${TEST_FULL:+mock}
variant=${variant:-selftest}
ARCH=$arch KERNEL=series VARIANT=$variant "$TOP/kernel/build.sh" kernel
ARCH=$arch KERNEL=series "$TOP/kernel/build.sh" headers
image=$LUBENCH_CACHE/kernels/$arch-$selection-$variant/bzImage
headers=$LUBENCH_CACHE/headers/$arch-$selection/include

# The sources of the tests, of just that kernel: the tree itself may be checked out to another one.
sources() {
	local src commit parts=(tools/testing/selftests/{iommu,liveupdate/lib,kselftest,lib.mk}
		scripts/subarch.include drivers/iommu/iommufd/iommufd_test.h)
	if [ "$selection" = ksrc ]; then
		src=$("$TOP/kernel/tree.sh" ksrc "$KSRC")
		(cd "$src" && tar -c "${parts[@]}" tools/testing/selftests/*.h)
	else
		read -r src commit < <("$TOP/kernel/tree.sh" commit series)
		clean_git -C "$src" archive "$commit" -- "${parts[@]}" 'tools/testing/selftests/*.h'
	fi | tar -x -C "$1"
}

mkdir -p "$work"/{src,bin,root/tests,root/dev}
sources "$work/src"
for t in "${tests[@]}"; do
	make -s -C "$work/src/tools/testing/selftests/iommu" CC="$arch-linux-gnu-gcc" OUTPUT="$work/bin" \
		KHDR_INCLUDES="-isystem $headers" LDFLAGS=-static LDLIBS=-pthread "$work/bin/$t"
	cp "$work/bin/$t" "$work/root/tests/"
done
"$arch-linux-gnu-gcc" -O2 -Wall -static -o "$work/root/init" "$TOP/tests/emulated/selftests-init.c"
(cd "$work/root" && find . | cpio -o -H newc --quiet | gzip) >"$work/initrd.gz"

fail() { echo "FAIL: $*; see $ktap and $console"; exit 1; }

# once WORDS: boots, runs the tests, and judges
once() {
	local rc=0 splat status skipped why t
	timeout -k 10 $limit qemu-system-$arch -M q35 -accel tcg -cpu max -smp 2 -m 2G -nodefaults \
		-nographic -no-reboot -serial "file:$console" -serial "file:$ktap.tty" \
		-kernel "$image" -initrd "$work/initrd.gz" \
		-append "console=ttyS0 kho=on liveupdate=on panic=-1 $1" </dev/null || rc=$?
	tr -d '\r' <"$ktap.tty" >"$ktap"
	cat "$ktap"

	[ $rc -ne 124 ] || fail "not done within $limit s"
	[ $rc -eq 0 ] || fail "QEMU ended with status $rc"
	splat=$(grep -a -m 1 -nE 'WARNING:|BUG:|Oops|Kernel panic|KASAN|UBSAN|possible (circular|recursive)|inconsistent lock state|Invalid wait context|held lock freed|bad unlock balance|suspicious RCU|DEBUG_LOCKS' \
		"$console") || :
	[ -z "$splat" ] || fail "the kernel complains: $splat"
	! grep -q '^not ok' "$ktap" || fail "$(grep -c '^not ok' "$ktap") tests failed"
	grep -qx 'lubench: all done' "$ktap" || fail "the machine ended before the tests"
	for t in "${tests[@]}"; do
		status=$(sed -n "s/^lubench: end $t status //p" "$ktap")
		[ "$status" = 0 ] || fail "$t ended with status ${status:-unknown}"
	done
	# A kernel that has nothing to test is one thing, one that lacks something for a part of the tests another. Variant
	# selftest has no failslab: its hook is in headers that everything includes.
	later=
	[ "$variant" = mock ] || later=fail_nth
	skipped=$(grep '^ok .* # SKIP' "$ktap" | grep -v "\.${later:-none}  *# SKIP") || :
	why=$(sed -n '1s/.* # SKIP *//p' <<<"$skipped")
	passed=$(grep '^ok' "$ktap" | grep -cv '# SKIP') || :
	[ -z "$skipped" ] || [ "$passed" -ne 0 ] || skip "$why"
	[ -z "$skipped" ] || fail "part of it was skipped, $why"
	[ "$passed" -gt 0 ] || fail "no test was run"
	echo "$passed kernel selftests passed${1:+ with $1}"
}

# Page tables that are preserved by the block, and those that are walked
once ""
once iommufd.mock_pool=N
[ -z "$later" ] || echo "kernel selftest $later, which needs CONFIG_FAILSLAB" >>"$work/left"
