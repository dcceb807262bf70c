#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# time-limit: 300
# Ansible over two hosts that are there already: both at the same time, one report. Emulated ones stand in for
# them, which is why their records are thrown away.
set -euo pipefail
# shellcheck source=tests/emulated/lib.sh
. "$(dirname "$0")/lib.sh"
[ -n "${TEST_FULL:-}" ] || skip "two machines with a kexec each; make test-full runs it"
command -v ansible-playbook >/dev/null || skip "no ansible-playbook; run: make deps"
# shellcheck source=tests/emulated/machine.sh
. "$(dirname "$0")/machine.sh"

machine one
machine two
first=$(machine_port one)
second=$(machine_port two)
ok "two machines are up after $SECONDS s"

printf '%s\n' '[run]' 'scenario = preserve' 'reps = 1' 'cycles = 1' '[matrix.1]' 'hwpts = 1,2' 'ioas = 64M' 'page = 4K' >"$work/plan.ini"
# What such a machine lacks: its init starts the agent by itself, its device is one that only emulators have, and
# QEMU's TSC does not say that it is invariant.
cat >"$work/inventory.yml" <<END
lubench:
  hosts:
    one: { ansible_port: $first }
    two: { ansible_port: $second }
  vars:
    ansible_host: 127.0.0.1
    lubench_device: "0000:00:04.0"
    lubench_plan: $work/plan.ini
    lubench_kernel: $series
    lubench_workload: lsi
    lubench_may_lack: [incoming agent, clock, device]
    lubench_out: $work/fleet
END
: >"$work/ansible.cfg"
rc=0
LC_ALL=C.UTF-8 ANSIBLE_CONFIG=$work/ansible.cfg ANSIBLE_HOME=$work/ansible ANSIBLE_REMOTE_TMP=$work/ansible/tmp \
	ansible-playbook -i "$work/inventory.yml" bench/fleet/ansible/site.yml >"$work/play.txt" 2>&1 </dev/null || rc=$?
report=$work/fleet/report.txt
[ "$rc" -eq 0 ] || { cat "$work"/fleet/*.txt; show play; fail "the play ended with status $rc"; }

expect "hosts that the report calls ok" "$(grep -c '^ok  *\(one\|two\)$' "$report")" 2
expect "runs in the report with all their cycles" "$(grep -c '^result .*1 of 1 cycles ok; 2 of 2 planned points ok' "$report")" 2
grep -q "^ 1: ssh://root@127.0.0.1:$first, " "$report" || fail "the first host is not side by side with the other"
grep -q "^ 2: ssh://root@127.0.0.1:$second, " "$report" || fail "the second host is not side by side with the other"
for host in one two; do
	expect "$host: points that are ok" "$(q "fleet/$host" '[.[] | select(.kind=="outcome" and .outcome=="ok")] | length')" 2
	expect "$host: samples of something lost, corrupt or refused" \
		"$(q "fleet/$host" '[.[] | select(.kind=="sample" and (.metric | test("^dma.(lost|corrupt|faults)$")) and .value != 0)] | length')" 0
done

at() { # HOST EVENT: when that was first written to its journal; a text that sorts by time
	jq -r "select(.ev == \"$2\") | .t" "$work/fleet/$1/journal.jsonl" | head -n 1
}
[[ $(at one start) < $(at two end) && $(at two start) < $(at one end) ]] || fail "one run waited for the other"
ok "a kexec on each of two hosts through Ansible, at the same time, one report, after $SECONDS s"
