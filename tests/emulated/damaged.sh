#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# time-limit: 1800
# Records that the incoming kernel can not understand. Each kind of damage is done from outside, in the memory of
# the guest, when all is preserved and the next kernel is loaded; then DMA must be refused, as
# docs/kernel-series.md says for that kind: neither go on through the old tables nor pass untranslated.
set -euo pipefail
# shellcheck source=tests/emulated/lib.sh
. "$(dirname "$0")/lib.sh"

dir=/var/lib/lubench
damager=

end_damager() {
	[ -z "$damager" ] || kill "$damager" 2>/dev/null || :
	damager=
}
trap end_damager EXIT

damage=$work/damage
gcc -std=gnu11 -O2 -D_GNU_SOURCE -Wall -Wextra -Werror -I. -o "$damage" tests/emulated/damage.c ||
	fail "cannot build tests/emulated/damage.c"

# Waits until the guest of this run asks for it; a run that is tried again is damaged again.
damage_when_asked() { # NAME KIND
	local page pid start=0
	[ "$arch" = x86_64 ] || start=0x40000000
	while sleep 0.2; do
		page=$(sed -n 's/.*damage page=\(0x[0-9a-f]*\).*/\1/p' "$work/$1/console-1.log" 2>/dev/null | tail -n 1) || :
		[ -n "$page" ] || continue
		pid=$(pgrep -f -o "^$lubench exec -o $work/$1 ") || continue
		"$damage" "$pid" $start "$page" "$2" || :
	done >>"$work/$1.damage" 2>&1
}

# KIND, what becomes of the devices (tests/emulated/guest/damaged.c), and what the incoming kernel says about it, if
# that is its to say. Those with a * are for make test, too. VT-D/SMMUV3 where they differ: an ASID is only kept free for
# a domain whose device can be read, and of the two formats of VT-d one can be taken for the other.
kinds='
version*      all-blocked                   record has version 3, this kernel knows 2: all DMA is blocked
list*         all-blocked                   broken list of IOMMUs or devices: all DMA is blocked
count         all-blocked                   broken list of IOMMUs or devices: all DMA is blocked
short         all-blocked                   broken list of IOMMUs or devices: all DMA is blocked
outside       all-blocked                   broken list of IOMMUs or devices: all DMA is blocked
other-iommu   iommu-blocked                 tables of the previous kernel are not what it has recorded
other-type    iommu-blocked                 tables of the previous kernel are not what it has recorded
other-tables* iommu-blocked                 tables of the previous kernel are not what it has recorded
gone*         device-blocked                00:04.0: DMA is blocked, its state from before the live update can not be adopted: -2\b
device-type   device-blocked/domain-blocked 00:04.0: DMA is blocked, its state from before the live update can not be adopted: -22
no-domain     device-blocked                domain at 0x[0-9a-f]* not restored
no-owner      not-bound
domain*       domain-blocked                domain at 0x[0-9a-f]* not restored
domain-type   domain-blocked                domain at 0x[0-9a-f]* not restored
format        device-blocked/domain-blocked 00:04.0: DMA is blocked, its state from before the live update can not be adopted: -22
width         domain-blocked                domain at 0x[0-9a-f]* not restored
block-list*   domain-blocked                domain at 0x[0-9a-f]* not restored
block-outside domain-blocked                domain at 0x[0-9a-f]* not restored
block-size    domain-blocked                domain at 0x[0-9a-f]* not restored
block-record  domain-blocked                domain at 0x[0-9a-f]* not restored
iommufd*      not-retrieved                 record has version 3, this kernel knows 2
iommufd-count not-retrieved                 record is too small for 1048576 HWPTs
pci-version*  out-of-service                the list of preserved devices
pci-device    first-out-of-service
pci-bar       first-out-of-service
pci-moved     device-blocked                00:04.0: DMA is blocked, its state from before the live update can not be adopted
cdev          cdev-lost                     vfio-pci: preserved state is damaged
'
one_kind() { # TARGET KIND OUTCOME SAID
	local name=$1-$2 program
	program=$(guest_program damaged engines)
	tried 1 corrupt records
	damage_when_asked "$name" "$2" &
	damager=$!
	guest "$name" --second --timeout 60 -t "$1" -k "$series" --push "$program" \
		--after "cat $dir/outgoing.log; $dir/damaged incoming $3 2>&1" \
		"setsid $dir/damaged outgoing >$dir/outgoing.log 2>&1 </dev/null &"
	end_damager
	checks "$name"
	grep -a "^damaged: $2" "$work/$name.damage" || fail "$name: nothing was damaged: $(tail -n 1 "$work/$name.damage")"
	# LUO of the base kernel warns when files end whose common record was refused. It is right about that.
	if [ "$3" = all-blocked ]; then
		no_splat "$name" kernel/liveupdate/luo_flb.c
	else
		no_splat "$name"
	fi
	# DMA that passed for a moment would not be seen by the guest.
	never_off "$name"
	[ -z "$4" ] || grep -aoE "$4" "$work/$name/console-1.log" || fail "$name: the incoming kernel does not say what is wrong"
	ok "$1: damage of kind $2 is noticed, and stays without consequence"
}

later=() on=("$native")
[ -z "${TEST_FULL:-}" ] || on=("${families[@]}")
for t in "${on[@]}"; do
	use "$t"
	while read -r kind outcome said; do
		[ -n "$kind" ] || continue
		if [[ -n ${DAMAGE_KINDS:-} && " $DAMAGE_KINDS " != *" ${kind%\*} "* ]]; then
			continue
		elif [[ $kind != *\* && -z ${DAMAGE_KINDS:-}${TEST_FULL:-} ]]; then
			later+=("$kind")
		else
			[ "$arch" = x86_64 ] && outcome=${outcome%/*} || outcome=${outcome#*/}
			one_kind "$t" "${kind%\*}" "$outcome" "$said"
		fi
	done <<<"$kinds"
done
[ ${#later[@]} -eq 0 ] || left "damage of ${#later[@]} more kinds: ${later[*]}"
