#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# time-limit: 5400
# Bugs that are planted in the kernel, one at a time: a test of `make test` must find each. Which one, and what it
# then says, is in the patch (tests/planted/bugs): "Found-by: TARGET TEST", "Says: regular expression". The same
# tests must pass without any patch. BUGS=NAME,... takes only those.
set -euo pipefail
# shellcheck source=tests/emulated/lib.sh
. "$(dirname "$0")/../emulated/lib.sh"
[ -z "${KSRC:-}${VARIANT:-}" ] || skip "the patches are for KERNEL=series"

bugs=tests/planted/bugs
variant=planted
passed=0 failed=0 child=
# timeout has a process group of its own, which nobody else would end.
trap '[ -z "$child" ] || kill "$child" 2>/dev/null; exit 143' TERM INT

field() { sed -n "/^---\$/q; s/^$2: //p" "$bugs/$1.patch"; }
good() { passed=$((passed + 1)); ok "$*"; }
bad() { failed=$((failed + 1)); echo "FAIL: $*"; }

# verdict DIR TARGET TEST [IMAGE]: runs that test, its output in DIR.log
verdict() {
	local dir=$1 rc=0
	mkdir -p "$dir"
	TEST_DIR=$dir TEST_TARGETS=$2 TEST_FULL='' LUBENCH_KERNEL=${4:-} timeout -k 20 900 "tests/emulated/$3.sh" >"$dir.log" 2>&1 &
	child=$!
	wait "$child" || rc=$?
	child=
	return $rc
}

# The objects of the series, and one file more: nobody's place is taken.
plant() { # NAME: sets image
	local name=bzImage
	[ "$arch" = x86_64 ] || name=Image
	cp "$bugs/$1.patch" "$work/kernel/series/9999-planted.patch"
	ARCH=$arch KERNEL=series VARIANT=$variant KSRC='' "$work/kernel/build.sh" kernel >"$work/$1.build" 2>&1 || {
		tail -n 5 "$work/$1.build"
		return 1
	}
	image=$LUBENCH_CACHE/kernels/$arch-series-$variant/$name
}

found() { # NAME TARGET TEST
	local rc=0 says line
	says=$(field "$1" Says)
	[ -n "$says" ] || { bad "$1: its patch does not say what is found"; return; }
	plant "$1" || { bad "$1: the kernel does not build"; return; }
	verdict "$work/$1" "$2" "$3" "$image" || rc=$?
	line=$(grep -aEhm 1 "$says" "$work/$1.log" "$work/$1"/*.txt "$work/$1"/*/console-*.log 2>/dev/null | head -n 1) || :
	if [ "$rc" -eq 0 ]; then
		bad "$1: emulated/$3 on $2 does not find it"
	elif [ "$rc" -eq 4 ] || [ "$rc" -eq 124 ] || [ "$rc" -eq 137 ]; then
		bad "$1: emulated/$3 on $2 was skipped or cut off (status $rc): $(tail -n 1 "$work/$1.log")"
	elif [ -z "$line" ]; then
		bad "$1: emulated/$3 on $2 ends with $rc for another reason: $(tail -n 1 "$work/$1.log")"
	else
		good "$1 ($(sed -n 's/^Subject: \[PATCH\] planted: //p' "$bugs/$1.patch")): emulated/$3 on $2 says: $line"
		rm -rf "${work:?}/$1"
	fi
}

mkdir -p "$work"
cp -r kernel "$work/kernel"
echo '# SPDX-License-Identifier: GPL-2.0-only' >"$work/kernel/config/$variant.config"

declare -A twins
for patch in "$bugs"/*.patch; do
	name=$(basename "$patch" .patch)
	[[ -z ${BUGS:-} || ,$BUGS, == *,$name,* ]] || continue
	read -r by test < <(field "$name" Found-by)
	[[ " ${targets[*]} " == *" $by "* ]] || { left "planted bug $name, which needs $by"; continue; }
	use "$by"
	if [ -z "${twins[$by-$test]:-}" ]; then
		twins[$by-$test]=1
		if verdict "$work/$test-$by" "$by" "$test"; then
			good "without a bug emulated/$test passes on $by"
			rm -rf "${work:?}/$test-$by"
		else
			bad "without a bug emulated/$test on $by: $(tail -n 1 "$work/$test-$by.log")"
		fi
	fi
	found "$name" "$by" "$test"
done
for arch in x86_64 aarch64; do
	rm -rf "$LUBENCH_CACHE/obj/$arch-series-$variant" "$LUBENCH_CACHE/kernels/$arch-series-$variant"
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
