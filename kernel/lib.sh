# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Shared by the shell glue: the cache, messages, locks, disk space, the Debian mirror, architectures.

LUBENCH_CACHE=${LUBENCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/lubench}
KDIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export LUBENCH_CACHE KDIR

note() { printf 'lubench: %s\n' "$*" >&2; }
die() { printf 'lubench: %s\n' "$*" >&2; exit 1; }

# sha FILE...: one checksum over the contents, in the order given
sha() { cat -- "$@" /dev/null | sha256sum | cut -d' ' -f1; }

# arch_table ARCH: sets KARCH (the kernel's name), DEBARCH, CROSS, KIMAGE and KOBJECTS (the number of
# steps that a build from scratch prints, for the progress line). One line for each architecture.
arch_table() {
	case $1 in
	x86_64) KARCH=x86 DEBARCH=amd64 CROSS=x86_64-linux-gnu- KIMAGE=arch/x86/boot/bzImage KOBJECTS=2000 ;;
	aarch64) KARCH=arm64 DEBARCH=arm64 CROSS=aarch64-linux-gnu- KIMAGE=arch/arm64/boot/Image KOBJECTS=2000 ;;
	*) die "ARCH=$1: unknown architecture; use x86_64 or aarch64" ;;
	esac
	export KARCH DEBARCH CROSS KIMAGE KOBJECTS
}

# need_space DIR MEGABYTES WHAT
need_space() {
	local have
	mkdir -p "$1" || die "$1: cannot be made; set LUBENCH_CACHE to a directory that can be written"
	have=$(df -Pm -- "$1" | awk 'NR == 2 { print $4 }')
	[ "$have" -ge "$2" ] ||
		die "$1: $3 needs $2 MB, only $have MB are free; free some or set LUBENCH_CACHE to another disk"
}

# lock FILE: held until the script ends
lock() {
	mkdir -p "$(dirname "$1")" ||
		die "$(dirname "$1"): cannot be made; set LUBENCH_CACHE to a directory that can be written"
	exec {lock_fd}>"$1"
	flock -n "$lock_fd" && return
	note "waiting for another build (lock $1)"
	flock "$lock_fd"
}

# clean_git ARGS...: git without the user's own settings, under the suite's name
clean_git() {
	GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 \
		GIT_COMMITTER_NAME="lubench developers" GIT_COMMITTER_EMAIL=dev@lubench.invalid \
		git "$@"
}

# extract_packages SUITE TAR PACKAGES: packages of DEBARCH with what they depend on, unpacked into TAR.
# Nothing of them is run, so that the architecture does not matter.
extract_packages() {
	local keyring=/usr/share/keyrings/debian-archive-keyring.gpg as_root=() mode=root
	[ -f "$keyring" ] || die "$keyring: missing; run: make deps"
	[ "$(id -u)" = 0 ] || as_root=(fakeroot) mode=chrootless
	"${as_root[@]}" mmdebstrap --quiet --variant=extract --mode=$mode --architectures="$DEBARCH" --include="$3" \
		"$1" "$2" "deb [signed-by=$keyring] $(debian_mirror) $1 main" ||
		die "mmdebstrap could not fetch $3 from $1; check the network or set LUBENCH_MIRROR=URL"
}

# debian_mirror: the mirror of the Debian archive that this machine is already configured for
debian_mirror() {
	local mirror
	[ -z "${LUBENCH_MIRROR:-}" ] || { echo "$LUBENCH_MIRROR"; return; }
	# shellcheck disable=SC2016 # apt expands these
	# Without downloaded indexes apt does not know the label; then the release's own name decides.
	mirror=$(apt-get indextargets --format '$(CREATED_BY) $(COMPONENT) $(LABEL) $(RELEASE) $(SITE)' |
		awk -v own="$(. /etc/os-release && echo "${VERSION_CODENAME:-none}")" '
		$1 != "Packages" || $2 != "main" { next }
		$3 == "Debian" { print $NF; found = 1; exit }
		$3 ~ /LABEL/ && $4 == own && !guess { guess = $NF }
		END { if (!found && guess) print guess }')
	[ -n "$mirror" ] ||
		die "no Debian mirror in this machine's apt sources; set LUBENCH_MIRROR=URL of one"
	echo "$mirror"
}

# private_apt DIR TYPE SUITE: an apt of our own in DIR for packages (deb) or sources (deb-src) of SUITE.
# Nothing of the system is read but its mirror, its proxy and Debian's keys. Sets APT_CONFIG.
private_apt() {
	local dir=$1 keyring=/usr/share/keyrings/debian-archive-keyring.gpg mirror
	mkdir -p "$dir"/{etc/none,state/lists/partial,cache/archives/partial}
	[ -f "$keyring" ] || die "$keyring: missing; run: apt-get install debian-archive-keyring"
	: >"$dir/state/status"
	mirror=$(debian_mirror)
	echo "$2 [signed-by=$keyring] $mirror $3 main" >"$dir/etc/sources.list"
	{
		cat <<-CONF
		Dir::State "$dir/state";
		Dir::State::status "$dir/state/status";
		Dir::Cache "$dir/cache";
		Dir::Etc::sourcelist "$dir/etc/sources.list";
		Dir::Etc::sourceparts "-";
		Dir::Etc::preferences "$dir/etc/none/preferences";
		Dir::Etc::preferencesparts "$dir/etc/none";
		Dir::Etc::parts "$dir/etc/none";
		APT::Architecture "$(dpkg --print-architecture)";
		APT::Sandbox::User "$(id -un)";
		APT::Update::Error-Mode "any";
		Acquire::Languages "none";
		CONF
		apt-config dump | grep -E '^Acquire::(http|https|ForceIPv[46]|Retries)\b' || :
	} >"$dir/apt.conf"
	export APT_CONFIG=$dir/apt.conf
	apt-get -qq update >&2 ||
		die "apt cannot read $3 from $mirror; check the network or set LUBENCH_MIRROR=URL"
}
