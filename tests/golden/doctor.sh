#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Recorded answers of machines, made up by us: what lubench doctor makes of them, and its exit status. With
# UPDATE=1 what it says is written down instead. Also that its script runs in a plain shell.
set -u
lubench=$TOP/build/lubench
dir=$TOP/tests/golden/doctor
out=$TEST_DIR/out
failed=0
declare -A device=([good]=0000:3a:01.0 [stock]=0000:04:00.0 [arm]=0002:01:00.0)

check() { # WHAT: the last command's status is 0
	if [ $? -eq 0 ]; then echo "ok - $1"; else echo "not ok - $1"; failed=1; fi
}

for f in "$dir"/*.answers; do
	name=$(basename "$f" .answers)
	"$lubench" doctor --answers "$f" ${device[$name]:+--device "${device[$name]}"} >"$out" 2>&1
	echo "exit $?" >>"$out"
	[ -z "${UPDATE:-}" ] || cp "$out" "$dir/$name.expected"
	diff -u "$dir/$name.expected" "$out"
	check "$name"
done
! LC_ALL=C grep -q '[^[:print:][:space:]]' "$dir/hostile.expected"
check "nothing that a terminal would obey"

"$lubench" doctor --answers "$dir/good.answers" --device 0000:3b:00.0 >"$out" 2>&1
[ $? -eq 1 ] && grep -q '^MISSING *device *no device 0000:3b:00.0' "$out"
check "another device than the one that was asked for"
"$lubench" doctor --answers "$dir/good.answers" --device '0000:3a:01.0;reboot' >"$out" 2>&1
[ $? -eq 2 ]
check "what is no address is refused"
"$lubench" doctor --answers "$TEST_DIR/none" >"$out" 2>&1
[ $? -eq 1 ] && grep -q MISSING "$out"
check "no answer at all"

# Of this machine, whatever it is: the script comes to its end, and all that it says can be read.
sh -s -- 0000:00:00.0 <"$TOP/bench/doctor/script.sh" >"$TEST_DIR/here" 2>"$TEST_DIR/err"
[ ! -s "$TEST_DIR/err" ] && [ "$(tail -n 1 "$TEST_DIR/here")" = end=1 ]
check "the script runs here without a complaint"
"$lubench" doctor --answers "$TEST_DIR/here" >"$out" 2>&1
[ $? -le 1 ] && ! grep -q 'make no sense' "$out"
check "and is understood"
exit $failed
