#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# time-limit: 300
# The Ansible role over three hosts, none of which is a machine: one that is measured, one whose cycles fail, and one
# that does not answer. One report about all of them, and the play's exit status. And the templates for LAVA and tmt.
set -u
ansible=$TOP/bench/fleet/ansible
python=/usr/bin/python3
command -v ansible-playbook >/dev/null || { echo "no ansible-playbook; run: make deps"; exit 4; }
"$python" -c 'import yaml' 2>/dev/null || { echo "no python3-yaml; run: make deps"; exit 4; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
export LUBENCH_CACHE=$work/cache LUBENCH=$TOP/build/lubench VERDICT=0
: >"$work/ansible.cfg"
export LC_ALL=C.UTF-8 ANSIBLE_CONFIG=$work/ansible.cfg ANSIBLE_HOME=$work/ansible ANSIBLE_REMOTE_TMP=$work/ansible/tmp ANSIBLE_NOCOLOR=1

check() { # WHAT: the last command's status is 0
	if [ $? -eq 0 ]; then
		echo "ok - $1"
	else
		echo "not ok - $1"
		[ ! -e "$work/play.txt" ] || tail -n 40 "$work/play.txt" | sed 's/^/# /'
		failed=1
	fi
}

# A lubench to which three machines belong. The doctor's lines are such as it writes.
cat >"$work/lubench" <<'END'
#!/bin/sh
case $1 in
doctor)
	case $2 in
	*@gone)
		echo "MISSING  root image       /nowhere: make image"
		echo "MISSING  host             $2: ssh must work without a password"
		echo "lubench: cannot reach $2 over ssh: no route {{ 6 * 7 }}" >&2
		exit 1
		;;
	*@good*)
		echo "MISSING  root image       /nowhere: make image"
		echo "ok       host             $2"
		exit 1
		;;
	*) exit 0 ;;
	esac
	;;
run)
	shift
	exec "$LUBENCH" run --target fake:bad/stall.freeze "$@"
	;;
report)
	"$LUBENCH" "$@" || rc=$?
	[ "$VERDICT" -eq 0 ] || echo "lubench: run x: a verdict is FAIL; see its report" >&2
	[ "$VERDICT" -eq 0 ] && exit "${rc:-0}"
	exit "$VERDICT"
	;;
esac
END
chmod +x "$work/lubench"
printf '[run]\nscenario=preserve\nreps=1\ncycles=2\n[matrix.1]\nhwpts=1,2\nioas=64M\npage=4K\n' >"$work/plan.ini"
cat >"$work/inventory.yml" <<END
lubench:
  hosts:
    a:
      ansible_host: good
      ansible_port: 2222
      lubench_device: "0000:00:04.0"
      lubench_mode: rebuild
    b:
      ansible_host: bad
      ansible_user: admin
      lubench_device: "0000:5e:00.0"
    c:
      ansible_host: gone
      lubench_device: "0000:5e:00.0"
  vars:
    ansible_password: to-be-seen-nowhere
    lubench_path: $work/lubench
    lubench_kernel: series
    lubench_plan: $work/plan.ini
    lubench_options: ["--slowdown", "2"]
END

play() { # DIR OPTION...: results in DIR, what is said in play.txt
	local out=$1
	shift
	ansible-playbook -i "$work/inventory.yml" -e "lubench_out=$out" "$@" "$ansible/site.yml" >"$work/play.txt" 2>&1 </dev/null
}

of() { # RUN KEY: of the journal's first line
	jq -r "select(.ev == \"start\") | .$2" "$work/all/$1/journal.jsonl"
}

ansible-playbook --syntax-check -i "$ansible/inventory.yml" "$ansible/site.yml" >"$work/play.txt" 2>&1
check "the playbook is one, with its example of an inventory"

play "$work/all"
[ $? -eq 2 ]
check "the play fails when a host does"
report=$work/all/report.txt
[ "$(sed '/^$/,$d; /^lubench: run /d; s/  */ /g' "$report")" = "Hosts
ok a
FAILED b status 1: hang: no progress for 0 s in phase freeze of the outgoing kernel
left out c MISSING host root@gone: ssh must work without a password; lubench: cannot reach root@gone over ssh: no route {{ 6 * 7 }}" ]
check "the report begins with the hosts, and why two of them are not measured"
grep -q '^ 1: ssh://root@good:2222, run ' "$report" && grep -q '^ 2: admin@bad, run ' "$report" &&
	grep -q '^  ok cycles / planned  *2/2  *0/2$' "$report" && [ "$(grep -c '^lubench   run ' "$report")" = 2 ]
check "both that have records are in it, side by side"
[ "$(jq -s 'map(select(.kind == "sample")) | length' "$work/all/b/samples.jsonl")" = 0 ] && [ ! -e "$work/all/c" ]
check "a host that failed gives no number, and one that was left out has no run"
[ "$(of a device) $(of a mode) $(of a slowdown)" = '0000:00:04.0 rebuild 2' ] && [ "$(of b device) $(of b mode)" = '0000:5e:00.0 preserve' ]
check "each is run with its own variables and those of all"
grep -q '^ok 4 ' "$work/all/a.txt" && grep -q '^lubench: cycle 2 of 2' "$work/all/b.txt" && grep -q '^MISSING  host ' "$work/all/c.txt"
check "what lubench said is kept for each"
[ -z "$(find "$work/all" -perm /077)" ] && ! grep -rq to-be-seen-nowhere "$work/all" "$work/play.txt"
check "nobody else reads it, and a password is not in it"

play "$work/all" --limit a
[ $? -eq 2 ] && grep -q 'is there already: give another lubench_out' "$work/play.txt" && [ "$(grep -c '^left out' "$report")" = 1 ]
check "results that are there are not written over"
play "$work/good" --limit a &&
	grep -q '^ok  *a$' "$work/good/report.txt" && grep -q '^result .*2 of 2 cycles ok' "$work/good/report.txt"
check "the play ends well when all hosts do"
VERDICT=1 play "$work/verdict" --limit a
[ $? -eq 2 ] && grep -q 'a verdict is FAIL' "$work/verdict/report.txt" && grep -q '^result .*2 of 2 cycles ok' "$work/verdict/report.txt"
check "it fails when a verdict is FAIL"

rm -f "$work/play.txt"
templates() { # KIND FILE...
	PYTHONDONTWRITEBYTECODE=1 "$python" "$TOP/tests/golden/fleet.py" "$@" >"$work/templates.txt" 2>&1
}
for one in "lava $TOP/bench/fleet/lava/job.yaml" "tmt $TOP/bench/fleet/tmt/plan.fmf $TOP/bench/fleet/tmt/run.fmf"; do
	# shellcheck disable=SC2086 # words are meant
	templates $one
	check "$(sed "s|$TOP/||" "$work/templates.txt" | paste -sd, | sed 's/,/, /g')"
done
[ "$(cat "$TOP/bench/fleet/tmt/.fmf/version")" = 1 ]
check "tmt finds its tree"
# What nobody would see until the job is sent.
sed 's/^visibility: .*//' "$TOP/bench/fleet/lava/job.yaml" >"$work/job.yaml"
! templates lava "$work/job.yaml" && grep -q 'job: no visibility' "$work/templates.txt"
check "a job that lacks something is found out"
sed 's/^provision:/provide:/' "$TOP/bench/fleet/tmt/plan.fmf" >"$work/plan.fmf"
! templates tmt "$work/plan.fmf" && grep -q 'plan: ' "$work/templates.txt"
check "so is a plan with a key that is none"
exit $failed
