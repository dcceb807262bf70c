#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# time-limit: 300
# What can be done to a device or a descriptor while it is preserved, against preserve: detach and attach, replace, a
# second session, death of the holder, fork, close of every descriptor; and a freeze that fails in the last file.
# findings.sh has map, unmap, create, mark, destroy.
set -euo pipefail
# shellcheck source=tests/emulated/lib.sh
. "$(dirname "$0")/lib.sh"

for t in "${modes[@]}"; do
	use "$t"
	name=races-$t
	program=$(guest_program races)
	guest "$name" --second -t "$t" -k "$series" --push "$program" --push "$series" \
		"cd /var/lib/lubench && mv ${series##*/} kernel && ./races 2>&1"
	tried "$(sed -n 's/.* rounds, \([0-9]*\) racing calls$/\1/p' "$work/$name.txt" | awk '{ n += $1 } END { print n + 0 }')" racing calls
	checks "$name"
	no_splat "$name"
	ok "$t: $(sed -n 's/^ok - \(.*\) racing calls$/\1/p' "$work/$name.txt" | paste -sd';')"
done
