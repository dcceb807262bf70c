#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The kernel's page-table code in user space: the numbers of tables that the geometry of the format demands, with a
# pool of tables and without, and what becomes of the numbers.
#
# NATIVE_PROGRAM names what `make bench-native` builds, LUBENCH the program.
# shellcheck source=tests/golden/lib.sh
. "$(dirname "$0")/lib.sh"
native=${NATIVE_PROGRAM:-build/native/series/lubench-native}

[ -x "$native" ] || { echo "Bail out! $native is not there: build it with make $native"; exit 1; }

# 512 entries of 4 KiB a table: a table for each 2 MiB that is begun, one above for each GiB, one for each 512 GiB, the top.
cat >"$tmp/want" <<'E2'
4096 4
2097152 4
2101248 5
1073741824 515
3221225472 1541
E2

for how in "" --walk; do
	# shellcheck disable=SC2086 # no word without it
	"$native" $how --reps 1 --memory 64M 4K 2M 2052K 1G 3G >"$tmp/out" 2>"$tmp/err"
	check "all sizes are mapped, preserved, restored and freed again ($how)"
	for table in "vtd-ss contiguous" "vtd-ss scattered" "vtd-fs contiguous" "vtd-fs scattered"; do
		sed -n "s/^$table \([0-9]*\) 0 native.tables pages /\1 /p" "$tmp/out" | diff "$tmp/want" - >"$tmp/err"
		check "$table: tables of each size ($how)"
	done
done
for step in map unmap preserve.walk preserve unpreserve reserve restore destroy floor.latency floor.structs floor.read; do
	[ "$(grep -cE " native\.$step ns [1-9][0-9]*$" "$tmp/out")" -eq 20 ]
	check "--walk: each point has a time of $step"
done

ends 1 native --program /nonexistent --kernel test --out "$tmp/none"
check "no program is an error"
[ ! -e "$tmp/none" ]
check "and leaves no run"

ends 0 native --program "$native" --kernel test --commit 0123456789ab --release 7.3.4 --memory 64M --reps 3 --out "$tmp/run" 1G
check "a run is written and shown"
grep -q '^vtd-ss, tables scattered, 1 GiB of 4 KiB pages: 515 tables$' "$tmp/out" &&
	grep -qE '^  restore +3 ' "$tmp/out" && ! grep -q EMULATED "$tmp/out" && ! grep -q '.\{101\}' "$tmp/out"
check "its report has the shapes and steps, and is not called emulated"
ends 0 report --schema results/schema.json "$tmp/run"
check "its records match the schema"
ends 1 native --program "$native" --kernel test --memory 64M --reps 1 --out "$tmp/run" 4K && grep -q 'holds a run already' "$tmp/err"
check "a directory is not used twice"

# Numbers of a program that fails later are none.
cat >"$tmp/fails" <<'E2'
#!/bin/sh
echo 'vtd-ss scattered 4096 0 native.map ns 1'
echo 'it is broken' >&2
exit 3
E2
chmod +x "$tmp/fails"
ends 1 native --program "$tmp/fails" --kernel test --out "$tmp/failed"
check "a program that fails is an error"
[ "$(grep -c '"kind":"sample"' "$tmp/failed/samples.jsonl")" -eq 0 ] &&
	grep -q '"outcome":"harness-error","reason":"status 3: it is broken"' "$tmp/failed/samples.jsonl"
check "which is in the records with its reason, and no number of it"
sed -i 's/ 1.$/ x'"'"'/' "$tmp/fails"
ends 1 native --program "$tmp/fails" --kernel test --out "$tmp/garbled" && grep -q 'not understood: vtd-ss' "$tmp/err"
check "what is no number is not taken for one"
exit $failed
