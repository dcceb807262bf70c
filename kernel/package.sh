#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A kernel for a real host, as a package of its kind:
#   package.sh build HOST     the series with the host's own configuration and ours on top
#   package.sh install HOST   put that package onto the host, beside what is there
# Environment: KERNEL=series|series:N|base, KSRC=DIR, CONFIG=FILE instead of the host's own configuration.
# Hosts of one kind with one configuration share a kernel: hosts/NAME/kernel points to kernels/host-KEY.
set -euo pipefail
# shellcheck source=kernel/lib.sh
. "$(dirname "$0")/lib.sh"

what=${1:-} host=${2:-}
case $what in build | install) ;; *) die "usage: package.sh build|install HOST" ;; esac
case $host in
'' | -* | *[!A-Za-z0-9@.:/_%[-]*) die "'$host' is not a host; write HOST=root@machine" ;;
esac
# As the suite names it, see fleet_name(); no colon, which make does not take in a path.
name=${host##*@}
name=${name//[!A-Za-z0-9.-]/_}
name=${name/#./_}
dir=$LUBENCH_CACHE/hosts/$name
selection=${KERNEL:-series}
[ "$selection" != host ] || selection=series
[ -z "${KSRC:-}" ] || selection=ksrc

# What the user's configuration says about the host's key is never loosened: see ssh_policy(). Sets keys_are.
ssh_policy() {
	local said known
	said=$(ssh -G "$host" 2>/dev/null) || said=
	known=$(sed -n 's/^userknownhostsfile //p' <<<"$said" | head -n 1)
	[ "$known" != none ] || known=
	# shellcheck disable=SC2088 # ssh expands it
	[ -n "$said" ] || known="~/.ssh/known_hosts"
	keys_are=()
	grep -qxE 'stricthostkeychecking (true|yes)' <<<"$said" ||
		keys_are=(-oStrictHostKeyChecking=accept-new "-oUserKnownHostsFile=\"$dir/known_hosts\" $known")
}

# on_host COMMAND: stdin goes along. The suite's own rules: keys are checked, nobody is asked for a password, nothing
# of the user's is forwarded.
on_host() {
	ssh -oBatchMode=yes -oConnectTimeout=60 -oServerAliveInterval=5 -oServerAliveCountMax=12 -oControlMaster=no \
		-oControlPath=none -oLogLevel=ERROR -oClearAllForwardings=yes -oForwardAgent=no -oForwardX11=no "${keys_are[@]}" \
		-T "$host" "$@"
}

# Sets uid, arch, running, kind and os of the host; what it says is foreign, and is held to what it may be.
ask_host() {
	local facts id
	mkdir -p "$dir" || die "$dir: cannot be made; set LUBENCH_CACHE to a directory that can be written"
	chmod 700 "$dir"
	ssh_policy
	# shellcheck disable=SC2016 # for the shell over there
	facts=$(on_host 'id -u; uname -m; uname -r; . /etc/os-release 2>/dev/null; echo "$ID $ID_LIKE"; echo "${PRETTY_NAME:-unknown}"' \
		</dev/null 2>"$dir/ssh.err" | head -c 2000 | tr -cd '[:print:]\n') ||
		die "cannot reach $host over ssh: $(tail -n 1 "$dir/ssh.err"); try: ssh -oBatchMode=yes $host true"
	{ read -r uid && read -r arch && read -r running && read -r id && read -r os; } <<<"$facts" ||
		die "$host: no usable answer over ssh; look at what its login prints"
	[[ $running =~ ^[A-Za-z0-9][A-Za-z0-9._+~-]{2,63}$ ]] || die "$host: '$running' is not the name of a kernel"
	case " $id " in
	*" debian "* | *" ubuntu "*) kind=deb ;;
	*" fedora "* | *" rhel "* | *" centos "* | *" suse "*) kind=rpm ;;
	*) die "$host: distribution '$os' is neither of Debian's nor of Fedora's kind: no package can be made for it; build with KSRC= and a configuration of your own" ;;
	esac
	arch_table "$arch"
}

# The configuration of the host's own kernel. When one of ours runs already, what its own had was kept.
fetch_config() {
	local from=$dir/config
	if [ -n "${CONFIG:-}" ]; then
		[ -r "$CONFIG" ] || die "CONFIG=$CONFIG: cannot be read"
		cp "$CONFIG" "$from"
	elif [[ $running == *-lubench-* ]]; then
		[ -s "$from" ] || die "$host runs $running, and its own kernel's configuration was never fetched; boot that kernel, or set CONFIG=FILE"
		note "$host runs $running: the configuration that its own kernel had is used"
	else
		# shellcheck disable=SC2016 # for the shell over there
		on_host 'r=$(uname -r); for f in /boot/config-$r /lib/modules/$r/config /usr/lib/modules/$r/config; do
			[ ! -r "$f" ] || exec cat "$f"; done; [ -r /proc/config.gz ] && exec zcat /proc/config.gz; exit 91' \
			</dev/null 2>"$dir/ssh.err" | head -c 4000000 >"$from.new" || {
			[ "${PIPESTATUS[0]}" = 91 ] || die "$host: its configuration cannot be fetched: $(tail -n 1 "$dir/ssh.err")"
			die "$host: kernel $running has no configuration in /boot, /lib/modules or /proc/config.gz; set CONFIG=FILE"
		}
		mv "$from.new" "$from"
	fi
	if ! grep -q '^CONFIG_64BIT=y' "$from" || [ "$(grep -c '^CONFIG_' "$from")" -lt 100 ]; then
		rm -f "$from"
		die "$host: what it has for kernel $running is no configuration of a 64-bit kernel; set CONFIG=FILE"
	fi
	modules=$(grep -c '^CONFIG_MODULES=y' "$from" || :)
}

own_fragments() {
	echo "$KDIR/package.config"
	[ "$selection" = base ] || echo "$KDIR/config/series.config"
	echo "$obj/arch.config"
}

arch_options() {
	case $arch in
	x86_64) printf 'CONFIG_%s=y\n' INTEL_IOMMU IRQ_REMAP ;;
	aarch64) printf 'CONFIG_%s=y\n' ARM_SMMU_V3 ;;
	esac
}

# Sets config_key, which objects go by, and key, which the kernel and its name go by.
keys() {
	config_key=$({ echo "$kind $arch $selection"; cat "$dir/config"; } | sha256sum | cut -c1-12)
	key=$({
		echo "$config_key $commit"
		sha "$KDIR/package.sh" "$KDIR/package.config" "$KDIR/config/series.config" "$KDIR/kbuild.sh"
		cat "$LUBENCH_CACHE/base.used" 2>/dev/null || :
		"${CROSS}gcc" --version | head -n 1
	} | sha256sum | cut -c1-8)
	release=lubench-$key
	out=$LUBENCH_CACHE/kernels/host-$key
	# In a directory of its own: packages come to the one above.
	obj=$LUBENCH_CACHE/obj/host-$config_key/linux
}

check_tools() {
	command -v "${CROSS}gcc" >/dev/null ||
		die "$host is a $arch, and there is no ${CROSS}gcc; install package gcc-${CROSS%-}"
	case $kind in
	deb) command -v dh_listpackages dpkg-buildpackage >/dev/null ||
		die "a Debian package cannot be made without debhelper and dpkg-dev; run: make deps-package" ;;
	rpm) command -v rpmbuild >/dev/null ||
		die "$host takes rpm packages, and there is no rpmbuild; install it (Debian: package rpm, Fedora: rpm-build)" ;;
	esac
}

# Where nothing is a module most objects of the suite's own kernel fit; with modules not one does.
seed_objects() {
	local from=$LUBENCH_CACHE/obj/$arch-$selection
	[ ! -e "$obj/.config" ] || return 0
	need_space "$LUBENCH_CACHE" $((modules ? 25000 : 4000)) "a kernel with the configuration of $host"
	mkdir -p "${obj%/*}"
	rm -rf "$obj" "$obj.new"
	if [ "$modules" = 0 ] && [ -e "$from/.lubench-done" ] && [ "$(cat "$from/.lubench-done")" = "$src" ]; then
		note "starting from the objects of $(basename "$from")"
		cp -a --reflink=auto "$from" "$obj.new"
		rm "$obj.new/.lubench-done"
		mv "$obj.new" "$obj"
		seeded=$from
	fi
	mkdir -p "$obj"
}

own_configure() {
	local files=() bad
	arch_options >"$obj/arch.config"
	mapfile -t files < <(own_fragments)
	cat "$dir/config" "${files[@]}" >"$obj/.config.new"
	KCONFIG_CONFIG=$obj/.config.new kmake -s olddefconfig >"$obj/lubench.config.log" 2>&1 || {
		cat "$obj/lubench.config.log" >&2
		die "$src: olddefconfig failed with the configuration of $host"
	}
	# An option that this kernel does not know is not missed when it should be off or empty.
	bad=$(awk -v config="$obj/.config.new" '
		/^CONFIG_[A-Z0-9_]+=/ {
			name = substr($0, 1, index($0, "=") - 1)
			if (FILENAME == config) has[name] = $0; else want[name] = $0
		}
		END {
			for (n in want) {
				if (want[n] ~ /=(n|"")$/ ? n in has && has[n] != want[n] : want[n] ~ /=y$/ && has[n] != want[n])
					print "  " want[n]
			}
		}' "${files[@]}" "$obj/.config.new" | sort)
	[ -z "$bad" ] || { printf '%s\n' "$bad" >&2; die "the configuration of $host does not take the options above; see $obj/.config.new"; }
	if cmp -s "$obj/.config.new" "$obj/.config"; then rm "$obj/.config.new"; else mv "$obj/.config.new" "$obj/.config"; fi
}

# As in build.sh: copied programs are made again, and what came out the same gets its old time back.
settle_tools() {
	[ -n "${seeded:-}" ] && [ -e "$seeded/tools/objtool/objtool" ] || return 0
	kmake -s prepare >"$out/build.log" 2>&1 || return 0
	find "$obj/tools" -type f -newer "$seeded/.lubench-done" -exec touch -r "$seeded/tools/objtool/objtool" {} +
}

# step WHAT TARGET...: a part of the build, into the log
step() {
	local text=$1
	shift
	kmake "$@" 2>&1 | "$KDIR/progress.sh" "$((modules ? 20000 : KOBJECTS))" "$out/build.log" || {
		grep -nE 'error:|Error [0-9]|undefined reference|\*\*\*' "$out/build.log" | head -n 20 >&2 || :
		die "$text failed; the whole log is $out/build.log"
	}
}

make_package() {
	local image
	find "${obj%/*}" -maxdepth 1 -type f -delete
	case $kind in
	deb)
		# Headers and debug information are not what is measured with, and cost minutes.
		DEB_BUILD_PROFILES="pkg.linux-upstream.nokernelheaders pkg.linux-upstream.nokerneldbg" \
			step "making the package" bindeb-pkg KDEB_COMPRESS=gzip KDEB_CHANGELOG_DIST=unstable \
			DPKG_FLAGS=-d KDEB_PKGVERSION="$(kmake -s kernelversion)-1"
		image=$(find "${obj%/*}" -maxdepth 1 -name "linux-image-*$release*.deb" ! -name '*-dbg_*')
		;;
	rpm)
		rm -rf "$obj/rpmbuild/RPMS"
		step "making the package" binrpm-pkg RPMOPTS="--without=devel --without=debuginfo"
		image=$(find "$obj/rpmbuild/RPMS" -name 'kernel-*.rpm' ! -name 'kernel-headers-*' ! -name 'kernel-devel-*' ! -name 'kernel-debuginfo*')
		;;
	esac
	[ "$(grep -c . <<<"$image")" = 1 ] ||
		die "making the package: it left no package, or several; the whole log is $out/build.log"
	mv "$image" "$out/"
	basename "$image" >"$out/package"
}

provenance() {
	jq -n --compact-output --arg arch "$arch" --arg selection "$selection" --arg commit "$commit" \
		--arg release "$1" --arg build_id "$(cat "$out/build-id")" --arg kind "$kind" \
		--arg config "$(sha "$out/config")" --arg own "$(sha "$dir/config")" \
		--arg compiler "$("${CROSS}gcc" --version | head -n 1)" \
		--arg version "$(sed -n 's/^BASE_VERSION=//p' "$LUBENCH_CACHE/base.used" 2>/dev/null || :)" \
		--argjson patches "$(git -C "$src" rev-list --count base..HEAD 2>/dev/null || echo 0)" \
		'{selection: $selection, arch: $arch, variant: "", base: {version: $version},
		series: {patches: $patches, commit: $commit}, release: $release, build_id: $build_id,
		config_sha256: $config, compiler: $compiler, package: $kind, host_config_sha256: $own}'
}

# Kernels that no host has any more
prune() {
	local one
	for one in "$LUBENCH_CACHE"/kernels/host-*; do
		[ -n "$(find "$LUBENCH_CACHE/hosts" -maxdepth 2 -name kernel -lname "*/${one##*/}")" ] || rm -rf "$one"
	done
}

build() {
	local kernel
	variant=
	ask_host
	fetch_config
	check_tools
	obj=/nowhere
	# shellcheck source=kernel/kbuild.sh
	. "$KDIR/kbuild.sh"
	source_tree
	keys
	if [ "$selection" = ksrc ] || [ ! -e "$out/key" ]; then
		switch_tree
		seed_objects
		mkdir -p "$out"
		rm -f "$out/key" "$obj/.lubench-done"
		own_configure
		note "building $release for $host in $obj (log: $out/build.log)$([ "$modules" = 0 ] || echo '; with the modules of a distribution it takes hours')"
		settle_tools
		step "the kernel build" all
		kernel=$(cat "$obj/include/config/kernel.release")
		make_package
		# Not before: it may link the kernel once more, and that one is in the package.
		readelf -n "$obj/vmlinux" | sed -n 's/.*Build ID: //p' >"$out/build-id"
		[ -s "$out/build-id" ] || die "$obj/vmlinux has no build id"
		cp "$obj/$KIMAGE" "$out/$(basename "$KIMAGE")"
		cp "$obj/.config" "$out/config"
		echo "$kernel" >"$out/release"
		provenance "$kernel" >"$out/provenance.json"
		touch "$out/key"
	fi
	ln -sfn "../../kernels/host-$key" "$dir/kernel"
	prune
	note "kernel $(cat "$out/release") for $host ($os): $out/$(cat "$out/package")"
	note "next: make kernel-install HOST=$host"
}

# Megabytes that are free where the host keeps kernels, and what it needs there beside the package: an initrd.
check_room() { # PACKAGE
	local boot lib initrd need
	# shellcheck disable=SC2016 # for the shell over there
	read -r boot lib initrd < <(on_host 'd() { df -Pm "$1" | tail -n 1 | tr -s " " | cut -d" " -f4; }
		i=$(ls -S /boot/initr* 2>/dev/null | head -n 1); [ -z "$i" ] || i=$(($(stat -c %s "$i") >> 20))
		echo "$(d /boot) $(d /var/lib) ${i:-64}"' </dev/null) || die "$host: it does not tell how much space it has"
	[[ "$boot$lib$initrd" =~ ^[0-9]{3,40}$ ]] || die "$host: it does not tell how much space it has"
	need=$(($(stat -c %s "$1") >> 20))
	[ "$boot" -ge $((2 * initrd + 40)) ] ||
		die "$host: a kernel and its initrd need $((2 * initrd + 40)) MB in /boot, only $boot MB are free; remove an old kernel"
	[ "$lib" -ge $((6 * need + 100)) ] ||
		die "$host: the package needs $((6 * need + 100)) MB below /, only $lib MB are free"
}

install_package() { # PACKAGE RELEASE
	local sum far=/var/lib/lubench/package.$kind command
	sum=$(sha256sum <"$1" | cut -d' ' -f1)
	on_host "umask 077; mkdir -p /var/lib/lubench && chmod 700 /var/lib/lubench && cat >$far && echo '$sum  $far' | sha256sum -c --quiet" \
		<"$1" >&2 || die "$host: the package could not be copied to $far"
	case $kind in
	deb) command="dpkg -i $far" ;;
	# -i, not -U: one that is there stays
	rpm) command="rpm -i --oldpackage $far" ;;
	esac
	note "installing $2 on $host"
	on_host "export DEBIAN_FRONTEND=noninteractive; { $command; } 2>&1; rc=\$?; rm -f $far; exit \$rc" </dev/null >"$dir/install.log" || {
		tail -n 5 "$dir/install.log" >&2
		die "$host: '${command%% /*}' failed; the whole output is $dir/install.log; what is left of it: $remove"
	}
	on_host "test -s /boot/vmlinuz-$2" </dev/null || die "$host: the package is installed, but there is no /boot/vmlinuz-$2"
}

# The unit that starts the agent after a kexec; it does nothing in any other boot.
install_unit() {
	local unit=/etc/systemd/system/lubench-agent.service
	if ! on_host 'test -d /run/systemd/system' </dev/null; then
		note "$host has no systemd: let its init start '/var/lib/lubench/agent incoming /var/lib/lubench' when lubench.run= is on the command line, or use BOOT=agent"
		return
	fi
	on_host "cat >$unit.new && mv $unit.new $unit && systemctl daemon-reload && systemctl -q enable lubench-agent.service" \
		<"$KDIR/../bench/target/host/lubench-agent.service" >&2 || die "$host: $unit could not be installed"
	note "$unit is enabled: it starts the agent after a kexec of the suite, and does nothing in other boots"
}

# What boots next time, as the boot loader's own files say; nothing where that is not known.
default_kernel() {
	# shellcheck disable=SC2016 # for the shell over there
	on_host 'if command -v grubby >/dev/null; then grubby --default-kernel; exit; fi
		[ ! -r /boot/grub/grub.cfg ] || sed -n "s/^[[:space:]]*linux[[:space:]]\+\([^ ]*\).*/\1/p" /boot/grub/grub.cfg | head -n 1' \
		</dev/null 2>/dev/null | head -c 300 | tr -cd 'A-Za-z0-9._+~/-' || :
}

next_steps() { # RELEASE DEFAULT-BEFORE
	local now words="kho=on liveupdate=on"
	[ "$arch" != x86_64 ] || words+=" intel_iommu=on"
	now=$(default_kernel)
	case $now in
	'') note "no boot loader is known on $host: it boots what it has always booted" ;;
	*"$1") note "NOTE: the boot loader of $host takes $1 by default from now on (before: ${2:-unknown}), as it takes the newest; pick another in /etc/default/grub (GRUB_DEFAULT), or remove it: $remove" ;;
	*) note "$host still boots ${now##*/} by default" ;;
	esac
	cat >&2 <<-TEXT
	lubench: next, on $host:
	  1. boot $1 with '$words' on its command line (GRUB_CMDLINE_LINUX in /etc/default/grub, then
	     update-grub or grub2-mkconfig; it holds for all kernels, and others do not mind), or once, with kexec-tools:
	     kexec -l /boot/vmlinuz-$1 --initrd=$initrd --reuse-cmdline --append='$words' && systemctl kexec
	  2. here: build/lubench doctor $host --device BDF
	  3. here: make bench HOST=$host DEVICE=BDF WORKLOAD=igb (or dsa, e1000e: what BDF is) BOOT=system (or agent)
	  back: $remove
	TEXT
}

install() {
	local kernel out=$dir/kernel built package before have
	ask_host
	[ -e "$out/key" ] || die "no kernel was built for $host; run: make kernel HOST=$host"
	[ "$uid" = 0 ] || die "$host: the login is not root; write HOST=root@machine"
	kernel=$(cat "$out/release") package=$out/$(cat "$out/package") built=$(jq -r .arch "$out/provenance.json")
	[ "$built" = "$arch" ] || die "$host is a $arch now, its kernel was built for $built; run: make kernel HOST=$host"
	[ "${package##*.}" = "$kind" ] || die "$host takes $kind packages now; run: make kernel HOST=$host"
	case $kind in
	deb) have="dpkg-query -W -f '\${db:Status-Abbrev}' linux-image-$kernel | grep -q ^ii" initrd=/boot/initrd.img-$kernel
		remove="apt-get remove linux-image-$kernel" ;;
	rpm) have="rpm -q kernel-$(sed -n 's/-/_/gp' <<<"$kernel")" initrd=/boot/initramfs-$kernel.img
		remove="rpm -e \$(rpm -qf /boot/vmlinuz-$kernel)" ;;
	esac
	before=$(default_kernel)
	if on_host "test -s /boot/vmlinuz-$kernel && $have" </dev/null >/dev/null 2>&1; then
		note "$kernel is installed on $host already"
	elif on_host "test -e /boot/vmlinuz-$kernel" </dev/null; then
		die "$host: there is a /boot/vmlinuz-$kernel that no package owns; it is not overwritten"
	else
		check_room "$package"
		install_package "$package" "$kernel"
		note "$kernel is installed on $host beside $running, which runs now"
	fi
	install_unit
	next_steps "$kernel" "$before"
}

case $what in
build) build ;;
install) install ;;
esac
