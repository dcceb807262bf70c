#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Two kernels measured in turn and compared: interleaved.sh OUT TARGETS [OPTION OF lubench run]...
# Environment: BASE and NEW, each a selection (series, series:N, base), the directory of a kernel tree, or an
# image; VARIANT; ROUNDS runs of each side; METRIC for `lubench compare`. Exit status as of that, of the worst
# target. The order is A B, B A, A B, ...: what drifts in the machine meets both sides.
set -euo pipefail
cd "$(dirname "$0")/../.."
lubench=${LUBENCH:-build/lubench}
LUBENCH_CACHE=${LUBENCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/lubench}
out=$1 targets=$2
shift 2
variant=${VARIANT:+-${VARIANT//+/-}}
rounds=${ROUNDS:-4}
declare -A word=([base]="${BASE:-}" [new]="${NEW:-}") kernel=()

say() { echo "lubench: $*" >&2; }
die() { say "$*"; exit 2; }

arch_of() {
	case $1 in
	smmuv3*) echo aarch64 ;;
	*) echo x86_64 ;;
	esac
}

check() { # SIDE: before anything is built
	case ${word[$1]} in
	'') die "bench-compare: ${1^^} is missing; for example: make bench-compare BASE=series:34 NEW=series" ;;
	series | base) ;;
	series:*) [[ ${word[$1]#series:} =~ ^[0-9]+$ ]] || die "${1^^}=${word[$1]}: series:N wants a number" ;;
	*)
		[ -f "${word[$1]}" ] || [ -f "${word[$1]}/Kbuild" ] ||
			die "${1^^}=${word[$1]}: neither series, series:N, base, nor the directory of a kernel tree, nor an image"
		;;
	esac
}

# Sets kernel[SIDE-ARCH] to what --kernel takes. All trees are built in one place: what is measured is a copy.
build() { # SIDE ARCH
	local w=${word[$1]} from to=$out/kernels/$1-$2 image=bzImage
	[ "$2" = x86_64 ] || image=Image
	if [ -f "$w" ]; then
		kernel[$1-$2]=$(realpath "$w")
	elif [ -d "$w" ]; then
		ARCH=$2 KSRC=$w kernel/build.sh kernel || die "${1^^}=$w: it does not build"
		from=$LUBENCH_CACHE/kernels/$2-ksrc$variant
		mkdir -p "$to"
		cp "$from/$image" "$from/build-id" "$from/provenance.json" "$to/" ||
			die "$to: the kernel of ${1^^} cannot be copied there"
		kernel[$1-$2]=$(realpath "$to/$image")
	else
		ARCH=$2 KERNEL=$w KSRC='' kernel/build.sh kernel || die "${1^^}=$w: it does not build"
		kernel[$1-$2]=$w$variant
	fi
}

# A kernel that cannot do what the plan asks for says so in its first run: then there is no use in more.
hopeless() { # SIDE DIR
	local why
	why=$(jq -rs '[.[] | select(.kind == "outcome")]
		| if length > 0 and all(.outcome == "skip" or .outcome == "preserve-error")
		  then "\(.[0].outcome): \(.[0].reason)" else empty end' "$2/samples.jsonl") || return 1
	[ -n "$why" ] || return 1
	say "${1^^}=${word[$1]} yields nothing to compare on this target: $why"
	say "take a kernel that preserves there, or MODE=rebuild METRIC='blackout.*' for one that does not" \
		"(docs/comparing.md)"
}

one_run() { # SIDE NUMBER [OPTION]...
	local side=$1 dir=$out/$target/$1/$2 rc=0
	shift 2
	"$lubench" run --target "$target" --kernel "${kernel[$side-$arch]}" --out "$dir" "$@" || rc=$?
	case $rc in
	0 | 1) ;; # points that failed are counted by the comparison
	4) return 4 ;;
	130) exit 130 ;;
	*) die "the run of ${side^^} did not begin" ;;
	esac
	! hopeless "$side" "$dir" || return 2
}

one_target() { # [OPTION]...: an exit status
	local i side order rc
	for ((i = 1; i <= rounds; i++)); do
		order='base new'
		[ $((i % 2)) -eq 1 ] || order='new base'
		for side in $order; do
			say "$target, round $i of $rounds: ${side^^}=${word[$side]}"
			rc=0
			one_run "$side" "$i" "$@" || rc=$?
			[ $rc -eq 0 ] || return $rc
		done
	done
	"$lubench" compare ${METRIC:+--metric "$METRIC"} "$out/$target/base" "$out/$target/new"
}

# lubench compare takes 64 runs, of both sides together.
[[ $rounds =~ ^[1-9][0-9]?$ && $rounds -le 32 ]] || die "ROUNDS=$rounds: a number from 1 to 32"
check base
check new
for target in $targets; do
	arch=$(arch_of "$target")
	for side in base new; do
		[ -n "${kernel[$side-$arch]:-}" ] || build $side "$arch"
	done
done

worst=0 judged=0
for target in $targets; do
	arch=$(arch_of "$target")
	rc=0
	one_target "$@" || rc=$?
	[ $rc -ne 4 ] || { say "target $target is skipped"; continue; }
	judged=$((judged + 1))
	[ $rc -eq 0 ] || [ $worst -eq 1 ] || worst=$rc
done
[ $judged -gt 0 ] || exit 2
exit $worst
