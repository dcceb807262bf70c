#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The root file system of emulated targets: packages of one Debian suite, extracted for ARCH without
# running anything of them, and an init of our own. Prints the image's path, images/ARCH.ext4 in the
# cache. The key to log in with is ssh/id_ed25519 there.
set -euo pipefail
# shellcheck source=kernel/lib.sh
. "$(dirname "$0")/../../../kernel/lib.sh"

here=$(cd "$(dirname "$0")" && pwd)
suite=bookworm
packages=busybox-static,dropbear-bin
size=1G
arch=${ARCH:-$(uname -m)}
arch_table "$arch"
ssh=$LUBENCH_CACHE/ssh

make_keys() {
	mkdir -p "$ssh"
	chmod 700 "$ssh"
	[ -e "$ssh/id_ed25519" ] || ssh-keygen -q -t ed25519 -N '' -C lubench -f "$ssh/id_ed25519"
	[ -e "$ssh/host_key" ] || dropbearkey -t ed25519 -f "$ssh/host_key" >/dev/null 2>&1 ||
		die "dropbearkey failed; run: make deps"
}

# Runs in fakeroot when the user is not root: the files of the image belong to root in any case.
fill_root() { # DIR
	local root=$1 applet
	tar -x -C "$root" -f "$root.tar"
	rm -rf "$root"/usr/share/{doc,man,locale,lintian,bash-completion,initramfs-tools,bug} "$root"/var/cache \
		"$root"/var/lib/{apt,dpkg} "$root"/etc/apt
	mkdir -p "$root"/{proc,sys,dev,run,tmp,root/.ssh,etc/dropbear,sbin,var/lib/lubench,var/tmp}
	while read -r applet; do
		[ -e "$root/bin/$applet" ] || [ -e "$root/usr/bin/$applet" ] || [ -e "$root/usr/sbin/$applet" ] ||
			ln -s busybox "$root/bin/$applet"
	done <"$root.applets"
	install -m 755 "$root.init" "$root/sbin/init"
	echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
	echo 'root:x:0:' >"$root/etc/group"
	echo 'root:*:19000:0:99999:7:::' >"$root/etc/shadow"
	install -m 600 "$ssh/id_ed25519.pub" "$root/root/.ssh/authorized_keys"
	install -m 600 "$ssh/host_key" "$root/etc/dropbear/host_key"
	chmod 700 "$root/root" "$root/root/.ssh"
	chmod 600 "$root/etc/shadow"
	chown -R 0:0 "$root"
	# All tables are written now: a kernel that finishes them in the background would disturb.
	rm -f "$root.img"
	mke2fs -q -t ext4 -L lubench -N 8192 -m 0 -E lazy_itable_init=0,lazy_journal_init=0,nodiscard \
		-d "$root" "$root.img" "$size" >/dev/null
}

# The applets of busybox, asked of the one of this machine's architecture: the other cannot be run here.
list_applets() { # WORK
	local tar=$1/root.tar
	if [ "$arch" != "$(uname -m)" ]; then
		tar=$1/applets.tar
		(arch_table "$(uname -m)" && extract_packages "$suite" "$tar" busybox-static)
	fi
	mkdir "$1/applets"
	tar -x -C "$1/applets" -f "$tar" ./bin/busybox
	"$1/applets/bin/busybox" --list || die "busybox cannot be run to ask for its applets"
}

build() { # IMAGE
	local image=$1 work=$LUBENCH_CACHE/images/.work
	need_space "$LUBENCH_CACHE" 1500 "the guest's root image"
	note "making the root image of $arch from Debian $suite"
	rm -rf "$work"
	mkdir -p "$work/root"
	"${CROSS}gcc" -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -static -s -I "$here/../../.." -o "$work/root.init" "$here/init.c" ||
		die "cannot compile init for $arch; run: make deps"
	extract_packages "$suite" "$work/root.tar" "$packages"
	list_applets "$work" >"$work/root.applets"
	if [ "$(id -u)" = 0 ]; then
		"$here/build.sh" --fill "$work/root"
	else
		fakeroot "$here/build.sh" --fill "$work/root"
	fi
	mv "$work/root.img" "$image"
	rm -rf "$work"
}

if [ "${1:-}" = --fill ]; then
	fill_root "$2"
	exit
fi
lock "$LUBENCH_CACHE/images/.lock"
make_keys
image=$LUBENCH_CACHE/images/$arch-$(sha "$here/build.sh" "$here/init.c" "$here/../../agent/clock.h" "$here/../../agent/pacer.h" "$ssh/id_ed25519.pub" "$ssh/host_key" | cut -c1-12).ext4
link=$LUBENCH_CACHE/images/$arch.ext4
[ -e "$image" ] || build "$image"
ln -sfn "$(basename "$image")" "$link.new"
mv -T "$link.new" "$link"
find "$LUBENCH_CACHE/images" -name "$arch-*.ext4" ! -path "$image" -delete
echo "$link"
