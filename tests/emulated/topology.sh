#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# time-limit: 2400
# Two devices in one live update: on one HWPT, on two HWPTs of one IOAS, and one of them behind bridges of all kinds.
# What can be preserved goes on and loses nothing, what can not is refused with EOPNOTSUPP, which costs the other
# device nothing. Guest program: guest/topology.c.
#
# Not here, as no emulator of Debian 12 has it: a second IOMMU or (with devices that take the first bus) a second host bridge, a device with PASIDs, an alias without a bridge.
set -euo pipefail
# shellcheck source=tests/emulated/lib.sh
. "$(dirname "$0")/lib.sh"

dir=/var/lib/lubench
second=lsi53c895a,addr=05.0

# wired DEVICE...: the second device is plugged like that
wired() {
	local program real out=$work/wired
	rm -rf "$out"
	mkdir -p "$out"
	for program in qemu-system-x86_64 qemu-system-aarch64; do
		real=$(command -v $program) || continue
		{
			printf '#!/bin/bash\nreal=%q second=%q\nwith=(' "$real" "$second"
			printf ' %q' "$@"
			cat <<-'END'
				)
				args=()
				for arg; do
					[ "$arg" = "$second" ] || { args+=("$arg"); continue; }
					# What was -device before it is that of the first.
					for d in "${with[@]}"; do args+=("$d" -device); done
					unset 'args[-1]'
				done
				exec "$real" "${args[@]}"
			END
		} >"$out/$program"
		chmod +x "$out/$program"
	done
}

# row TARGET NAME WHAT [DEVICE...]
row() {
	local name=$2-$1 what=$3 program
	target=$1
	shift 3
	[ $# -gt 0 ] || set -- "$second"
	wired "$@"
	program=$(guest_program topology engines)
	PATH=$work/wired:$PATH guest "$name" --second -t "$target" -k "$series" --push "$program" \
		--after "cat $dir/outgoing.log; $dir/topology incoming $what 2>&1" \
		"setsid $dir/topology outgoing $what >$dir/outgoing.log 2>&1 </dev/null &"
	checks "$name"
	no_splat "$name"
	never_off "$name"
	grep -ao 'lsi53c895a.*\|PCI: .*inherited.*' "$work/$name/console-1.log" | head -n 3 || :
	ok "$name: $(grep -ac '^ok' "$work/$name.txt") checks around a kexec"
}

port() { echo "pcie-root-port,id=rp,chassis=1,$1"; }

rows=${TOPOLOGY_ROWS:-shared}
[ -z "${TEST_FULL:-}" ] || rows=${TOPOLOGY_ROWS:-all}
wanted() { [ "$rows" = all ] || [[ " $rows " == *" $1 "* ]]; }

for t in "${sample[@]}"; do
	use "$t"
	! wanted shared || row "$t" shared shared
	! wanted ioas || row "$t" ioas ioas
	! wanted root-port || row "$t" root-port apart "$(port addr=05.0)" lsi53c895a,bus=rp,addr=00.0
	! wanted switch || row "$t" switch refused "$(port addr=05.0)" x3130-upstream,id=up,bus=rp \
		xio3130-downstream,id=down,bus=up,chassis=2,slot=0 lsi53c895a,bus=down,addr=00.0
	! wanted group || {
		row "$t" group group lsi53c895a,addr=05.0,multifunction=on lsi53c895a,addr=05.1
		grep -aq 'DMA is blocked.*not be adopted: -\(95\|EOPNOTSUPP\)' "$work/group-$t/console-1.log" ||
			fail "group-$t: the kernel does not say why the second device is blocked"
	}
	! wanted bridge || row "$t" bridge refused pcie-pci-bridge,id=br,addr=05.0 lsi53c895a,bus=br,addr=01.0
done
