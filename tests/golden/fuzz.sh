#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The kept inputs of all parsers of foreign data, with sanitizers; `make fuzz` looks for new ones.
set -u
failed=0
for dir in "$TOP"/tests/fuzz/corpus/*/; do
	name=$(basename "$dir")
	if "$TOP/build/fuzz/replay/$name" "$dir" >"$TEST_DIR/out" 2>"$TEST_DIR/$name.err"; then
		echo "ok - $name: $(tail -n 1 "$TEST_DIR/out")"
	else
		echo "not ok - $name"
		grep -a -m 3 -E '^# |ERROR|runtime error' "$TEST_DIR/$name.err" | tail -n 2
		tail -n 12 "$TEST_DIR/$name.err"
		failed=1
	fi
done
exit $failed
