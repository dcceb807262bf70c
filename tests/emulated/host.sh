#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# time-limit: 400
# A machine that is already there, reached as HOST is: nothing launches it, nothing looks into its memory, and its
# console is what a command shows. An emulated one stands in for it, which is why its records are thrown away.
set -euo pipefail
# shellcheck source=tests/emulated/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/emulated/machine.sh
. "$(dirname "$0")/machine.sh"

printf '%s\n' '[run]' 'scenario = preserve' 'reps = 1' 'cycles = 1' 'memory = 2G' \
	'[matrix.1]' 'hwpts = 1,2' 'ioas = 64M' 'page = 4K' >"$work/plan.ini"

watchdog_too
# on_host COMMAND: as somebody else
on_host() {
	timeout 20 ssh -F /dev/null -oIdentitiesOnly=yes -oIdentityFile="$LUBENCH_CACHE/ssh/id_ed25519" -oStrictHostKeyChecking=no \
		-oUserKnownHostsFile=/dev/null -oLogLevel=ERROR -oBatchMode=yes "$host" "$1" </dev/null || :
}

# at_work RUN: waits until its agent is: from the first phase on
at_work() {
	for _ in $(seq 600); do
		! grep -aq 'lubench: cycle=1 phase=' "$work/$1/console-1.log" 2>/dev/null || return 0
		kill -0 $runner 2>/dev/null || return 0
		sleep 0.1
	done
}

machine machine
port=$(machine_port machine)
host=ssh://root@127.0.0.1:$port

rc=0
"$lubench" doctor "$host" >"$work/doctor.txt" 2>&1 || rc=$?
grep -E '^ok +host ' "$work/doctor.txt" || { show doctor; fail "doctor does not reach the host"; }

run nodevice --host "$host" -p "$work/plan.ini" -k "$series"
expect "without --device: exit status" "$rc" 2

run wrong --host ssh://root@127.0.0.1:1 --device 0000:00:04.0 -w lsi -p "$work/plan.ini" -k "$series"
[ "$rc" -ne 0 ] || fail "a host that does not answer: the run ended well"
grep -q '^lubench: cannot reach .*ssh' "$work/wrong.txt" || { show wrong; fail "a host that does not answer: no clear message"; }
ok "a host that does not answer: $(sed -n 's/^lubench: cannot/cannot/p' "$work/wrong.txt" | head -n 1)"

run run --host "$host" --device 0000:00:04.0 -w lsi -p "$work/plan.ini" -k "$series"
[ "$rc" -eq 0 ] || { show run; fail "exit status $rc"; }
expect "points that are ok" "$(q run '[.[] | select(.kind=="outcome" and .outcome=="ok")] | length')" 2
expect "samples of something lost, corrupt or refused" \
	"$(q run '[.[] | select(.kind=="sample" and (.metric | test("^dma.(lost|corrupt|faults)$")) and .value != 0)] | length')" 0
expect "gaps, which nobody could see" "$(q run '[.[] | select(.kind=="sample" and .metric=="dma.gap")] | length')" 0
"$lubench" doctor "$host" --unlock >"$work/unlock.txt" 2>&1 || { show unlock; fail "doctor --unlock"; }
grep -q ': no run has a claim on it$' "$work/unlock.txt" || { show unlock; fail "the run has left its claim on the host"; }
"$lubench" report "$work/run" >"$work/report.txt"
grep -q 'UNDECIDED' "$work/report.txt" || { show report; fail "the report gives a verdict without gaps"; }
ok "a kexec on a host that was reached over ssh alone"

# Each kernel's agent has armed its watchdog and ended it; nobody has allowed it to go on through the kexec.
guards=$(grep -ao 'lubench: the watchdog is [a-z]*' "$work/machine/console-1.log" | awk '{ print $NF }' | paste -sd' ')
expect "the watchdog of the two kernels" "$guards" "armed off armed off"
line=$(grep -a 'Command line: ' "$work/machine/console-1.log" | tail -n 1)
[[ $line == *" oops=panic softlockup_panic=1"* && $line == *" panic=-1 "* && $line != *"panic=30"* ]] ||
	fail "the words that guard the next kernel: $line"
ok "the watchdog was armed and ended in both kernels; what the host says of panics is left"

# The console makes the difference between a machine that is lost and one that has said why.
console="tail -n 0 -F $work/machine/console-1.log"
"$lubench" run -o "$work/panic" --host "$host" --device 0000:00:04.0 -w lsi -p "$work/plan.ini" -k "$series" --console "$console" \
	>"$work/panic.txt" 2>&1 </dev/null &
runner=$!
at_work panic
on_host 'echo c >/proc/sysrq-trigger'
rc=0
wait $runner || rc=$?
[ "$rc" -ne 0 ] || fail "a run on a machine that has crashed ends well"
[ -s "$work/panic/samples.jsonl" ] || { show panic; fail "no record of the crash"; }
q panic '.[] | select(.kind=="outcome") | "\(.outcome): \(.reason)"' | sort -u >"$work/panic.why"
grep -Eqx 'panic-(outgoing|incoming): .*sysrq triggered crash.*' "$work/panic.why" || { show panic; cat "$work/panic.why"; fail "the panic on the console is not the outcome"; }
expect "console commands left" "$(pgrep -cf "^$console" || :)" 0
ok "a crash on a host is seen on its console: $(head -n 1 "$work/panic.why")"

# The agent as first process, on a machine whose init is no systemd; and somebody who computes there meanwhile.
machine bare
host=ssh://root@127.0.0.1:$(machine_port bare)
run bare --host "$host" --device 0000:00:04.0 -w lsi -p "$work/plan.ini" -k "$series" --boot agent
[ "$rc" -eq 0 ] || { show bare; fail "boot way agent, bare init: exit status $rc"; }
expect "boot way agent, bare init: points that are ok" "$(q bare '[.[] | select(.kind=="outcome" and .outcome=="ok")] | length')" 2
expect "boot way in the record" "$(q bare '.[] | select(.kind=="run") | .boot' | tr -d '"')" agent
ok "boot way agent on a machine with a bare init"

printf '%s\n' '[run]' 'scenario = preserve' 'reps = 2000' 'cycles = 1' 'memory = 2G' \
	'[matrix.1]' 'hwpts = 1,2' 'ioas = 64M' 'page = 4K' >"$work/long.ini"
machine company
host=ssh://root@127.0.0.1:$(machine_port company)
"$lubench" run -o "$work/company.run" --host "$host" --device 0000:00:04.0 -w lsi -p "$work/long.ini" -k "$series" \
	--console "tail -n 0 -F $work/company/console-1.log" >"$work/company.run.txt" 2>&1 </dev/null &
runner=$!
at_work company.run
on_host 'timeout 300 sh -c "while :; do :; done" >/dev/null 2>&1 &'
rc=0
wait $runner || rc=$?
[ "$rc" -ne 0 ] || { show company.run; fail "a cycle beside which somebody computes ends well"; }
expect "its outcomes" "$(q company.run '[.[] | select(.kind=="outcome") | .outcome] | unique | join(",")')" disturbed
expect "its numbers" "$(q company.run '[.[] | select(.kind=="sample" and .value != null)] | length')" 0
ok "load of somebody else: $(q company.run '[.[] | select(.kind=="outcome") | .reason][0]' | cut -c1-80)"
