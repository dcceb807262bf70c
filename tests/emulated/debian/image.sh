#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A stock Debian system for a machine that stands in for a real host: systemd, its own kernel and initrd, its own
# sshd. Installed from packages of the mirror that this machine uses; nothing in it is the suite's but the key to
# log in with. Prints a directory with root.ext4, and vmlinuz and initrd.img, which stand in for a boot loader.
set -euo pipefail
# shellcheck source=kernel/lib.sh
. "$(dirname "$0")/../../../kernel/lib.sh"

here=$(cd "$(dirname "$0")" && pwd)
suite=bookworm
# The kernel with drivers for virtual machines only: the other has ten times the modules, to be booted in an emulator.
packages=systemd-sysv,udev,openssh-server,initramfs-tools,linux-image-cloud-amd64,kexec-tools,e2fsprogs,kmod,zstd,procps
ssh=$LUBENCH_CACHE/ssh

customize() { # ROOT
	local home=$1/root
	install -d -m 700 "$home/.ssh"
	install -m 600 "$ssh/id_ed25519.pub" "$home/.ssh/authorized_keys"
	printf '[Match]\nName=en* eth*\n[Network]\nDHCP=yes\n' >"$1/etc/systemd/network/80-dhcp.network"
	echo '/dev/vda / ext4 errors=remount-ro 0 1' >"$1/etc/fstab"
	echo debianhost >"$1/etc/hostname"
	tr -d - </proc/sys/kernel/random/uuid >"$1/etc/machine-id"
	chroot "$1" systemctl -q enable systemd-networkd.service ssh.service
	rm -rf "$1"/var/cache/apt/archives/*.deb
}

fill() { # WORK: in fakeroot when the user is not root
	mkdir "$1/root"
	tar -x -C "$1/root" -f "$1/root.tar"
	(cd "$1/root" && cp -L vmlinuz initrd.img ..)
	mke2fs -q -t ext4 -E lazy_itable_init=0,lazy_journal_init=0,nodiscard -d "$1/root" "$1/root.ext4" 3G >/dev/null
	rm -rf "$1/root" "$1/root.tar"
}

build() { # DIR
	local keyring=/usr/share/keyrings/debian-archive-keyring.gpg as_root=()
	need_space "$LUBENCH_CACHE" 4000 "a Debian system"
	note "installing a Debian $suite system"
	rm -rf "$1" "$1.new"
	mkdir -p "$1.new"
	[ "$(id -u)" = 0 ] || as_root=(fakeroot)
	mmdebstrap --quiet --variant=minbase --architectures=amd64 --include="$packages" \
		--customize-hook="'$here/image.sh' --customize \"\$1\"" \
		"$suite" "$1.new/root.tar" "deb [signed-by=$keyring] $(debian_mirror) $suite main" >&2 ||
		die "mmdebstrap could not install Debian $suite; check the network or set LUBENCH_MIRROR=URL"
	"${as_root[@]}" "$here/image.sh" --fill "$1.new"
	mv "$1.new" "$1"
}

case ${1:-} in
--customize) customize "$2"; exit ;;
--fill) fill "$2"; exit ;;
esac
lock "$LUBENCH_CACHE/images/.debian.lock"
[ -e "$ssh/id_ed25519.pub" ] || die "no ssh key in the cache; run: make image"
dir=$LUBENCH_CACHE/images/debian-$(sha "$here/image.sh" "$ssh/id_ed25519.pub" | cut -c1-12)
[ -e "$dir" ] || build "$dir"
find "$LUBENCH_CACHE/images" -maxdepth 1 -name 'debian-*' ! -path "$dir" -exec rm -rf {} +
echo "$dir"
