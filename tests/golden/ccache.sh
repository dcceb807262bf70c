#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What a source takes in behind the preprocessor's back is the file that is there, not one of the same size from an
# earlier build; and other sources do come from the cache.
set -euo pipefail
TOP=${TOP:-$(cd "$(dirname "$0")/../.." && pwd)}
work=${TEST_DIR:-$(mktemp -d)}

command -v ccache >/dev/null || { echo "skip: no ccache; run: make deps"; exit 4; }
export CCACHE_DIR=$work/ccache CCACHE_DEPEND=1
cd "$work"

fail() { echo "FAIL: $*"; exit 1; }
compile() { rm -f out.o; "$TOP/kernel/ccache.sh" gcc -MMD -MF out.d -c -o out.o "$1"; }

printf '.section .rodata\n.incbin "payload"\n' >image.S
echo 'int answer(void) { return 42; }' >plain.c
for payload in first again; do
	echo "payload of the $payload build" >payload
	compile image.S
	grep -qa "payload of the $payload build" out.o || fail "the object has the payload of another build"
	compile plain.c
done
echo "ok: an object has the payload of its own build"
hits=$(ccache --print-stats | awk '/^(direct|preprocessed)_cache_hit/ { n += $2 } END { print n + 0 }')
[ "$hits" -ge 1 ] || fail "nothing came from the cache"
echo "ok: $hits from the cache"
