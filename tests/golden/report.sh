#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The text report of recorded runs must stay as it was looked at and found right.
# The runs below report/ are made up for this test (no machine took them): preserve has a crashed
# cycle, a skipped point and a missing value; skipped has no ok cycle; torn was interrupted; in leak free
# memory falls by 1 MiB a cycle, and page tables of every fourth HWPT stay. Only kernels is cut out of a run,
# one of plan scale on vtd with one point left out by hand.
#
#   report.sh            compare; TAP on stdout, exit 1 when something differs
#   report.sh --update   take today's output as the expected one; look at `git diff` afterwards
#
# LUBENCH names the program (default: build/lubench of this tree).

top=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
# below the tree, so that the messages name the files the same way everywhere
cd "$top" || exit 1
lubench=${LUBENCH:-build/lubench}
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT INT TERM
n=0
failed=0

result() # STATUS NAME
{
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		failed=$((failed + 1))
	fi
}

if ! [ -x "$lubench" ]; then
	echo "Bail out! $lubench is not there: build it with make"
	exit 1
fi

for dir in tests/golden/report/*/; do
	name=$(basename "$dir")
	"$lubench" report "$dir" >"$tmp/out" 2>"$tmp/err"
	status=$?
	sed "s,$dir/*,RUN/,g" "$tmp/err" >"$tmp/messages"
	if [ "$1" = --update ]; then
		cp "$tmp/out" "$dir/expected.txt"
		cp "$tmp/messages" "$dir/expected.err"
	fi
	# a record that lost something is shown, and is no success
	[ -s "$dir/expected.err" ] && want=1 || want=0
	[ "$status" -eq "$want" ]
	result $? "report $name ends with status $want"
	diff -u "$dir/expected.txt" "$tmp/out" >"$tmp/diff"
	result $? "report $name"
	sed 's/^/# /' "$tmp/diff"
	diff -u "$dir/expected.err" "$tmp/messages" >"$tmp/diff"
	result $? "messages of report $name"
	sed 's/^/# /' "$tmp/diff"
	! LC_ALL=C grep -q '[^ -~]' "$tmp/out" && ! grep -q '.\{101\}' "$tmp/out"
	result $? "report $name is plain ASCII of 100 columns"
done

"$lubench" report tests/golden/report/preserve tests/golden/report/skipped 2>/dev/null |
	sed -n '/^Side by side/,$p' >"$tmp/out"
[ "$1" != --update ] || cp "$tmp/out" tests/golden/beside.txt
diff -u tests/golden/beside.txt "$tmp/out" >"$tmp/diff"
result $? "two runs side by side"
sed 's/^/# /' "$tmp/diff"

# As many as a fleet has: tables of five, over which the runs are numbered.
one=tests/golden/report/preserve
"$lubench" report $one $one $one $one $one $one 2>/dev/null >"$tmp/out" &&
	[ "$(grep -c '^Side by side' "$tmp/out")" -eq 2 ] && [ "$(grep -c '^ [1-6]: run golden-vtd$' "$tmp/out")" -eq 6 ] &&
	grep -q '^  *1: vtd  *2: vtd  *3: vtd  *4: vtd  *5: vtd$' "$tmp/out" && grep -q '^  *6: vtd$' "$tmp/out"
result $? "six runs side by side"

for run in results/baselines/*/; do
	"$lubench" report --schema results/schema.json "$run" >"$tmp/out" 2>&1
	result $? "$run is what the schema says"
	sed 's/^/# /' "$tmp/out"
done
sed 's/"metric":"jump"/"metric":"leap"/' tests/golden/report/preserve/samples.jsonl >"$tmp/other.jsonl"
! "$lubench" report --schema results/schema.json "$tmp/other.jsonl" 2>"$tmp/err" &&
	[ "$(wc -l <"$tmp/err")" -eq 2 ] && grep -q 'record [0-9]* does not match the schema: .*metric' "$tmp/err"
result $? "a metric that nobody knows is not"

"$lubench" report --svg "$tmp/curve.svg" tests/golden/report/preserve >/dev/null 2>"$tmp/err" &&
	grep -q '^<svg ' "$tmp/curve.svg" && grep -q EMULATED "$tmp/curve.svg" &&
	[ "$(grep -c '<circle' "$tmp/curve.svg")" -eq 58 ] && tail -n 1 "$tmp/curve.svg" | grep -qx '</svg>'
# 54 repetitions and 4 marks of the legend
result $? "report --svg draws every repetition and says EMULATED"

# --check tells by the exit status what the verdicts are: leak as it is, mended, mended but launched anew
# after cycle 7, and mended but corrupt.
check() # STATUS NAME SED-SCRIPT [RUN]
{
	mkdir -p "$tmp/run"
	sed -E -e "$3" "tests/golden/report/${4:-leak}/samples.jsonl" >"$tmp/run/samples.jsonl"
	"$lubench" report --check "$tmp/run" >"$tmp/out" 2>"$tmp/err"
	[ $? -eq "$1" ] && [ "$(grep -c 'a verdict is FAIL' "$tmp/err")" -eq $(($1 == 1)) ] &&
		[ "$(grep -c 'nothing tells whether DMA went on' "$tmp/err")" -eq $(($1 == 2)) ]
	result $? "report --check exits $1: $2"
}
mend='s/("memory.free".*"value":)[0-9]+/\12068070400/; s/("pagetable.pages".*"value":)[0-9]+/\1264/'
check 1 "a leak" ''
check 2 "no leak, but no gaps to judge either" "$mend"
grep -q '^verdict: PASS: 12 live updates in one chain$' "$tmp/out"
result $? "all counts come back: PASS"
check 1 "launched anew" "$mend; /luo.number/s/\"value\":(8|9|1[0-2])/\"value\":1/"
grep -q '^verdict: FAIL: 7 live updates in one chain, 5 in others: the chain broke$' "$tmp/out"
result $? "a chain that broke: FAIL"
check 1 "corrupt data" "$mend; s/(\"cycle\":5,.*\"dma.corrupt\".*\"value\":)0/\18/"
# seen from outside, the blackout is ten seconds longer
check 0 "clocks that agree" '' blackout
check 1 "clocks that do not" '/"blackout.witness".*"clock":"host"/s/"value":([0-9])/"value":1\1/' blackout
check 1 "a stamp that is not where it was" '/"cycle":2,.*"event":"blackout.end"/s/"ticks":([0-9])/"ticks":9\1/' blackout
check 1 "translation switched off" '/"cycle":1,.*"translation.off"/s/"value":0/"value":3/' blackout
grep -q '^verdict: FAIL: 0 of 1 cycles pass (first that does not: translation was switched off)$' "$tmp/out"
result $? "which is named"
known='/"trace.unknown"/s/"value":4/"value":0/; /"observer"/!s/("invalidations.submits".*"value":)8,/\19,/'
check 2 "all of the trace understood, no gaps" "$known" iotlb
check 1 "lines of the trace not understood" '' iotlb
grep -q '^trace: FAIL: 4 lines' "$tmp/out"
result $? "which are counted"
check 1 "a kernel that counts other submissions" \
	"$known; /\"cycle\":1,.*\"invalidations.submits\"/{/observer/!s/\"value\":/&1/}" iotlb
grep -q '^kernel: DISAGREES' "$tmp/out"
result $? "disagrees"
check 2 "a step without its number" \
	"$known; /\"cycle\":1,.*\"invalidations.submits\".*\"step\":\"kexec\"/s/\"value\":[0-9]+,/\"value\":null,\"reason\":\"torn\",/" iotlb
grep -q '^live update .*([a-z])$' "$tmp/out" && grep -q '^kexec .*([a-z])$' "$tmp/out"
result $? "marks the sum over the steps, too"
"$lubench" report results/baselines/effect-vtd >"$tmp/out" 2>"$tmp/err"
[ "$(sed -n '/^rule: preserve.iommufd/,/^$/p' "$tmp/out" | grep -c 'keeps it$')" -eq 4 ] &&
	[ "$(grep -c '^  kho: +2[0-9.]* %, BREAKS it$' "$tmp/out")" -eq 1 ]
result $? "the probe that breaks the rule is named, the others are not"
sed -E '/"cycle":3,.*"dma.gap",.*"phase":"blackout"/s/"value":[0-9]+/"value":99000000/' \
	results/baselines/quick-vtd/samples.jsonl >"$tmp/run/samples.jsonl"
"$lubench" report --check "$tmp/run" >"$tmp/out" 2>"$tmp/err"
[ $? -eq 0 ] && grep -q '^verdict: PASS: 7 of 7 cycles pass, 1 not judged as the host stood still$' "$tmp/out"
result $? "a cycle of which the host took more than 50 ms is not judged"
: >"$tmp/run/samples.jsonl"
"$lubench" report --check "$tmp/run" >"$tmp/out" 2>"$tmp/err"
[ $? -eq 2 ] && grep -q 'nothing tells' "$tmp/err"
result $? "no records are no success"

echo "1..$n"
[ "$failed" -eq 0 ]
