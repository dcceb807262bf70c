#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The files of the kernel tree that the native benchmark compiles, for KERNEL or KSRC:
#   source.sh DIR
# DIR gets drivers/, include/, tools/ as they are; kho.c, cut out of kexec_handover.c, which as a whole needs
# memblock and libfdt; fwd/, where all other headers that they include are empty, as each of them is compiled after
# shim.h; and `commit` and `release`.
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
out=${1:?directory}
selection=${KERNEL:-series}
paths=(Makefile drivers/iommu/generic_pt drivers/iommu/iommu-pages.c drivers/iommu/iommu-pages.h drivers/iommu/iommu-pages-pool.c
	include/linux/generic_pt include/linux/kho include/linux/kho_radix_tree.h kernel/liveupdate/kexec_handover.c
	tools/include tools/lib/find_bit.c tools/arch/x86/include tools/arch/arm64/include)
# Of tools/include, which is made for user space, those that are the kernel's own in the end.
theirs='args|align|bitfield|bitmap|bitops|bits|build_bug|compiler|container_of|err|errno|list|log2|overflow|sizes|stddef|stringify|types'

die() {
	echo "native: $*" >&2
	exit 1
}

if [ -n "${KSRC:-}" ]; then
	tree=$("$top/kernel/tree.sh" ksrc "$KSRC")
	commit=$(git -C "$tree" rev-parse -q --verify HEAD 2>/dev/null || echo unknown)
	# Files that are not committed are compiled, too.
	key="$commit $(cd "$tree" && { find "${paths[@]}" -type f -exec sha256sum {} + 2>/dev/null || :; } | sha256sum)"
else
	read -r tree commit < <("$top/kernel/tree.sh" commit "$selection")
	key=$commit
fi
key="$key $(sha256sum <"$0" | cut -c1-16)"
[ "$(cat "$out/key" 2>/dev/null)" != "$key" ] || exit 0

rm -rf "$out"
mkdir -p "$out/fwd"
have=()
if [ -n "${KSRC:-}" ]; then
	for p in "${paths[@]}"; do [ ! -e "$tree/$p" ] || have+=("$p"); done
	tar -c -C "$tree" "${have[@]}" | tar -x -C "$out"
else
	for p in "${paths[@]}"; do ! git -C "$tree" cat-file -e "$commit:$p" 2>/dev/null || have+=("$p"); done
	git -C "$tree" archive "$commit" "${have[@]}" | tar -x -C "$out"
fi
grep -q pt_iommu_restore "$out/drivers/iommu/generic_pt/iommu_pt.h" ||
	die "KERNEL=$selection does not preserve page tables of generic_pt; use KERNEL=series, or series:12 and later"

# From the first line that matches $1 up to the one before the first that matches $2 after it.
part() {
	sed -n "\\@$1@,\\@$2@p" "$out/kernel/liveupdate/kexec_handover.c" | sed '$d' >"$out/part"
	[ "$(wc -l <"$out/part")" -gt 5 ] || die "kexec_handover.c has changed: no part from '$1' to '$2'; mend $0"
	cat "$out/part"
}
{
	echo '#include <linux/kho/abi/kexec_handover.h>'
	echo '#include <linux/kho_radix_tree.h>'
	echo '#define kho_preserve_folio kernel_preserve_folio'
	echo '#define kho_unpreserve_folio kernel_unpreserve_folio'
	part '^/\* The magic token for preserved' '^static int __init kho_parse_enable'
	part '^struct kho_out {' '^static const void \*kho_get_fdt'
	part '^static unsigned long kho_encode_radix_key' '^/\* Returns physical address of the preserved'
	part '^static int kho_out_add' '^/\* vmalloc flags KHO supports'
	echo '#include "kho_glue.h"'
} >"$out/kho.c"
rm "$out/part"

# One level: what the headers of tools/ include is theirs.
cd "$out"
grep -rhoE '^[[:space:]]*# *include <(linux|asm)/[^>]+>' drivers include kho.c | sed 's/.*<\(.*\)>/\1/' | sort -u |
	while read -r header; do
		[ ! -e "include/$header" ] || continue
		! [[ $header =~ ^linux/($theirs)\.h$ ]] || continue
		mkdir -p "fwd/$(dirname "$header")"
		: >"fwd/$header"
	done
echo "$commit" >commit
sed -n 's/^\(VERSION\|PATCHLEVEL\|SUBLEVEL\) = *//p' Makefile | paste -sd. >release
# Last, so that what was interrupted is done again.
echo "$key" >key
