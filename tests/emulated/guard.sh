#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# time-limit: 900
# The innermost ring of watchdogs, on a machine that has one: it bites when the agent falls silent and when the next
# kernel does not come to its driver, and it bites nobody who works, or is done, or was killed and cleaned up after.
set -euo pipefail
# shellcheck source=tests/emulated/lib.sh
. "$(dirname "$0")/lib.sh"

dir=/var/lib/lubench

watchdog_too

# bitten NAME OPTION... COMMAND: the machine ends itself before the command does, or its time is over
bitten() {
	local name=$1
	shift
	guest "$name" --timeout 200 -t "$t" -k "$series" --append watchdog.stop_on_reboot=0 --push "$program" "$@"
	[ "$rc" -ne 0 ] || { show "$name"; fail "$t: nothing bit"; }
	! grep -Eq 'time limit|no kernel came up' "$work/$name.txt" || { show "$name"; fail "$t: nothing bit within 200 s"; }
	grep -aq 'lubench: the watchdog is armed: i6300ESB' "$work/$name/console-1.log" || { show "$name"; fail "$t: it was not armed"; }
}

for t in "${sample[@]}"; do
	use "$t"
	program=$(guest_program guard)

	guest "works-$t" --timeout 120 -t "$t" -k "$series" --push "$program" "$dir/guard works 6"
	checks "works-$t"
	ok "$t: an agent that works twice as long as the limit, and a machine afterwards, are left alone"

	guest "dies-$t" --timeout 120 -t "$t" -k "$series" --push "$program" --push "build/agent/$arch/lubench-agent" \
		"$dir/guard dies 10; cat /sys/class/watchdog/watchdog0/state; $dir/lubench-agent undo $dir && sleep 14 && echo alive"
	grep -qx active "$work/dies-$t.txt" || { show "dies-$t"; fail "$t: an agent that died has left nothing armed: this proves nothing"; }
	grep -qx alive "$work/dies-$t.txt" || { show "dies-$t"; fail "$t: undo does not disarm what a dead agent has left"; }
	ok "$t: what an agent that died has armed and set, undo puts back"

	guest "after-$t" --timeout 120 -t "$t" -k "$series" --push "$program" --push "build/agent/$arch/lubench-agent" \
		"$dir/guard dies-incoming 10; cat /sys/class/watchdog/watchdog0/state; $dir/lubench-agent undo $dir && sleep 14 && echo alive"
	grep -qx active "$work/after-$t.txt" || { show "after-$t"; fail "$t: an incoming agent that died has left nothing armed: this proves nothing"; }
	grep -qx alive "$work/after-$t.txt" || { show "after-$t"; fail "$t: undo does not disarm what a dead incoming agent has left"; }
	ok "$t: the same after the kexec, where there is nothing to put back"

	bitten "silent-$t" "$dir/guard silent 10"
	ok "$t: an agent that falls silent: the machine is reset"

	bitten "over-$t" --after 'sleep 190' "setsid $dir/guard over 10 >/dev/null 2>&1 </dev/null &"
	grep -aq 'initcall_blacklist=esb_driver_init' "$work/over-$t/console-1.log" || { show "over-$t"; fail "$t: no kexec"; }
	ok "$t: armed before the kexec, it resets a machine whose next kernel does not come to its driver"

	guest "left-$t" --timeout 120 -t "$t" -k "$series" --push "$program" --after 'sleep 14; echo alive' \
		"setsid $dir/guard over 10 >/dev/null 2>&1 </dev/null &"
	grep -qx alive "$work/left-$t.txt" || { show "left-$t"; fail "$t: it goes on through a kexec that nobody has allowed it for"; }
	grep -aq 'lubench: the watchdog is off' "$work/left-$t/console-1.log" || { show "left-$t"; fail "$t: it was not armed: this proves nothing"; }
	ok "$t: without watchdog.stop_on_reboot=0 it is ended before the kexec"
done
