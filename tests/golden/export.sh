#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# lubench export as other programs read it: the parsers of Prometheus, junitparser and xmllint, the kernel's kunit.py,
# GitHub's cmark-gfm, Python's csv module (with which Otava reads), and the Grafana dashboard against the metrics.
# BMF, github-action-benchmark and KCIDB have no reader in Debian: tests/unit/test_export.c holds their grammar.
set -u
cd "$(dirname "$0")/../.." || exit 1
lubench=${LUBENCH:-build/lubench}
# not one that a shell put before it: the packages are those of Debian
python=/usr/bin/python3
made_up=tests/golden/report/preserve
torn=tests/golden/report/torn
real=results/baselines/blackout-vtd
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
failed=0

for reader in xmllint cmark-gfm "$python"; do
	command -v "$reader" >"$tmp/out" || { echo "no $reader here: make deps"; exit 4; }
done
$python -c 'import junitparser, prometheus_client' 2>"$tmp/err" || { tail -n 1 "$tmp/err"; exit 4; }
kunit=$(find "${LUBENCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/lubench}" -mindepth 2 -maxdepth 5 -path '*/tools/testing/kunit/kunit.py' 2>/dev/null | head -n 1)
[ -n "$kunit" ] || { echo "no tree of a kernel with tools/testing/kunit: make kernel"; exit 4; }

check() { # WHAT: the last command's status is 0
	if [ $? -eq 0 ]; then echo "ok - $1: $(tail -n 1 "$tmp/out")"; else echo "not ok - $1"; failed=1; sed 's/^/# /' "$tmp/out" "$tmp/err"; fi
}

export_as() { # FORMAT FILE RUN...
	local format=$1 file=$2
	shift 2
	"$lubench" export --emulated --out "$tmp/$file" "$format" "$@" 2>"$tmp/err"
}

reads() { # FORMAT FILE RUN...
	local format=$1 file=$2
	shift 2
	PYTHONDONTWRITEBYTECODE=1 $python tests/golden/export.py "$format" "$tmp/$file" "$@" >"$tmp/out" 2>"$tmp/err"
}

# Names and reasons with all that a format might take for its own.
mkdir "$tmp/odd"
jq -c '.run = "a,\"b\" | c <d> & '"'"'e'"'"' \\ #f" | if .kind == "run" then .target = "v\"t\\d|" else . end | if .reason then .reason = "x,\"y\" | z\n<w> & # v" else . end' \
	$made_up/samples.jsonl >"$tmp/odd/samples.jsonl"

for run in $made_up $real "$tmp/odd"; do
	export_as csv csv "$run" && reads csv csv "$run"
	check "csv of ${run##*/}"
	export_as openmetrics prom "$run" && reads openmetrics prom "$run"
	check "openmetrics of ${run##*/}"
	export_as markdown md "$run" && cmark-gfm -e table "$tmp/md" >"$tmp/html" && reads markdown html "$run"
	check "markdown of ${run##*/}"
done
for run in $made_up $torn $real "$tmp/odd"; do
	export_as junit xml "$run" && xmllint --noout "$tmp/xml" 2>"$tmp/err" && reads junit xml "$run"
	check "junit of ${run##*/}"
	# its status tells of failed tests; what it read is looked at
	export_as ktap ktap "$run" && { PYTHONDONTWRITEBYTECODE=1 $python "$kunit" parse "$tmp/ktap" >"$tmp/said" 2>"$tmp/err" || [ -s "$tmp/said" ]; } &&
		reads ktap said "$run"
	check "ktap of ${run##*/}"
done
export_as otava otava results/baselines/quick-vtd $real results/baselines/quick-vtd-sm && cp "$tmp/err" "$tmp/kept" &&
	reads otava otava results/baselines/quick-vtd $real results/baselines/quick-vtd-sm
check "otava of three runs"
grep -q 'otava: preserve.iommufd.*is left out: [12] of the 3 runs have it' "$tmp/kept"
check "what not all of them have is named"

export_as openmetrics quick results/baselines/quick-vtd && export_as openmetrics blackout $real &&
	PYTHONDONTWRITEBYTECODE=1 $python tests/golden/export.py grafana bench/export/grafana.json "$tmp/quick" "$tmp/blackout" >"$tmp/out" 2>"$tmp/err"
check "the Grafana dashboard asks for what is exported"
exit $failed
