#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# time-limit: 300
# Taking devices over after a kexec fails. A failed BIND costs nothing: DMA goes on, and the next one
# works. A cdev that can not be retrieved is lost for good: its device is stopped, and the session can
# be finished without it.
set -euo pipefail
# shellcheck source=tests/emulated/lib.sh
. "$(dirname "$0")/lib.sh"

dir=/var/lib/lubench

for t in "${sample[@]}"; do
	use "$t"
	name=takeover-$t
	program=$(guest_program takeover engines)
	guest "$name" --second -t "$t" -k "$series" --push "$program" \
		--after "cat $dir/outgoing.log; $dir/takeover incoming 2>&1" \
		"setsid $dir/takeover outgoing >$dir/outgoing.log 2>&1 </dev/null &"
	checks "$name"
	no_splat "$name"
	ok "$t: $(grep -ac '^ok' "$work/$name.txt") checks around a kexec"
done
