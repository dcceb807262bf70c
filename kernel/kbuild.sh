# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Shared by build.sh and check.sh: which source, which configuration, how make is called.
# shellcheck disable=SC2154 # arch, selection and the like are the sourcing script's
# Sourced with arch, selection, variant and obj set, and release, the end of the kernel's name.

# One more than processors: there is always one that waits.
jobs=${JOBS:-$(($(nproc) + 1))}

# A variant that is not merged over the common configuration: it shares no objects with others.
standalone() {
	[ -e "$KDIR/config/$variant.config" ] && grep -q '^# Standalone' "$KDIR/config/$variant.config"
}

fragments() {
	if standalone; then
		printf '%s\n' "$KDIR/config/$variant.config"
		return
	fi
	local v list=("$KDIR/config/common.config" "$KDIR/config/$arch.config")
	[[ $selection == base || $variant == *without* ]] || list+=("$KDIR/config/series.config")
	for v in ${variant//+/ }; do
		[ -e "$KDIR/config/$v.config" ] || die "VARIANT=$v: no kernel/config/$v.config"
		list+=("$KDIR/config/$v.config")
	done
	printf '%s\n' "${list[@]}"
}

# Sets src and commit.
source_tree() {
	if [ "$selection" = ksrc ]; then
		src=$("$KDIR/tree.sh" ksrc "$KSRC")
		commit=$(git -C "$src" rev-parse -q --verify HEAD 2>/dev/null || echo none)
	else
		read -r src commit < <("$KDIR/tree.sh" commit "$selection")
		[ -n "${commit:-}" ] || exit 1
	fi
}

# The builds share one tree, which is switched to the selection's commit: one build at a time.
switch_tree() {
	[ "$selection" != ksrc ] || return 0
	lock "$src.lock"
	# -f: a switch that was interrupted leaves files of two commits
	clean_git -C "$src" checkout -q -f --detach "$commit" ||
		die "$src: cannot be switched to $selection; it is the build's own tree: remove it and run this again"
}

kmake() {
	# Same source and configuration: same bits, so that a build id names a kernel.
	local stamp="@1767225600" cc=${CROSS}gcc hostcc=gcc
	if command -v ccache >/dev/null; then
		# Its path is on every command line: the same for all clones.
		cmp -s "$KDIR/ccache.sh" "$LUBENCH_CACHE/obj/ccache.sh" ||
			install -D -m 755 "$KDIR/ccache.sh" "$LUBENCH_CACHE/obj/ccache.sh"
		cc="$LUBENCH_CACHE/obj/ccache.sh $cc" hostcc="ccache gcc"
		# Depend mode: what is not in the cache is not preprocessed twice. And each of a thousand headers
		# is read for its checksum once, not for every object.
		export CCACHE_BASEDIR=$LUBENCH_CACHE CCACHE_NOHASHDIR=1 CCACHE_DEPEND=1 CCACHE_INODECACHE=1
	fi
	# The compiler takes its memory in huge pages: on a virtual machine half of the build time, see hugepages.c.
	export GLIBC_TUNABLES=${GLIBC_TUNABLES:-glibc.malloc.hugetlb=1}
	local huge=$LUBENCH_CACHE/obj/hugepages.so
	[ "$huge" -nt "$KDIR/hugepages.c" ] || {
		mkdir -p "${huge%/*}" && gcc -O2 -shared -fPIC -o "$huge.$$" "$KDIR/hugepages.c" && mv "$huge.$$" "$huge" || huge=
	}
	# What only a debugger or a diagnostic has use for, and costs a third of the compiler's time: where variables
	# live, which statement an instruction is of, and which macros a token came through. Code and BTF are the same.
	# Not for kernel-check: without the way through macros the compiler warns of what they compare.
	local cflags="-fno-var-tracking -gno-statement-frontiers -ftrack-macro-expansion=0"
	[ "$release" != check ] || cflags=
	# Nothing of the make that calls this: it has its own number of jobs.
	MAKEFLAGS='' LD_PRELOAD="$huge" make -C "$src" O="$obj" ARCH="$KARCH" CROSS_COMPILE="$CROSS" CC="$cc" HOSTCC="$hostcc" -j"$jobs" \
		KCFLAGS="$cflags" LOCALVERSION="-$release" KBUILD_BUILD_TIMESTAMP="$stamp" KBUILD_BUILD_VERSION=1 \
		KBUILD_BUILD_USER=lubench KBUILD_BUILD_HOST=lubench "$@"
}

configure() {
	local files=() bad
	mapfile -t files < <(fragments)
	cat "${files[@]}" >"$obj/lubench.fragments"
	KCONFIG_ALLCONFIG=$obj/lubench.fragments KCONFIG_CONFIG=$obj/.config.new \
		kmake -s allnoconfig >"$obj/lubench.config.log" 2>&1 || {
		cat "$obj/lubench.config.log" >&2
		die "$src: allnoconfig failed"
	}
	# Later fragments win; options that only a whole series brings are asked of a whole series only.
	bad=$(awk -v partial="$([[ $selection == series:* ]] && echo 1)" -v config="$obj/.config.new" '
		/^CONFIG_[A-Z0-9_]+=/ {
			name = substr($0, 1, index($0, "=") - 1)
			if (FILENAME == config) { has[name] = $0; next }
			if (partial && FILENAME ~ /\/series\.config$/) next
			want[name] = $0; file[name] = FILENAME
		}
		END {
			for (n in want) {
				if (want[n] ~ /=n$/ ? n in has : has[n] != want[n])
					print file[n] ": " want[n] " is not taken; see its dependencies"
			}
		}' "${files[@]}" "$obj/.config.new" | sed "s|^$KDIR/|kernel/|" | sort)
	[ -z "$bad" ] || { printf '%s\n' "$bad" >&2; die "the configuration is not what its fragments ask for"; }
	if cmp -s "$obj/.config.new" "$obj/.config"; then rm "$obj/.config.new"; else mv "$obj/.config.new" "$obj/.config"; fi
}
