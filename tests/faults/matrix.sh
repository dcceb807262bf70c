#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# time-limit: 600
# Every fault at every step; `make test-faults` shows each of them.
set -eu
rc=0
"$TOP/build/tests/faults/matrix" "$TOP/build/lubench" "$TOP/build/tests/faults/shim.so" >"$TEST_DIR/matrix" || rc=$?
awk '/ passed, .* failed$/ { print $1 + $3, "faults of the run" }' "$TEST_DIR/matrix" >"$TEST_DIR/tried"
cat "$TEST_DIR/matrix"
exit $rc
