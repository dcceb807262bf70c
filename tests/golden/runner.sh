#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# tests/run.sh and tests/emulated/lib.sh tell what they did not test: made-up tests in a tree of their own.
# shellcheck disable=SC2016 # programs are written here
# shellcheck source=tests/golden/lib.sh
. "$(dirname "$0")/lib.sh"

mkdir -p "$tmp/tests/golden" "$tmp/one"
cp "$top/tests/run.sh" "$tmp/tests/"

made_up() { # NAME SCRIPT
	printf '#!/bin/bash\n%s\n' "$2" >"$tmp/tests/golden/$1.sh"
	chmod +x "$tmp/tests/golden/$1.sh"
}

made_up skips 'echo "skip: no such machine"; exit 4'
! "$tmp/tests/run.sh" golden >"$tmp/out"
check "all skipped is no success"
grep -qx '1 skipped' "$tmp/out" && grep -qx '0 passed, 0 failed' "$tmp/out"
check "and is said"

made_up retries 'echo "vtd-1: hang" >>"$TEST_DIR/retried"; mkdir "$TEST_DIR/vtd-1.hung"'
made_up passes 'touch "$TEST_DIR/x"'
"$tmp/tests/run.sh" golden >"$tmp/out"
check "one that passes is a success"
grep -qx '1 retried' "$tmp/out" && grep -q 'retried: vtd-1: hang' "$tmp/out" && grep -qx '2 passed, 0 failed' "$tmp/out"
check "what was tried again is counted and named"
[ -d "$tmp/build/test-logs/golden/retries.d/vtd-1.hung" ] && [ ! -e "$tmp/build/test-logs/golden/passes.d" ]
check "what it left is kept, the rest is not"

made_up counts 'echo "3 corrupt records" >>"$TEST_DIR/tried"; echo "12 racing calls" >>"$TEST_DIR/tried"; [ -z "${MADE_UP_LOSS:-}" ]'
made_up counts-too 'echo "4 corrupt records" >>"$TEST_DIR/tried"'
"$tmp/tests/run.sh" golden >"$tmp/out"
grep '^tried: ' "$tmp/out" | grep -w '7 corrupt records' | grep -w '12 racing calls' | grep -q ': 0 losses$'
check "what was tried is added up"
! MADE_UP_LOSS=1 "$tmp/tests/run.sh" golden >"$tmp/out"
grep -q '^tried: .*: losses in golden/counts$' "$tmp/out"
check "and who has lost something is named"
rm "$tmp"/tests/golden/counts*.sh

made_up first true
sed -i '2i # time-limit: 900' "$tmp/tests/golden/first.sh"
TEST_DEADLINE=$(($(date +%s) + 900)) "$tmp/tests/run.sh" golden >"$tmp/out"
check "in time all are run"
grep -qx '3 passed, 0 failed' "$tmp/out" && head -n 1 "$tmp/out" | grep -q 'golden/first'
check "what may take longest first"
! TEST_DEADLINE=1 "$tmp/tests/run.sh" golden >"$tmp/out"
check "too late nothing is begun, which is no success"
grep -q '^skip  golden/passes: not begun' "$tmp/out" && grep -q '^4 of them for lack of time' "$tmp/out"
check "and is said"
made_up passes 'sleep 3'
! TEST_DEADLINE=$(($(date +%s) + 2)) "$tmp/tests/run.sh" golden >"$tmp/out"
check "nor is it success when only some were in time"

rm "$tmp"/tests/golden/*.sh
made_up passes 'true'
mkdir "$tmp/tests/emulated"
printf '#!/bin/bash\n[ -e "%s/made" ]\n' "$tmp" >"$tmp/tests/emulated/needs.sh"
chmod +x "$tmp/tests/emulated/needs.sh"
TEST_MEANWHILE="A=1 sh -c 'sleep 2; touch \"$tmp/made\"'" "$tmp/tests/run.sh" golden emulated >"$tmp/out"
check "what is made beside the others is waited for before emulated tests"
grep -qx '2 passed, 0 failed' "$tmp/out"
check "and is no test"
! TEST_MEANWHILE='A=1 sh -c "exit 3"' "$tmp/tests/run.sh" golden emulated >"$tmp/out"
check "when it fails that is no success"
grep -q '^FAIL  A=1 sh .*status 3' "$tmp/out" && grep -qx '2 passed, 1 failed' "$tmp/out"
check "and is said"

# The functions of lib.sh, with a lubench that says what a file holds and fails.
sed -n '/^retried()/,/^# q RUN/p; /^no_splat()/,/^}/p; /^fail()/p' "$top/tests/emulated/lib.sh" >"$tmp/lib.sh"
printf '#!/bin/sh\nmkdir -p "$3"\necho x >>%s/calls\ncat %s/said\nexit 1\n' "$tmp" "$tmp" >"$tmp/lubench"
chmod +x "$tmp/lubench"

tries() { # LINE...: how often run() tries when lubench says that
	rm -rf "$tmp/work" "$tmp/calls"
	mkdir "$tmp/work"
	printf '%s\n' "$@" >"$tmp/said"
	work=$tmp/work lubench=$tmp/lubench bash -c ". '$tmp/lib.sh'; run x" >/dev/null
	wc -l <"$tmp/calls"
}

[ "$(tries 'not ok 1 p # hang: no progress for 70 s in phase jump of the incoming kernel')" = 2 ]
check "a hang before the incoming agent speaks is tried again, once"
[ "$(tries 'not ok 1 p # hang: no progress for 70 s in phase replace of the incoming kernel')" = 1 ]
check "a hang later on is not"
[ "$(tries 'not ok 1 p # hang: no progress for 70 s in phase jump of the incoming kernel' \
	'not ok 2 p # preserve-error: 8 bytes are corrupt')" = 1 ]
check "nor is one beside another failure"

mkdir -p "$tmp/work/none" "$tmp/work/some"
echo 'Linux version 7.3' >"$tmp/work/some/console-1.log"
work=$tmp/work bash -c ". '$tmp/lib.sh'; no_splat some"
check "a console without complaints is fine"
{ echo 'WARNING: CPU: 0 PID: 1'; yes 'a long console' | head -n 20000; } >"$tmp/work/some/console-2.log"
! work=$tmp/work bash -c "set -o pipefail; . '$tmp/lib.sh'; no_splat some" 2>/dev/null
check "a complaint at the head of a long one is seen"
! work=$tmp/work bash -c ". '$tmp/lib.sh'; no_splat none" 2>/dev/null
check "no console is not"
exit $failed
