#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# bench/compare/interleaved.sh, which `make bench-compare` is, on target fake: the order of the runs, and what
# becomes of them. A wrapper makes of one of the two kernels what the test wants.
# shellcheck source=tests/golden/lib.sh
. "$(dirname "$0")/lib.sh"

touch "$tmp/first" "$tmp/second"
cat >"$tmp/lubench" <<'END'
#!/bin/bash
build/lubench "$@" || exit
[ "$1" = run ] || exit 0
dir=$(sed -n 's/.* --out \([^ ]*\).*/\1/p' <<<"$*")
echo "${dir#"$TMP_DIR"/}" >>"$TMP_DIR/order"
[[ $* != *" --kernel $TMP_DIR/second "* ]] || {
	jq -c "$PROGRAM" "$dir/samples.jsonl" >"$dir/new" && mv "$dir/new" "$dir/samples.jsonl"
}
END
chmod +x "$tmp/lubench"

# compare STATUS JQ-PROGRAM [NAME=VALUE]...: with the samples of NEW changed
compare() {
	local want=$1 rc
	export PROGRAM=$2 TMP_DIR=$tmp
	shift 2
	rm -rf "$tmp/runs" "$tmp/order"
	env LUBENCH="$tmp/lubench" BASE="$tmp/first" NEW="$tmp/second" ROUNDS=4 METRIC= VARIANT= "$@" \
		bench/compare/interleaved.sh "$tmp/runs" fake --plan bench/plan/plans/smoke.ini >"$tmp/out" 2>&1
	rc=$?
	[ $rc -eq "$want" ] || { echo "# status $rc instead of $want"; return 1; }
}

compare 0 . && grep -q '^verdict  NO REGRESSION FOUND' "$tmp/out"
check "a kernel is as good as itself"
[ "$(tr '\n' ' ' <"$tmp/order")" = "runs/fake/base/1 runs/fake/new/1 runs/fake/new/2 runs/fake/base/2 \
runs/fake/base/3 runs/fake/new/3 runs/fake/new/4 runs/fake/base/4 " ]
check "they are measured in the order A B B A A B B A"
compare 1 'if .metric == "preserve.iommufd" then .value = (.value * 1.2 | floor) else . end' &&
	grep -q '^preserve.iommufd.* WORSE$' "$tmp/out"
check "one that preserves slower is worse"
compare 0 'if .metric == "preserve.iommufd" then .value = (.value * 1.2 | floor) else . end' METRIC='preserve.m*'
check "but not when asked for something else"
compare 2 'if .kind == "outcome" then .outcome = "skip" | .reason = "no way" else select(.kind == "run") end' &&
	grep -q "^lubench: NEW=$tmp/second yields nothing to compare on this target: skip: no way$" "$tmp/out" &&
	grep -q 'MODE=rebuild METRIC=' "$tmp/out" && [ "$(wc -l <"$tmp/order")" -eq 2 ]
check "one that cannot do it ends the comparison after its first run, with the reason"

refused() { # PATTERN [NAME=VALUE]...
	local pattern=$1
	shift
	compare 2 . "$@" && [ "$(wc -l <"$tmp/out")" -eq 1 ] && grep -q "$pattern" "$tmp/out" && ! [ -e "$tmp/order" ]
	check "refused: $(cat "$tmp/out")"
}
refused 'BASE is missing' BASE=
refused 'NEW=serious: neither' NEW=serious
refused 'NEW=series:x: series:N wants a number' NEW=series:x
refused "BASE=$tmp: neither" BASE="$tmp"
refused 'ROUNDS=0' ROUNDS=0
refused 'ROUNDS=33: a number from 1 to 32' ROUNDS=33
exit $failed
