#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# time-limit: 600
# Scenario iotlb on each architecture (all targets in test-full): every count of the records is the one that awk
# takes from the raw trace, the kernel's own count of submissions agrees, and a live update invalidates exactly
# what iotlb.expected says.
set -euo pipefail
# shellcheck source=tests/emulated/lib.sh
. "$(dirname "$0")/lib.sh"

printf '%s\n' '[run]' 'scenario = iotlb' 'reps = 1' 'working_set = 64' 'memory = 2G' \
	'[matrix.1]' 'hwpts = 1,4' 'ioas = 64M' 'page = 4K' >"$work/plan.ini"

# raw FILE CYCLE: "step what number" for all that is not zero, by another reading of the trace. The step that a
# line is in is told by the agent's writes to the first word of the configuration space; one that comes
# again moves the boundary.
raw() {
	awk -v cycle="$2" '
		function add(what, number) { n[step, what] += number; seen[what] = 1 }
		BEGIN { split("setup control preserve jump kexec adopt replace run", name, " ") }
		{ sub(/^[0-9]+@[0-9.]+:/, "") }
		/^pci_cfg_write .*@0x0 <- 0x4c42/ {
			word = $NF
			if (substr(word, 7, 2) != sprintf("%02x", cycle % 256)) next
			next_step = substr(word, 9, 2) + 0
			if (next_step == step && step)
				for (what in seen) { n[before, what] += n[step, what]; n[step, what] = 0 }
			else
				before = step
			step = next_step
			next
		}
		/^handle_qmp_command .*trace-event-set-state/ { hits = /true/ }
		{ what = "" }
		$1 == "vtd_iotlb_page_hit" || $1 == "smmu_iotlb_lookup_hit" { what = "iotlb.hits" }
		$1 == "vtd_iotlb_page_update" || $1 == "smmu_iotlb_lookup_miss" { what = "iotlb.misses" }
		$1 == "vtd_iotlb_cc_update" || $1 == "smmuv3_config_cache_miss" { what = "context.misses" }
		/^vtd_iotlb_reset .*size limit/ { what = "iotlb.emptied" }
		$1 == "vtd_inv_desc_iotlb_global" || /SMMU_CMD_TLBI_(NSNH|NH|EL2)_ALL$/ { what = "iotlb:global" }
		$1 ~ /^vtd_inv_desc_iotlb_(domain|pasid)$/ || /SMMU_CMD_TLBI_(NH_ASID|EL2_ASID|S12_VMALL)$/ { what = "iotlb:domain" }
		$1 ~ /^vtd_inv_desc_iotlb_(pasid_)?pages$/ || /SMMU_CMD_TLBI_(NH_VAA?|EL2_VAA?|S2_IPA)$/ { what = "iotlb:pages" }
		# The model empties all for a domain, and says both.
		$1 == "vtd_inv_desc_cc_global" && last != "vtd_inv_desc_cc_domain" { what = "context:global" }
		$1 == "smmuv3_cmdq_cfgi_ste_range" { what = $2 == "start=0x0" && $NF == "end=0xffffffff" ? "context:global" : "context:device" }
		$1 == "vtd_inv_desc_cc_domain" { what = "context:domain" }
		$1 == "vtd_inv_desc_cc_devices" || /SMMU_CMD_CFGI_(STE|CD|CD_ALL)$/ { what = "context:device" }
		$1 == "vtd_inv_desc_wait_sw" || /SMMU_CMD_SYNC$/ { what = "submits" }
		# Each descriptor has a head; those of a type that is traced also have a line vtd_inv_desc.
		$1 == "vtd_inv_qi_head" { add("untyped", 1) }
		$1 == "vtd_inv_desc" { add("untyped", -1) }
		# An SMMU that empties its IOTLB without having been told to was full.
		$1 == "smmu_iotlb_inv_all" { add("iotlb.emptied", 1) }
		/SMMU_CMD_TLBI_(NSNH|NH)_ALL$/ { add("iotlb.emptied", -1) }
		what { add(what, 1) }
		what == "iotlb.misses" && hits { add("iotlb.misses.traced", 1) }
		{ last = $1 }
		END {
			for (s = 1; s <= 8; s++)
				for (what in seen)
					if (n[s, what] && !(s == 1 && what !~ /:|submits|untyped/)) print name[s], what, n[s, what]
		}' "$1" | sort
}

# recorded RUN CYCLE: the same from its samples
recorded() {
	q "$1" "[.[] | select(.kind==\"sample\" and .cycle==$2 and .params.observer==\"qemu\" and .params.step)
		| select(.metric | startswith(\"iotlb.cold\") | not)
		| {step: .params.step, value, what: (.metric as \$m | .params.cache as \$c | (\$m | sub(\"^invalidations\\\\.\"; \"\")) as \$short
			| if \$c then \"\(\$c):\(\$short)\" else \$short end)}]
		| group_by([.step, .what])[] | {step: .[0].step, what: .[0].what, sum: (map(.value) | add)}
		| select(.sum != 0) | \"\(.step) \(.what) \(.sum)\"" | sort
}

# issued RUN CYCLE: invalidations of the live update itself, those for a device by which, and waits for them: those of
# interrupt remapping, whose types are not traced, have no other trace
issued() {
	q "$1" ".[] | select(.kind==\"sample\" and .cycle==$2 and .params.observer==\"qemu\" and .params.step)
		| select(.params.step | IN(\"preserve\", \"jump\", \"kexec\", \"adopt\", \"replace\"))
		| select((.metric | startswith(\"invalidations.\")) and .value != 0)
		| [.params.step, .metric, (.params.cache // \"-\"), (.params.device // \"-\"), .value] | join(\" \")" |
		sort
}

# Sum of what awk found in some steps.
raw_sum() { # COUNTS WHAT STEP...
	local counts=$1 what=$2
	shift 2
	awk -v what="$what" -v steps=" $* " '$2 == what && index(steps, " " $1 " ") { n += $3 } END { print n + 0 }' "$counts"
}

check_counts() { # RUN CYCLE
	local kernel incoming waits hits
	raw "$work/$1/trace-1.log" "$2" >"$work/$1.raw"
	recorded "$1" "$2" >"$work/$1.recorded"
	diff "$work/$1.raw" "$work/$1.recorded" >"$work/$1.diff" ||
		{ sed 's/^/  | /' "$work/$1.diff"; fail "$1 cycle $2: the records (>) are not what the raw trace says (<)"; }
	hits=$(raw_sum "$work/$1.raw" iotlb.hits control)
	[ "$hits" -gt 1000 ] || fail "$1 cycle $2: $hits lookups in the control window: the device did not run"
	kernel=$(values "$1" "$2" invalidations.submits '.observer==null and .phase==null')
	waits=$(raw_sum "$work/$1.raw" submits setup control preserve)
	expect "$1 cycle $2: submissions by the outgoing kernel's count, by the trace" "$kernel" "$waits"
	[ "$kernel" != 0 ] || fail "$1 cycle $2: no submission at all: nothing was compared"
	incoming=$(values "$1" "$2" invalidations.submits '.observer==null and .phase=="after"')
	waits=$(raw_sum "$work/$1.raw" submits adopt replace)
	expect "$1 cycle $2: submissions by the incoming kernel's count, by the trace" "$incoming" "$waits"
	[ "$incoming" != 0 ] || fail "$1 cycle $2: the incoming kernel submits nothing: nothing was compared"
	expect "$1 cycle $2: lines of the trace that were not known" "$(values "$1" "$2" trace.unknown)" 0
	ok "$1 cycle $2: $(wc -l <"$work/$1.raw") counts as in the raw trace, $kernel and $incoming submissions by both counts, $hits lookups in the control window"
}

check_issued() { # RUN CYCLE HWPTS
	sed -n "s/^$target $3 //p" tests/emulated/iotlb.expected | sort >"$work/$1.expected"
	[ -s "$work/$1.expected" ] || fail "$target, $3 HWPTs: nothing in iotlb.expected"
	issued "$1" "$2" >"$work/$1.issued"
	diff "$work/$1.expected" "$work/$1.issued" >"$work/$1.diff" ||
		{ sed 's/^/  | /' "$work/$1.diff"; fail "$1 cycle $2: a live update of $3 HWPTs invalidates something else (>) than iotlb.expected says (<)"; }
	ok "$1 cycle $2: $(wc -l <"$work/$1.issued") kinds of invalidations of a live update with $3 HWPTs, as expected"
}

for t in "${modes[@]}"; do
	use "$t"
	run "$t" -t "$t" -p "$work/plan.ini" -k "$series"
	[ $rc -eq 0 ] || { show "$t"; fail "$t: exit status $rc"; }
	no_splat "$t"
	for cycle in 1 2; do
		check_counts "$t" $cycle
		check_witness "$t" $cycle
		check_issued "$t" $cycle $((cycle == 1 ? 1 : 4))
	done
	"$lubench" report "$work/$t" >"$work/$t.report" || fail "$t: the report ends with status $?"
	grep '^kernel: agrees' "$work/$t.report" || fail "$t: the kernel's own count does not agree"
	grep -A 13 '^Invalidations that the software issues, mode preserve' "$work/$t.report" | grep '^live update' ||
		fail "$t: the report does not say what a live update invalidates"
	grep -q '^Until the hit rate is back' "$work/$t.report" || fail "$t: the report has no cold cost"
done
