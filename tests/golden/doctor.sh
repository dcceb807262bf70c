#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Recorded answers of machines, made up by us: what lubench doctor makes of them, and its exit status. With
# UPDATE=1 what it says is written down instead. Also that its script runs in a plain shell.
set -u
lubench=$TOP/build/lubench
dir=$TOP/tests/golden/doctor
out=$TEST_DIR/out
failed=0
declare -A device=([good]=0000:3a:01.0 [stock]=0000:04:00.0 [arm]=0002:01:00.0)

check() { # WHAT: the last command's status is 0
	if [ $? -eq 0 ]; then echo "ok - $1"; else echo "not ok - $1"; failed=1; fi
}

for f in "$dir"/*.answers; do
	name=$(basename "$f" .answers)
	"$lubench" doctor --answers "$f" ${device[$name]:+--device "${device[$name]}"} >"$out" 2>&1
	echo "exit $?" >>"$out"
	[ -z "${UPDATE:-}" ] || cp "$out" "$dir/$name.expected"
	diff -u "$dir/$name.expected" "$out"
	check "$name"
done
! LC_ALL=C grep -q '[^[:print:][:space:]]' "$dir/hostile.expected"
check "nothing that a terminal would obey"

"$lubench" doctor --answers "$dir/good.answers" --device 0000:3b:00.0 >"$out" 2>&1
[ $? -eq 1 ] && grep -q '^MISSING *device *no device 0000:3b:00.0' "$out"
check "another device than the one that was asked for"
"$lubench" doctor --answers "$dir/good.answers" --device '0000:3a:01.0;reboot' >"$out" 2>&1
[ $? -eq 2 ]
check "what is no address is refused"
"$lubench" doctor --answers "$TEST_DIR/none" >"$out" 2>&1
[ $? -eq 1 ] && grep -q MISSING "$out"
check "no answer at all"

# A host that is reached: an ssh client that answers from a file.
mkdir -p "$TEST_DIR/bin"
printf '#!/bin/sh\ncase "$*" in -G*) exit 1 ;; *"sh -s"*) cat >/dev/null; cat %s ;; esac\n' "$TEST_DIR/said" >"$TEST_DIR/bin/ssh"
chmod +x "$TEST_DIR/bin/ssh"
sed 's/^arch=.*/arch=riscv64/; s/^os=.*/os=Fedora Linux 43/; s/ kho=on//; /^starter=/d; s/^candidate=.*/candidate=0000:01:00.0 0x144d 0xa80a 0x010802 nvme- pf 3- 0000:01:00.0,/' \
	"$dir/good.answers" >"$TEST_DIR/said"
PATH=$TEST_DIR/bin:$PATH LUBENCH_CACHE=$TEST_DIR/cache "$lubench" doctor root@h >"$out" 2>&1
[ $? -eq 1 ] && ! grep -q -e 'emulator' -e 'root image' -e 'ssh key' "$out"
check "with a host only what a host needs counts"
grep -q '^MISSING *architecture *riscv64' "$out"
check "another architecture is missing, not skipped"
grep -q 'mend: grubby --update-kernel=ALL' "$out" && grep -q 'make kernel-install HOST=root@h enables a unit' "$out"
check "remedies are those of its system"
! grep -q '^info *device' "$out"
check "an NVMe device that was never tried is no candidate"

# The same, and its shell is one here: a claim is seen and taken away.
mkdir -p "$TEST_DIR/machine"
cat >"$TEST_DIR/bin/ssh" <<'END'
#!/bin/bash
[ "$1" != -G ] || exit 1
command=${*: -1}
exec bash -c "${command//\/var\/lib\/lubench/$MACHINE}"
END
unlock() { MACHINE=$TEST_DIR/machine PATH=$TEST_DIR/bin:$PATH LUBENCH_CACHE=$TEST_DIR/cache "$lubench" doctor root@h --unlock >"$out" 2>&1; }
unlock && grep -q '^root@h: no run has a claim on it$' "$out"
check "--unlock without a claim"
echo 'run-1 c-1 3600 b me@there' >"$TEST_DIR/machine/owner"
cp "$(command -v sleep)" "$TEST_DIR/machine/agent"
"$TEST_DIR/machine/agent" 100 &
agent=$!
until [ "$(readlink /proc/$agent/exe)" = "$TEST_DIR/machine/agent" ]; do sleep 0.05; done
! unlock && grep -q 'root@h: run run-1 of me@there has an agent at work there' "$out" && [ -e "$TEST_DIR/machine/owner" ]
check "--unlock while an agent is at work"
kill $agent
wait $agent 2>/dev/null
unlock && grep -q '^root@h: the claim of run run-1 of me@there, .* is taken away$' "$out" && [ ! -e "$TEST_DIR/machine/owner" ]
check "--unlock"

# Of this machine, whatever it is: the script comes to its end, and all that it says can be read.
sh -s -- 0000:00:00.0 <"$TOP/bench/doctor/script.sh" >"$TEST_DIR/here" 2>"$TEST_DIR/err"
[ ! -s "$TEST_DIR/err" ] && [ "$(tail -n 1 "$TEST_DIR/here")" = end=1 ]
check "the script runs here without a complaint"
"$lubench" doctor --answers "$TEST_DIR/here" >"$out" 2>&1
[ $? -le 1 ] && ! grep -q 'make no sense' "$out"
check "and is understood"
# While another run may be measuring there the noise is not looked for.
there() { # AGE: what the script says of a machine with a claim of that age
	printf 'run-1 c-1 3600 b me@there\ntaken from run-0 you@there lapsed 9\n' >"$TEST_DIR/machine/owner"
	touch -d "@$(($(date +%s) - $1))" "$TEST_DIR/machine/owner"
	sed "s|^dir=.*|dir=$TEST_DIR/machine|" "$TOP/bench/doctor/script.sh" | sh -s -- >"$TEST_DIR/there" 2>"$TEST_DIR/err"
	"$lubench" doctor --answers "$TEST_DIR/there" >"$out" 2>&1
	[ ! -s "$TEST_DIR/err" ]
}
there 30 && grep -q '^owner=[0-9]* run-1 c-1 3600 b me@there$' "$TEST_DIR/there" && ! grep -q overshoot "$TEST_DIR/there" &&
	grep -q '^info *noise *not looked for, as a run has the machine$' "$out"
check "noise is not looked for on a machine that is claimed"
there -30 && ! grep -q overshoot "$TEST_DIR/there"
check "nor when its clock was set back"
there 5000 && grep -q '^overshoot_us=' "$TEST_DIR/there" && ! grep -q 'not looked for' "$out"
check "but when the claim has lapsed"
exit $failed
