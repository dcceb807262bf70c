#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# make kernel HOST= with answers that no kernel can be made for: each gets one line, and nothing is built. The ssh
# client is a stand-in that answers from files.
# shellcheck source=tests/golden/lib.sh
. "$(dirname "$0")/lib.sh"
work=$tmp
export LUBENCH_CACHE=$work/cache
unset KSRC KERNEL CONFIG
mkdir "$work/bin"
cat >"$work/bin/ssh" <<SSH
#!/bin/sh
[ ! -e "$work/down" ] || { echo "ssh: connect to host h port 22: Connection refused" >&2; exit 255; }
case "\$*" in
-G*) cat "$work/policy" ;;
*"id -u"*) echo "\$*" >"$work/told"; cat "$work/facts" ;;
*"/boot/config-"*) [ -e "$work/config" ] || exit 91; cat "$work/config" ;;
*) exit 1 ;;
esac
SSH
# What should have been refused must not go on to fetch and build a kernel.
printf '#!/bin/sh\nexit 1\n' | tee "$work/bin/apt-get" >"$work/bin/make"
chmod +x "$work"/bin/*
export PATH=$work/bin:$PATH

facts() { # UID ARCH RELEASE ID
	printf '%s\n' "$1" "$2" "$3" "$4 " "A System" >"$work/facts"
}

refused() { # WHAT PATTERN GOAL HOST
	local rc=0
	"$TOP/kernel/package.sh" "$3" "$4" >"$work/out" 2>&1 || rc=$?
	if [ $rc -ne 0 ] && [ "$(grep -c . "$work/out")" = 1 ] && grep -q "^lubench: .*$2" "$work/out"; then
		echo "ok - $1: $(cat "$work/out")"
	else
		echo "not ok - $1"
		sed 's/^/# /' "$work/out"
		failed=1
	fi
}

facts 0 x86_64 6.1.0-1-amd64 debian
refused "no host" "is not a host" build ""
refused "an option as host" "is not a host" build "-oProxyCommand=x"
refused "a shell as host" "is not a host" build 'a;id'
refused "a host without a configuration" "6.1.0-1-amd64 has no configuration.*CONFIG=FILE" build root@h
printf 'CONFIG_64BIT=y\n' >"$work/config"
refused "half a configuration" "no configuration of a 64-bit kernel" build root@h
CONFIG=/none refused "CONFIG that is not there" "CONFIG=/none: cannot be read" build root@h
refused "nothing was built" "run: make kernel HOST=root@h" install root@h
facts 0 x86_64 6.1.0-1-amd64 plan9
refused "another distribution" "'A System' is neither" build root@h
facts 0 riscv64 6.1.0-1-amd64 debian
refused "another architecture" "riscv64: unknown architecture" build root@h
# shellcheck disable=SC2016 # it is meant as it is
facts 0 x86_64 '$(id)' debian
refused "a name that is none" "is not the name of a kernel" build root@h
facts 0 x86_64 7.3.4-lubench-01234567 debian
refused "a kernel of ours, and nothing known of its own" "boot that kernel, or set CONFIG=FILE" build root@h2
: >"$work/facts"
refused "no answer" "no usable answer" build root@h
if ! command -v rpmbuild >/dev/null; then
	facts 0 x86_64 6.1.0-1.fc40 fedora
	{ echo CONFIG_64BIT=y; seq 200 | sed 's/.*/CONFIG_X&=y/'; } >"$work/config"
	refused "no rpmbuild" "no rpmbuild; install it" build root@h
fi
facts 0 riscv64 6.1.0-1-amd64 debian
grep -q -- '-oStrictHostKeyChecking=accept-new -oUserKnownHostsFile="[^ ]*/hosts/h/known_hosts" ~/.ssh/known_hosts' "$work/told" &&
	grep -q -- '-oClearAllForwardings=yes -oForwardAgent=no -oForwardX11=no' "$work/told"
check "a new key is taken, a changed one is not, and nothing is forwarded"
printf 'stricthostkeychecking true\nuserknownhostsfile /u/known\n' >"$work/policy"
refused "another architecture, strictly" "unknown architecture" build root@h
grep -q ForwardAgent=no "$work/told" && ! grep -q 'StrictHostKeyChecking\|KnownHosts' "$work/told"
check "a user who wants keys to be known gets that"
touch "$work/down"
refused "nobody there" "cannot reach root@h over ssh: .*Connection refused.*BatchMode" build root@h
[ -z "$(find "$work/cache" -path '*/kernels/*' -o -path '*/obj/*')" ] || { echo "not ok - something was built"; failed=1; }

# The other half: which way to boot it
lubench=$TOP/build/lubench
one_line() { # WHAT PATTERN OPTION...
	local what=$1 pattern=$2 rc=0
	shift 2
	"$lubench" run -o "$work/run" -p smoke "$@" >"$work/out" 2>&1 || rc=$?
	if [ $rc -ne 0 ] && [ "$(grep -c '^lubench: ' "$work/out")" = 1 ] && grep -q "^lubench: .*$pattern" "$work/out"; then
		echo "ok - $what"
	else
		echo "not ok - $what"
		sed 's/^/# /' "$work/out"
		failed=1
	fi
}
cd "$TOP" || exit
one_line "an unknown way" "use none, system or agent" --host h --device 0000:00:01.0 --boot floppy
one_line "a way without a host" "for a real host" --boot agent -t vtd
one_line "a workload of QEMU" "exists in QEMU only: .* igb, dsa or e1000e" --host root@h --device 0000:00:01.0
one_line "the kernel of a host by default" "no kernel was made for root@h" --host root@h --device 0000:00:01.0 -w igb
"$lubench" run -H h -d '3b:00.0' -w igb -o "$work/run" >"$work/out" 2>&1
[ $? -eq 2 ] && grep -q -- '--device 3b:00.0: write it like' "$work/out"
check "what is no address of a device"
one_line "a kernel that was not made" "no kernel was made for root@h; run: make kernel HOST=root@h" --host root@h --device 0000:00:01.0 -w igb -k host
mkdir -p "$work/cache/hosts/h/kernel" && touch "$work/cache/hosts/h/kernel/bzImage"
one_line "a kernel without a name" "no provenance.json" --host root@h --device 0000:00:01.0 -w igb -k host
exit $failed
