#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A run that compares kernels, on target fake: their order, what is written of them, how it goes on after an
# interruption, and what is refused. And which kernels make builds for a plan.
# shellcheck source=tests/golden/lib.sh
. "$(dirname "$0")/lib.sh"

plan() { # LINE...: a plan with these lines in [run]
	printf '[run]\nscenario = preserve\nreps = 1\n' >"$tmp/plan.ini"
	printf '%s\n' "$@" >>"$tmp/plan.ini"
	printf '[matrix.1]\nhwpts = 1,2\nioas = 64M,1G\npage = 4K\n' >>"$tmp/plan.ini"
}
run() { # STATUS DIR ARG...
	local want=$1 dir=$2
	shift 2
	ends "$want" run --target fake --plan "$tmp/plan.ini" --out "$tmp/$dir" "$@"
}
order() { # DIR: the kernels, cycle by cycle
	jq -r 'select(.kind == "outcome") | "\(.cycle) \(.params.kernel)"' "$tmp/$1/samples.jsonl" | uniq | cut -d' ' -f2 |
		tr '\n' ' '
}
say() { tail -n 1 "$tmp/err"; }

plan 'kernel = series:36,series' 'cycles = 2'
run 0 two && [ "$(order two)" = 'series:36 series series series:36 series:36 series series series:36 ' ]
check "they take turns as A B B A"
[ "$(jq -r 'select(.kind == "sample" or .kind == "outcome") | .params.kernel' "$tmp/two/samples.jsonl" | sort -u |
	tr '\n' ' ')" = 'series series:36 ' ]
check "each sample and each outcome names its kernel"
[ "$(grep -c '"ev":"launch"' "$tmp/two/journal.jsonl")" = 8 ]
check "each cycle has a launch of its own"
[ "$(jq -r 'select(.kind == "run") | .kernel.selection, (.kernels | map(.selection, .build_id | type)[])' \
	"$tmp/two/samples.jsonl" | tr '\n' ' ')" = 'series:36,series string string string string ' ] &&
	[ "$(jq -r 'select(.kind == "run") | .kernels[].selection' "$tmp/two/samples.jsonl" | tr '\n' ' ')" = 'series:36 series ' ]
check "the run line says what each is"
grep -q 'hwpts=2 ioas=1G page=4K kernel=series:36 cycle 2/2$' "$tmp/out"
check "so does what is printed of a point"

# As if it had been killed in its last cycle but one
mkdir "$tmp/cut"
cp "$tmp/two/plan.ini" "$tmp/cut/"
sed '/"ev":"intent","cycle":7/,$d' "$tmp/two/journal.jsonl" >"$tmp/cut/journal.jsonl"
grep -q '"cycle":6' "$tmp/cut/journal.jsonl" && ! grep -q '"cycle":7' "$tmp/cut/journal.jsonl" &&
	jq -c 'select((.cycle // 0) < 7)' "$tmp/two/samples.jsonl" >"$tmp/cut/samples.jsonl" &&
	ends 0 run --resume "$tmp/cut" && [ "$(order cut)" = "$(order two)" ]
check "a resumed run goes on with the kernel whose turn it is"

run 0 other --kernel base,series:3 && [ "$(order other)" = 'base series:3 series:3 base base series:3 series:3 base ' ]
check "--kernel with a list goes before the plan"
run 0 one --kernel series && [ "$(order one)" = 'null null null null ' ] && ! grep -q '"kernels"' "$tmp/one/samples.jsonl"
check "with one kernel it is the kernel of the run"
plan 'kernel = series:36'
run 0 single && [ "$(jq -r 'select(.kind == "run") | .kernel.selection' "$tmp/single/samples.jsonl")" = series:36 ] &&
	[ "$(order single)" = 'null null ' ]
check "a list of one is no comparison"

ends 0 report "$tmp/two" && grep -q '^Kernels compared' "$tmp/out" &&
	ends 0 report "$tmp/one" && ! grep -q '^Kernels compared' "$tmp/out"
check "the report sets several side by side"
# A mean is the median of two.
added=$(jq -rs '[.[] | select(.metric == "boot.iommu" and .params.kernel == "series")] | group_by(.params.ioas_bytes) |
	map(map(.value) | add / length) | .[1] - .[0] | . / 1000' "$tmp/two/samples.jsonl")
ends 0 report "$tmp/two" && sed -n '/^boot.iommu.*more than/,/^kho.bytes/p' "$tmp/out" >"$tmp/added" &&
	grep -q '^4 KiB  64 MiB      2        0 ns        0 ns        -  2/2$' "$tmp/added" &&
	awk -v want="$added" '$3 == "1" && $4 == "GiB" { d = $8 - want; found = $9 == "us" && d < 1 && d > -1 } END { exit !found }' "$tmp/added"
check "and what a point adds to boot.iommu: $added us"
ends 0 report "$tmp/two" "$tmp/other" && grep -q 'kernel series of those that it compares$' "$tmp/out" &&
	[ "$(grep -c '^  4 KiB, 1 GiB, 2 HWPTs' "$tmp/out")" = 1 ]
check "beside other runs it is shown with the last"
ends 0 export openmetrics --emulated "$tmp/two" &&
	grep -q 'kernel="series:36".*metric="preserve.iommufd".*hwpts="2"' "$tmp/out" &&
	! grep -q 'side="series' "$tmp/out"
check "an export has the kernel of each number"

plan 'kernel = series:36,series' 'probes = off,on'
run 2 refused && say | grep -q 'neither probes nor --perf'
check "refused: $(say)"
plan 'kernel = series:36,series'
run 2 refused --kernel series,serious && say | grep -q 'not a list of kernels'
check "refused: $(say)"
sed -i 's/= preserve/= blackout/' "$tmp/plan.ini"
run 2 refused && say | grep -q 'only scenario preserve'
check "refused: $(say)"
plan 'kernel = series:36,series'
ends 2 run --host nobody@nowhere --device 0000:00:01.0 --plan "$tmp/plan.ini" --out "$tmp/refused" && say | grep -q 'only an emulated target'
check "refused: $(say)"
export LUBENCH_CACHE=$tmp/cache
ends 1 run --target vtd --plan "$tmp/plan.ini" --out "$tmp/refused" &&
	say | grep -q 'x86_64-series-36/bzImage: No such file.*make kernel KERNEL=series:36'
check "refused: $(say)"

builds() { # WORDS...: the kernels that make would build
	make -n --no-print-directory kernel-suite "$@" 2>/dev/null | sed -n 's/.*for k in \(.*\); do ARCH.*/\1/p'
}
unset KERNEL MAKEFLAGS
[ "$(builds PLAN=scale)" = 'series:36 series' ] && [ "$(builds PLAN=quick)" = series ] &&
	[ "$(builds PLAN=scale KERNEL=base)" = base ] && [ "$(builds KERNEL=series:3,base)" = 'series:3 base' ]
check "make builds those of the plan, or those that it is told"
! make bench-args PLAN=scale HOST=x DEVICE=y >"$tmp/out" 2>"$tmp/err" && head -n 1 "$tmp/err" | grep -q 'one kernel at a time'
check "and refuses several for a host"
exit $failed
