#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A disk with perf and bpftrace for emulated targets, attached only when a run or a test asks for it: on the
# root image, which every boot reads, 200 MB of LLVM would be in the way. Both come from Debian packages that
# are extracted for ARCH, and nothing of them is run here: bpftrace from the suite of the root image, perf from
# the source package that the kernel is from. Each has the libraries and the loader of its own suite beside it.
# Prints the disk's path, tools/ARCH.ext4 in the cache.
set -euo pipefail
# shellcheck source=kernel/lib.sh
. "$(dirname "$0")/../../../kernel/lib.sh"
# shellcheck source=kernel/base.env
. "$KDIR/base.env"

here=$(cd "$(dirname "$0")" && pwd)
bpftrace_suite=bookworm
perf_suite=trixie
arch=${ARCH:-$(uname -m)}
arch_table "$arch"
dir=$LUBENCH_CACHE/tools

# perf of the pinned kernel, or of the newest one there when the pin is gone: the events that it is used for are old.
fetch_perf() { # TAR
	local keyring=/usr/share/keyrings/debian-archive-keyring.gpg mirror as_root=() mode=root want
	mirror=$(debian_mirror)
	[ "$(id -u)" = 0 ] || as_root=(fakeroot) mode=chrootless
	for want in "linux-perf=$BASE_VERSION" "linux-perf/$BASE_SUITE"; do
		"${as_root[@]}" mmdebstrap --quiet --variant=extract --mode=$mode --architectures="$DEBARCH" \
			--include="$want" "$perf_suite" "$1" "deb [signed-by=$keyring] $mirror $perf_suite main" \
			"deb [signed-by=$keyring] $mirror $BASE_SUITE main" && return
		note "no $want in $BASE_SUITE"
	done
	die "mmdebstrap could not fetch linux-perf; check the network or set LUBENCH_MIRROR=URL"
}

# library ROOT NAME: where that suite has it
library() {
	local d
	for d in "usr/lib/${CROSS%-}" "lib/${CROSS%-}" usr/lib lib; do
		if [ -e "$1/$d/$2" ]; then
			echo "$1/$d/$2"
			return
		fi
	done
	die "$2: not in what was extracted for ${1##*/}; was a package renamed?"
}

needed() { "${CROSS}readelf" -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]$/\1/p'; }

# take ROOT TOOL TO: the program, what it is linked with, its loader, and a script that starts it with these
take() {
	local root=$1 tool=$2 to=$3 lib name loader
	local queue=("$root/usr/bin/$tool")
	mkdir -p "$to/bin" "$to/$tool"
	[ -e "$root/usr/bin/$tool" ] || die "$tool: not in its package any more"
	cp "$root/usr/bin/$tool" "$to/$tool/$tool"
	while [ ${#queue[@]} -gt 0 ]; do
		lib=${queue[0]}
		queue=("${queue[@]:1}")
		for name in $(needed "$lib"); do
			[ ! -e "$to/$tool/$name" ] || continue
			lib=$(library "$root" "$name") || exit 1
			cp -L "$lib" "$to/$tool/$name"
			queue+=("$to/$tool/$name")
		done
	done
	loader=$("${CROSS}readelf" -l "$to/$tool/$tool" | sed -n 's/.*interpreter: .*\/\(.*\)\]$/\1/p')
	[ -e "$to/$tool/$loader" ] || cp -L "$(library "$root" "$loader")" "$to/$tool/$loader"
	cat >"$to/bin/$tool" <<-SCRIPT
	#!/bin/sh
	d=\${0%/bin/*}/$tool
	exec "\$d/$loader" --library-path "\$d" "\$d/$tool" "\$@"
	SCRIPT
	chmod 755 "$to/bin/$tool" "$to/$tool/$loader" "$to/$tool/$tool"
}

build() { # IMAGE
	local image=$1 work=$dir/.work
	need_space "$LUBENCH_CACHE" 2000 "the disk with perf and bpftrace"
	note "making the disk with perf and bpftrace for $arch"
	rm -rf "$work"
	mkdir -p "$work"/{bpftrace-root,perf-root,disk}
	extract_packages "$bpftrace_suite" "$work/bpftrace.tar" bpftrace
	tar -x -C "$work/bpftrace-root" -f "$work/bpftrace.tar"
	take "$work/bpftrace-root" bpftrace "$work/disk"
	rm -rf "$work"/bpftrace{-root,.tar}
	fetch_perf "$work/perf.tar"
	tar -x -C "$work/perf-root" -f "$work/perf.tar"
	take "$work/perf-root" perf "$work/disk"
	rm -rf "$work"/perf{-root,.tar}
	# It is never written, so there is no journal, and it is as large as what is in it.
	mke2fs -q -t ext4 -L lubench-tools -O ^has_journal -m 0 -E root_owner=0:0,lazy_itable_init=0 \
		-d "$work/disk" "$work/img" "$(($(du -sm "$work/disk" | cut -f1) + 24))M" >/dev/null
	mv "$work/img" "$image"
	rm -rf "$work"
}

lock "$dir/.lock"
image=$dir/$arch-$(sha "$here/tools.sh" "$KDIR/base.env" | cut -c1-12).ext4
link=$dir/$arch.ext4
[ -e "$image" ] || build "$image"
ln -sfn "$(basename "$image")" "$link.new"
mv -T "$link.new" "$link"
find "$dir" -maxdepth 1 -name "$arch-*.ext4" ! -path "$image" -delete
echo "$link"
