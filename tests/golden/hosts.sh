#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Several hosts in one run, all of them fake: one that fails is left alone, the others go on; one run a host.
# shellcheck source=tests/golden/lib.sh
. "$(dirname "$0")/lib.sh"
lubench=$top/build/lubench
work=$tmp
export LUBENCH_CACHE=$work/cache
printf '[run]\nscenario=preserve\nreps=1\ncycles=4\n[matrix.1]\nhwpts=1,2\nioas=64M\npage=4K\n' >"$work/plan.ini"

hosts() { # DIR TARGET HOST...
	local out=$1 target=$2
	shift 2
	${EXEC:-} "$lubench" run -t "$target" -p "$work/plan.ini" -o "$out" "${@/#/--host=}"
}

outcomes() { # RUN: how often each, by cycle
	jq -r 'select(.kind == "outcome") | "\(.cycle) \(.outcome)"' "$1/samples.jsonl" | sort | uniq -c | tr -s ' \n' ' '
}
all_ok=' 2 1 ok 2 2 ok 2 3 ok 2 4 ok '

hosts "$work/three" fake:b/stall.freeze root@a root@b c >"$work/out" 2>"$work/err"
[ $? -eq 1 ] && [ "$(outcomes "$work/three/a")" = "$all_ok" ] && [ "$(outcomes "$work/three/c")" = "$all_ok" ]
check "a host that fails does not stop the others"
[ "$(outcomes "$work/three/b")" = ' 2 1 hang 2 2 hang 2 3 skip 2 4 skip ' ] &&
	grep -q '"ev":"quarantine","host":"root@b"' "$work/three/b/journal.jsonl" &&
	[ "$(jq -s 'map(select(.kind == "sample")) | length' "$work/three/b/samples.jsonl")" = 0 ]
check "it is left alone after two failures, which is written down, and gives no number"
grep -q '^ok 1 root@a$' "$work/out" && grep -q '^not ok 2 root@b # ' "$work/out" &&
	[ "$(grep -c '^    not ok .*hang' "$work/out")" = 4 ] && [ "$(grep -c '^    ok ' "$work/out")" = 20 ] &&
	grep -q 'root@b: ended with status 1; see .*/three/b/run.log' "$work/err"
check "what it prints names each of them"

grep -q "a: device given back: 0000:00:04.0" "$work/three/a/run.log" &&
grep -q 'b: device given back: 0000:00:04.0' "$work/three/b/run.log"
check "the device is given back at the end, after a quarantine, too"
hosts "$work/busy" fake:noconsole,stall.freeze@4 root@b >"$work/out" 2>"$work/err"
grep -q 'root@b: an agent is at work and has the device; .*: build/lubench doctor root@b --restore$' "$work/err"
check "unless an agent uses it: then it is said how"
hosts "$work/mute" fake:noconsole,lost-ssh.restore@4 a >"$work/out" 2>"$work/err"
grep -q 'a: the device could not be given back: Connection closed.*: build/lubench doctor a --restore$' "$work/err"
check "or when the host does not answer"

[ -e "$work/mute/fake.dir/owner" ] && [ -e "$work/busy/fake.dir/owner" ]
check "the claim stays on it then"

hosts "$work/owned" fake:noconsole,owned root@a >"$work/out" 2>"$work/err"
[ $? -eq 1 ] && grep -q 'root@a belongs to run run-of-another of you@there, .* lapses in 36[0-9]* s; .* build/lubench doctor root@a --unlock$' "$work/err" &&
	grep -q "the host is another run's.* --resume $work/owned$" "$work/err" && ! grep -q 'given back' "$work/err" &&
	[ ! -s "$work/owned/samples.jsonl" ] && ! grep -q intent "$work/owned/journal.jsonl"
check "a host that another controller's run has is left alone"
touch -d '2 hours ago' "$work/owned/fake.dir/owner"
"$lubench" run --resume "$work/owned" >"$work/out" 2>"$work/err" && [ "$(outcomes "$work/owned")" = "$all_ok" ] &&
	grep -q '"ev":"note","text":"root@a was claimed by run run-of-another of you@there, 7[0-9]* s ago; it has lapsed' "$work/owned/journal.jsonl" &&
	[ ! -e "$work/owned/fake.dir/owner" ] && grep -q 'device given back' "$work/err"
check "until its claim has lapsed; and nothing of ours is left at the end"
hosts "$work/several" fake:a/owned,noconsole a b >"$work/out" 2>"$work/err"
[ $? -eq 1 ] && [ "$(outcomes "$work/several/b")" = "$all_ok" ] && [ ! -s "$work/several/a/samples.jsonl" ]
check "other hosts of the run go on"

# Each fake machine is in its run's directory: what a run has left on one is taken to the next.
EXEC="exec" hosts "$work/first" fake:noconsole,slow a >/dev/null 2>&1 &
slow=$!
for _ in $(seq 100); do
	grep -qs intent "$work/first/journal.jsonl" && break
	sleep 0.05
done
kill -9 $slow
wait $slow 2>/dev/null
mkdir -p "$work/next" "$work/name" "$work/cache2"
cp -pr "$work/first/fake.dir" "$work/next"
cp -pr "$work/first/fake.dir" "$work/name"
cp -pr "$work/first/fake.dir" "$work/cache2"
read -r first_run _ <"$work/first/fake.dir/owner"
hosts "$work/next" fake:noconsole root@a >/dev/null 2>&1 && [ "$(outcomes "$work/next")" = "$all_ok" ] &&
	grep -q "\"ev\":\"note\",\"text\":\"root@a was claimed by run $first_run of .* is dead" "$work/next/journal.jsonl"
check "the claim of a run that was killed here is taken over"
# Fresh for as long as it takes.
touch -d 'tomorrow' "$work/name/fake.dir/owner" "$work/cache2/fake.dir/owner"
hosts "$work/name" fake:noconsole a.example >/dev/null 2>"$work/err"
[ $? -eq 1 ] && grep -q "a.example belongs to run $first_run of " "$work/err" && [ ! -s "$work/name/samples.jsonl" ]
check "not under another name, whose lock proves nothing"
LUBENCH_CACHE=$work/other-cache hosts "$work/cache2" fake:noconsole a >/dev/null 2>"$work/err"
[ $? -eq 1 ] && grep -q "a belongs to run $first_run of " "$work/err" && [ ! -s "$work/cache2/samples.jsonl" ]
check "nor by another user"
cp -pr "$work/first" "$work/shared"
LUBENCH_CACHE=$work/other-cache "$lubench" run --resume "$work/shared" >/dev/null 2>"$work/err"
[ $? -eq 1 ] && grep -q 'a is claimed for this very run by another controller, .* build/lubench doctor a --unlock$' "$work/err" &&
	! grep -q 'given back' "$work/err"
check "nor by another controller that resumes the very run"
grep -qs "$(cat /etc/machine-id || hostname)" "$work/first/fake.dir/owner" "$work"/cache/host-*.lock
[ $? -eq 1 ]
check "this machine's id is nowhere"

# The kind "host" itself, with a client whose far side is a shell here. Agent and kernel are not what they say.
mkdir "$work/bin" "$work/machine"
cat >"$work/bin/ssh" <<'END'
#!/bin/bash
[ "$1" != -G ] || exit 1
command=${*: -1}
exec bash -c "${command//\/var\/lib\/lubench/$MACHINE}"
END
printf '#!/bin/sh\nexit 1\n' >"$work/agent"
chmod +x "$work/bin/ssh" "$work/agent"
real() { # DIR
	MACHINE=$work/machine PATH=$work/bin:$PATH "$lubench" run -H root@real -d 0000:00:1f.7 -w igb -k "$work/agent" \
		--agent "$work/agent" --boot none -p "$work/plan.ini" -o "$1" --console "cat $work/machine/owner" >"$work/out" 2>"$work/err"
}
echo 'run-1 c-1 3600 b me@there' >"$work/machine/owner"
real "$work/real"
[ $? -eq 1 ] && grep -q 'root@real belongs to run run-1 of me@there, ' "$work/err" && [ ! -e "$work/machine/agent" ] &&
	[ ! -s "$work/real/samples.jsonl" ] && grep -q '^run-1 ' "$work/machine/owner"
check "over ssh: nothing is copied to a host of another run"
rm "$work/machine/owner"
real "$work/real2"
[ $? -eq 1 ] && [ -e "$work/machine/agent" ] && [ ! -e "$work/machine/owner" ] && grep -q 'agent probe. failed' "$work/err"
check "and one that nobody has is free again after a run that got nowhere"

# Giving a device back by hand: not from under another run, whose cycle may be the next thing to happen.
restore() { # CACHE
	MACHINE=$work/machine PATH=$work/bin:$PATH LUBENCH_CACHE=$1 timeout 60 "$lubench" doctor a --restore >"$work/out" 2>"$work/err"
}
taken() {
	echo '0000:00:1f.7 igb' >"$work/machine/undo"
	cp -p "$work/first/fake.dir/owner" "$work/machine/owner"
	touch "$work/machine/owner"
	printf '#!/bin/sh\nrm "%s/undo"\n' "$work/machine" >"$work/machine/agent"
	chmod +x "$work/machine/agent"
}
taken
! restore "$work/other-cache" && [ -e "$work/machine/undo" ] &&
	grep -q "a belongs to run $first_run of .* build/lubench doctor a --unlock" "$work/err"
check "--restore leaves the device of another controller's run"
restore "$work/cache" && [ ! -e "$work/machine/undo" ] && grep -q 'given back: 0000:00:1f.7 igb' "$work/out"
check "that of a run of this controller, which is dead, it gives back"
taken
touch -d '2 days ago' "$work/machine/owner"
restore "$work/other-cache" && [ ! -e "$work/machine/undo" ]
check "and that of one whose claim has lapsed"
taken
rm "$work/machine/owner"
restore "$work/other-cache" && [ ! -e "$work/machine/undo" ]
check "and one that nobody claims"
taken
EXEC="exec" hosts "$work/live" fake:slow a >/dev/null 2>&1 &
slow=$!
for _ in $(seq 100); do
	grep -qs intent "$work/live/journal.jsonl" && break
	sleep 0.05
done
! restore "$work/cache" && [ -e "$work/machine/undo" ] && grep -q 'a is in use by another run on this machine' "$work/err"
check "not while a run of this controller is at work"
kill -9 $slow
wait $slow 2>/dev/null
rm -f "$work/machine"/*

hosts "$work/unbegun" fake a b >/dev/null 2>&1
rm -r "$work/unbegun/a/journal.jsonl" "$work/unbegun/a/samples.jsonl" "$work/unbegun/a/plan.ini"
rm -r "$work/unbegun/b"
sed 's/^cycles=.*/cycles=1/' "$work/plan.ini" >"$work/other.ini"
mv "$work/plan.ini" "$work/kept.ini" && mv "$work/other.ini" "$work/plan.ini"
"$lubench" run --resume "$work/unbegun" >"$work/out" 2>"$work/err" && [ "$(outcomes "$work/unbegun/a")" = "$all_ok" ] &&
	[ "$(outcomes "$work/unbegun/b")" = "$all_ok" ]
check "hosts that had not begun when the controller was killed begin, with the plan of then"
mv "$work/kept.ini" "$work/plan.ini"
hosts "$work/nothing" fake:noconsole,nolu a >"$work/out" 2>"$work/err"
[ $? -eq 1 ] && grep -q 'nothing was measured on a; ' "$work/err" && [ "$(grep -c '^ok .*SKIP' "$work/out")" = 8 ]
check "a run without any number does not end well"

EXEC="exec" hosts "$work/held" fake:slow a >/dev/null 2>&1 &
slow=$!
for _ in $(seq 100); do
	grep -qs intent "$work/held/journal.jsonl" && break
	sleep 0.05
done
hosts "$work/second" fake root@a >/dev/null 2>"$work/err"
[ $? -eq 1 ] && grep -q 'root@a is in use by another run' "$work/err" && [ ! -e "$work/second" ]
check "a host that has a run gets no second one"
hosts "$work/other" fake b >/dev/null 2>&1
check "another host does"
kill -9 $slow
wait $slow 2>/dev/null
hosts "$work/second" fake root@a >/dev/null 2>&1
check "the lock goes with the process"

EXEC="exec" hosts "$work/killed" fake:noconsole,slow@3 a b >/dev/null 2>&1 &
slow=$!
for _ in $(seq 200); do
	[ "$(cat "$work"/killed/*/journal.jsonl 2>/dev/null | grep -c '"intent","cycle":3')" = 2 ] && break
	sleep 0.05
done
kill -9 $slow
wait $slow 2>/dev/null
# Made for this test only: the fault does not come back.
sed -i 's/,slow@3//' "$work"/killed/*/journal.jsonl
"$lubench" run --resume "$work/killed" >/dev/null 2>&1 && [ "$(outcomes "$work/killed/a")" = "$all_ok" ] &&
	[ "$(outcomes "$work/killed/b")" = "$all_ok" ]
check "both go on after the controller was killed"

EXEC="exec" hosts "$work/stopped" fake:noconsole,slow a b >/dev/null 2>"$work/err" &
slow=$!
for _ in $(seq 200); do
	[ "$(cat "$work"/stopped/*/journal.jsonl 2>/dev/null | grep -c '"intent"')" = 2 ] && break
	sleep 0.05
done
kill -TERM $slow
wait $slow
[ $? -eq 130 ] && grep -q -- '--resume .*/stopped$' "$work/err" &&
	[ "$(cat "$work"/stopped/*/journal.jsonl | grep -c '"interrupted"')" = 2 ]
check "a request to stop reaches all of them"
grep -q 'an agent is at work and has the device; .* --restore$' "$work"/stopped/*/run.log
check "and what has to be done later is said"

[ -n "$(find "$work/three" -type f)" ] && [ -z "$(find "$work/three" "$work/killed" -perm /077)" ]
check "nobody else reads what a run leaves"

# The console command of the documentation as it is typed, with a word that make would take for a variable of its own.
console=$(sed -n "s/.*CONSOLE='\([^']*\)'.*/\1/p" "$top/docs/real-hosts.md")
MAKEFLAGS='' make -n --no-print-directory bench HOST=root@a DEVICE=0000:3b:00.0 WORKLOAD=igb "CONSOLE=$console" >"$work/out" 2>"$work/err"
[ -n "$console" ] && grep -qF -- "--console '$console' " "$work/out"
check "make hands the console command on as it is"

hosts "$work/same" fake root@a me@a >/dev/null 2>"$work/err"
[ $? -eq 2 ] && grep -q 'are one machine' "$work/err"
check "one machine under two names is refused"
"$lubench" run -t fake -H a -H b -H c -d 0000:00:01.0 -d 0000:00:02.0 -o "$work/devices" >/dev/null 2>"$work/err"
[ $? -eq 2 ] && grep -q '2 devices for 3 hosts' "$work/err"
check "two devices for three hosts are refused"
exit $failed
