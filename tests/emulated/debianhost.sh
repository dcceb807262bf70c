#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# time-limit: 3600
# A machine with a stock Debian system, which the suite knows only as HOST=: a kernel with its configuration is made
# and installed as a package, and plans run over kexecs in both boot ways. Its records are thrown away.
set -euo pipefail
# shellcheck source=tests/emulated/lib.sh
. "$(dirname "$0")/lib.sh"

[ -n "${TEST_FULL:-}" ] || skip "builds a kernel and a Debian system; make test-full runs it"
[ "$(uname -m)" = x86_64 ] || skip "the Debian system is one for x86_64"
[ -z "${VARIANT:-}${KSRC:-}" ] || skip "not with VARIANT or KSRC"
use vtd
own=$LUBENCH_CACHE/kernels/x86_64-base/config
[ -r "$own" ] || skip "no base kernel in the cache; run: make kernel-base"
image=$(tests/emulated/debian/image.sh)

eval "$(ssh-agent)" >/dev/null
machine=
trap '[ -z "$machine" ] || kill $machine 2>/dev/null || :; ssh-agent -k >/dev/null; [ -z "${host_dir:-}" ] || rm -rf "$host_dir"' EXIT
ssh-add -q "$LUBENCH_CACHE/ssh/id_ed25519"

# start: on a port that nobody has; QEMU ends at once where somebody does
start() {
	for _ in 1 2 3 4 5; do
		port=$((20000 + RANDOM % 20000))
		qemu-system-x86_64 -nodefaults -nographic -machine q35 -accel tcg -cpu max -smp 2 -m 3072M \
			-device intel-iommu,intremap=on,aw-bits=48 -device lsi53c895a,addr=04.0 \
			-netdev "user,id=n,hostfwd=tcp:127.0.0.1:$port-:22" -device virtio-net-pci,netdev=n \
			-drive "if=none,id=d,format=raw,snapshot=on,cache=unsafe,file=$image/root.ext4" -device virtio-blk-pci,drive=d \
			-serial "file:$work/console.log" -kernel "$image/vmlinuz" -initrd "$image/initrd.img" \
			-append "console=ttyS0 root=/dev/vda ro no_timer_check" </dev/null >"$work/qemu.txt" 2>&1 &
		machine=$!
		sleep 2
		! kill -0 $machine 2>/dev/null || return 0
	done
	cat "$work/qemu.txt"
	fail "no machine comes up"
}
start
host=ssh://root@127.0.0.1:$port
host_dir=$LUBENCH_CACHE/hosts/127.0.0.1_$port
rm -rf "$host_dir"

# on_host COMMAND: patient, as its sshd takes 30 s for a connection when others are busy beside the emulator
on_host() {
	timeout 120 ssh -oBatchMode=yes -oConnectTimeout=60 -oServerAliveInterval=5 -oServerAliveCountMax=12 -oStrictHostKeyChecking=accept-new \
		-oUserKnownHostsFile="$work/known_hosts" -oLogLevel=ERROR -T "$host" "$@" </dev/null
}

# up SECONDS COMMAND: until that works on the host
up() {
	local end=$((SECONDS + $1))
	until on_host "$2" >/dev/null 2>&1; do
		kill -0 $machine 2>/dev/null || { cat "$work/qemu.txt"; fail "the machine ended"; }
		[ $SECONDS -lt $end ] || { tail -n 20 "$work/console.log"; fail "the machine does not answer"; }
		sleep 2
	done
}

# make_for NAME GOAL...: make for the host; once more when its sshd had no processor, which is no failure of make's
make_for() {
	local name=$1 try
	shift
	for try in 1 2 3; do
		rc=0
		env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make --no-print-directory "$@" HOST="$host" >"$work/$name.txt" 2>&1 </dev/null || rc=$?
		grep -q 'cannot reach .*: Connection timed out' "$work/$name.txt" || return 0
		retried "$name" "no connection within the time limit, try $try"
	done
}

# fails NAME PATTERN: that failed, and one line says it
fails() {
	[ "$rc" -ne 0 ] || fail "$1: it ended well"
	# On a machine that has made no package yet the first thing is to install what makes them.
	expect "$1: lines" "$(grep '^lubench: ' "$work/$1.txt" | grep -vc '^lubench: installing ')" 1
	grep -q "^lubench: .*$2" "$work/$1.txt" || { show "$1"; fail "$1: the line does not say '$2'"; }
	ok "$1: $(sed -n 's/^lubench: //p' "$work/$1.txt")"
}

up 900 true
ok "a stock Debian system is up after $SECONDS s: $(on_host 'uname -r; cat /proc/1/comm' | paste -sd' ')"
stock=$(on_host 'uname -r')

make_for nothing kernel-install
fails nothing "no kernel was built for .*make kernel HOST="
on_host 'mv /etc/os-release /etc/os-release.away; echo ID=plan9 >/etc/os-release'
make_for foreign kernel
fails foreign "neither of Debian's nor of Fedora's kind"
# shellcheck disable=SC2016 # for the shell over there
on_host 'mv /etc/os-release.away /etc/os-release; mv /boot/config-$(uname -r) /boot/away'
make_for noconfig kernel
fails noconfig "has no configuration"

# That of a distribution takes hours to build: this one is as if the host had a smaller one.
# shellcheck disable=SC2029 # expanded here
cat "$own" tests/emulated/debian/host.config | ssh -oBatchMode=yes -oUserKnownHostsFile="$work/known_hosts" -oLogLevel=ERROR -T "$host" \
	"cat >/boot/config-$stock"
make_for kernel kernel
[ "$rc" -eq 0 ] || { show kernel; fail "make kernel HOST=: status $rc"; }
release=$(cat "$host_dir/kernel/release")
ok "make kernel HOST=: $release, $(cat "$host_dir/kernel/package"), after $SECONDS s"
make_for again kernel
expect "the second time: lines that build" "$(grep -c 'building' "$work/again.txt")" 0

before=$(on_host "sha256sum /boot/vmlinuz-$stock /boot/initrd.img-$stock; ls /lib/modules/$stock | wc -l")
# Not written, as that takes the emulator minutes; some megabytes stay for what runs there.
# shellcheck disable=SC2016 # for the shell over there
on_host 'fallocate -l $(($(df -Pm / | tail -n 1 | tr -s " " | cut -d" " -f4) - 20))M /var/fill'
make_for nospace kernel-install
fails nospace "MB .*free"
on_host 'rm /var/fill'
make_for install kernel-install
[ "$rc" -eq 0 ] || { show install; fail "make kernel-install HOST=: status $rc"; }
expect "the old kernel" "$(on_host "sha256sum /boot/vmlinuz-$stock /boot/initrd.img-$stock; ls /lib/modules/$stock | wc -l")" "$before"
on_host "test -s /boot/vmlinuz-$release && test -s /boot/initrd.img-$release && test -s /boot/config-$release" ||
	fail "kernel, configuration or initrd is not in /boot"
grep -q "installed on .* beside $stock" "$work/install.txt" || { show install; fail "it does not say what it is beside"; }
ok "make kernel-install HOST=: $release beside $stock, after $SECONDS s"
make_for reinstall kernel-install
grep -q "$release is installed on .* already" "$work/reinstall.txt" || { show reinstall; fail "it is installed a second time"; }

# What it says to do next; the native driver of the benchmark's device cannot work behind QEMU's VT-d.
words="kho=on liveupdate=on intel_iommu=on"
grep -q -- "--append='$words'" "$work/install.txt" || { show install; fail "it does not say how to boot it"; }
on_host "kexec -l /boot/vmlinuz-$release --initrd=/boot/initrd.img-$release --reuse-cmdline --append='$words initcall_blacklist=sym2_init' && systemctl kexec" || :
up 900 "[ \$(uname -r) = $release ]"
ok "the host runs $release after $SECONDS s"
make_for ours kernel
grep -q 'the configuration that its own kernel had is used' "$work/ours.txt" || { show ours; fail "it takes the configuration of our own kernel"; }

"$lubench" doctor "$host" --device 0000:00:04.0 >"$work/doctor.txt" 2>&1 || :
grep -E '^ok +(kernel options|series|incoming agent)' "$work/doctor.txt"
expect "what doctor finds good of kernel, series and unit" "$(grep -cE '^ok +(kernel options|series|incoming agent)' "$work/doctor.txt")" 3

printf '%s\n' '[run]' 'scenario = preserve' 'reps = 1' 'cycles = 2' '[matrix.1]' 'hwpts = 1,2' 'ioas = 64M' 'page = 4K' >"$work/preserve.ini"
printf '%s\n' '[run]' 'scenario = blackout' 'mode = preserve,rebuild' 'reps = 1' 'cycles = 1' '[matrix.1]' 'hwpts = 1' 'ioas = 64M' 'page = 4K' >"$work/blackout.ini"
for boot in system agent; do
	for plan in preserve blackout; do
		name=$boot-$plan
		# The limits are those of a server; in an emulator on a busy machine sshd alone was seen to take 30 s.
		run "$name" --host "$host" --device 0000:00:04.0 -w lsi -p "$work/$plan.ini" -k host --boot $boot --slowdown 4
		[ "$rc" -eq 0 ] || { show "$name"; tail -n 30 "$work/console.log"; fail "$name: exit status $rc"; }
		expect "$name: boot way in the record" "$(q "$name" '.[] | select(.kind=="run") | .boot' | tr -d '"')" $boot
		expect "$name: cycles that are ok" "$(q "$name" '[.[] | select(.kind=="outcome" and .outcome=="ok") | .cycle] | unique | length')" 2
		expect "$name: samples of something lost, corrupt or refused" \
			"$(q "$name" '[.[] | select(.kind=="sample" and (.metric | test("^dma.(lost|corrupt|faults)$")) and .value != 0)] | length')" 0
		values "$name" 1 blackout.cpu >"$work/$name.cpu"
		[ -s "$work/$name.cpu" ] || fail "$name: no blackout.cpu"
		ok "$name: two cycles over a kexec each, blackout.cpu $(head -n 1 "$work/$name.cpu") ns [EMULATED], after $SECONDS s"
	done
done
[ "$(head -n 1 "$work/agent-preserve.cpu")" -lt "$(head -n 1 "$work/system-preserve.cpu")" ] ||
	fail "the agent as first process has a blackout as long as that of a whole system"
expect "the host's own system after all that" "$(on_host 'systemctl is-active ssh; cat /proc/1/comm' | paste -sd' ')" "active systemd"
