# SPDX-License-Identifier: GPL-2.0-or-later
# Everything goes through here; `make help` lists what there is.
.DEFAULT_GOAL := help
.SUFFIXES:
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

HOST_ARCH := $(shell uname -m)
override LUBENCH_CACHE := $(or $(LUBENCH_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/lubench)
ifneq ($(words $(LUBENCH_CACHE)),1)
$(error LUBENCH_CACHE='$(LUBENCH_CACHE)': a path without blanks is needed)
endif
override LUBENCH_CACHE := $(abspath $(LUBENCH_CACHE))
KERNEL ?= $(if $(HOST),host,series)
PLAN ?= quick
export TEST_FULL TEST_TARGETS LUBENCH_CACHE CONFIG KERNEL KSRC KTREE KBASE VARIANT JOBS

# The architecture of each target. Tests run on all of them, the rest on the first of this machine's.
ALL_TARGETS := vtd vtd-sm smmuv3 smmuv3-s2
ARCH-vtd := x86_64
ARCH-vtd-sm := x86_64
ARCH-smmuv3 := aarch64
ARCH-smmuv3-s2 := aarch64
NATIVE := $(firstword $(foreach t,$(ALL_TARGETS),$(if $(filter $(HOST_ARCH),$(ARCH-$(t))),$(t))) vtd)
TARGET ?= $(if $(filter test test-emulated test-planted test-full,$(MAKECMDGOALS)),all,$(NATIVE))
comma := ,
TARGETS := $(if $(filter all,$(TARGET)),$(ALL_TARGETS),$(TARGET))
arch_of = $(or $(ARCH-$(1)),$(error TARGET=$(1): unknown; use $(ALL_TARGETS) or all))
# Tests take all targets of an architecture; stage 2 has a test of its own, which says when it cannot run.
TEST_TARGETS = $(foreach t,$(filter-out smmuv3-s2,$(ALL_TARGETS)),$(if $(filter $(ARCHS),$(ARCH-$(t))),$(t)))
# Of the architectures, the one for what is tested on one only, unless in test-full.
ONE_ARCH = $(if $(TEST_FULL),$(ARCHS),$(or $(filter $(ARCHS),$(ARCH-$(NATIVE))),$(firstword $(ARCHS))))
ARCHS := $(sort $(if $(HOST),$(HOST_ARCH),$(foreach t,$(TARGETS),$(call arch_of,$(t)))))

#
# Messages: short by default, whole commands with V=1
#
ifeq ($(V),1)
Q :=
say =
else
Q := @
say = @printf '  %-7s %s\n' $(1) $(2);
MAKEFLAGS += --no-print-directory
endif

#
# Packages
#
DEPS := ansible-core bc bison bpftool bpftrace ccache clang clang-format cmark-gfm cpio debian-archive-keyring dpkg-dev \
	dropbear-bin dwarves e2fsprogs fakeroot flex gcc git iproute2 jq kmod libbpf-dev libc6-dev libcmocka-dev \
	libelf-dev libgsl-dev libinih-dev libjansson-dev libsqlite3-dev libssl-dev libxml2-utils lz4 make mmdebstrap openssh-client \
	perl pkg-config python3-junitparser python3-prometheus-client python3-yaml qemu-utils rsync shellcheck sparse xz-utils zlib1g-dev zstd
DEPS-x86_64 := qemu-system-x86
DEPS-aarch64 := qemu-system-arm
CROSS_DEPS-x86_64 := gcc-x86-64-linux-gnu libc6-dev-amd64-cross
CROSS_DEPS-aarch64 := gcc-aarch64-linux-gnu libc6-dev-arm64-cross
DEPS += $(foreach a,$(ARCHS),$(DEPS-$(a)) $(if $(filter-out $(HOST_ARCH),$(a)),$(CROSS_DEPS-$(a))))

# Installs what is missing of DEPS.
install = have=$$(dpkg-query -W -f '$${db:Status-Abbrev} $${Package}\n' $(DEPS) 2>/dev/null | sed -n 's/^ii *//p'); \
	missing=; for p in $(DEPS); do case " $$(echo $$have) " in *" $$p "*) ;; *) missing="$$missing $$p" ;; esac; done; \
	[ -z "$$missing" ] && exit 0; \
	run='apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends'"$$missing"; \
	if [ "$$(id -u)" = 0 ]; then become=; elif sudo -n true 2>/dev/null; then become='sudo -n'; else \
		echo "lubench: packages are missing; run as root:" >&2; echo "  $$run" >&2; exit 1; fi; \
	echo "lubench: installing$$missing" >&2; $$become sh -c "$$run" || \
	{ echo "lubench: the installation failed; run as root:" >&2; echo "  $$run" >&2; exit 1; }

##@ Getting it to run
.PHONY: help deps deps-dpdk deps-package
help: ## this list
	@awk '/^##@ /{ printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.* ## /{ split($$0, a, ":"); sub(/.* ## /, ""); printf "  make %-14s %s\n", a[1], $$0 }' Makefile
	@printf '\nVariables: TARGET=vtd|vtd-sm|smmuv3|smmuv3-s2|all, PLAN=%s, MODE=preserve|rebuild|crash or a list,\n' '$(PLAN)'
	@printf 'KERNEL=series|series:N|base or a list, KSRC=DIR, VARIANT=selftest|debug (also selftest+debug)|mock,\n'
	@printf 'ICOUNT=1 (emulated time is a count of instructions),\n'
	@printf 'BASE=, NEW=%s, ROUNDS=%s, METRIC=PATTERN (bench-compare),\n' '$(NEW)' '$(ROUNDS)'
	@printf 'WORKLOAD=lsi|..., HOST=user@machine DEVICE=BDF (also lists) WORKLOAD=igb|dsa|e1000e BOOT=system|agent,\n'
	@printf 'CONSOLE=COMMAND (shows the console of HOST),\n'
	@printf 'LUBENCH_CACHE=%s, V=1.\n' '$(LUBENCH_CACHE)'

deps: ## install the Debian packages that are missing
	@$(install)

# More than 200 packages come with it, which only the observer is linked with.
deps-package: private DEPS := debhelper
deps-package: deps ## the same with debhelper, for Debian packages of kernels for HOST
	@$(install)

deps-dpdk: private DEPS := libdpdk-dev
deps-dpdk: deps ## the same with DPDK, for WORKLOAD=e1000e and for `make test`
	@$(install)

#
# Userland: each directory's Build.mk says what it is made of
#
CC := gcc
CFLAGS ?= -O2 -g
CPPFLAGS := -D_GNU_SOURCE -I. -MMD -MP
WARN := -Wall -Wextra -Werror
LDLIBS := -ljansson -linih -lsqlite3 -lgsl -lgslcblas -lm -pthread

SUITE_DIRS := bench/cli bench/doctor bench/plan bench/target bench/record bench/stats bench/report bench/compare bench/export bench/dashboard
AGENT_DIRS := bench/agent workloads/dma workloads/nvme bpf
$(foreach d,$(SUITE_DIRS) $(AGENT_DIRS),$(eval include $(d)/Build.mk))
in_dir = $(addprefix $(1)/,$($(notdir $(1))-y))

SUITE_SRC := $(foreach d,$(SUITE_DIRS),$(call in_dir,$(d))) $(addprefix bpf/,$(bpf-shared-y))
AGENT_SRC := $(foreach d,$(AGENT_DIRS),$(call in_dir,$(d)))
SHARED_SRC := $(addprefix bench/record/,$(record-agent-y)) $(addprefix bpf/,$(bpf-shared-y))

SUITE_OBJ := $(SUITE_SRC:%.c=build/obj/%.o)
TESTS := $(patsubst %.c,build/%,$(wildcard tests/unit/test_*.c))

build/lubench: build/obj/bench/lubench.o $(SUITE_OBJ)
	$(call say,LD,$@)$(CC) -o $@ $^ $(LDLIBS)

# The scripts that a machine is asked with, as strings.
build/obj/bench/doctor/script.o: build/gen/doctor-script.inc
build/obj/bench/target/owner.o: build/gen/owner-script.inc
build/gen/doctor-script.inc: bench/doctor/script.sh
build/gen/owner-script.inc: bench/target/owner.sh
build/gen/%-script.inc: Makefile
	@mkdir -p $(@D)
	$(Q)sed 's/\\/\\\\/g; s/"/\\"/g; s/^/"/; s/$$/\\n"/' $(filter %.sh,$^) >$@

build/obj/%.o: %.c Makefile | deps
	@mkdir -p $(@D)
	$(call say,CC,$<)$(CC) -std=gnu11 $(CFLAGS) $(WARN) $(CPPFLAGS) -c -o $@ $<

# The agent talks to the kernel under test, so it is built with that kernel's headers; base has none
# of the calls, and is asked with those of the series.
HDR = $(LUBENCH_CACHE)/headers/$(1)-$(if $(KSRC),ksrc,series)
AGENT_OBJ = $(AGENT_SRC:%.c=build/agent/$(1)/obj/%.o)
AGENTS := $(ARCHS:%=build/agent/%/lubench-agent)
# The probes: compiled without a kernel, see bpf/kernel.h; only the registers differ between architectures.
BPF_LIBS := -lbpf -lelf -lz
BPF_TARGET-x86_64 := x86
BPF_TARGET-aarch64 := arm64
BPFTOOL := PATH="$$PATH:/usr/sbin" bpftool

define agent_rules
build/agent/$(1)/lubench-agent: $(call AGENT_OBJ,$(1)) $(SHARED_SRC:%.c=build/agent/$(1)/obj/%.o)
	$$(call say,LD,$$@)$(1)-linux-gnu-gcc -static -o $$@ $$^ $$(addprefix -L,$$(SYSROOT:%=%/lib)) -ljansson $$(BPF_LIBS) -pthread

build/agent/$(1)/obj/bpf/loader.o: build/agent/$(1)/bpf/skeletons.h
build/agent/$(1)/obj/bpf/loader.o: BPF_CPPFLAGS = -isystem build/agent/$(1)/bpf

build/agent/$(1)/obj/%.o: %.c Makefile build/agent/$(1)/headers $(call HDR,$(1))/.key | deps
	@mkdir -p $$(@D)
	$$(call say,CC,"$$< ($(1) agent)")$(1)-linux-gnu-gcc -std=gnu11 $$(CFLAGS) $$(WARN) $$(CPPFLAGS) \
		-isystem $(call HDR,$(1))/include $$(addprefix -isystem ,$$(SYSROOT:%=%/include)) $$(BPF_CPPFLAGS) -c -o $$@ $$<

build/agent/$(1)/bpf/%.bpf.o: bpf/%.bpf.c Makefile build/agent/$(1)/headers $(call HDR,$(1))/.key | deps
	@mkdir -p $$(@D)
	$$(call say,BPF,"$$< ($(1))")clang -target bpf -mcpu=v3 -O2 -g $$(WARN) -Wno-unused-parameter -Wno-unused-function \
		-D__TARGET_ARCH_$(BPF_TARGET-$(1)) -I. -MMD -MP -MT $$@ -MF $$(@:.o=.d) -isystem $(call HDR,$(1))/include \
		-c -o $$@.new $$< && $$(BPFTOOL) gen object $$@ $$@.new && rm $$@.new

build/agent/$(1)/bpf/skeletons.h: $(bpf-probes:%=build/agent/$(1)/bpf/%.bpf.o)
	$$(Q)for p in $(bpf-probes); do $$(BPFTOOL) gen skeleton $$(@D)/$$$$p.bpf.o name $$$${p}_bpf >$$(@D)/$$$$p.skel.h || exit 1; done; \
	printf '#include "%s.skel.h"\n' $(bpf-probes) >$$@

# Changes when the headers come from another kernel than last time.
build/agent/$(1)/headers: FORCE
	@mkdir -p $$(@D); echo '$(call HDR,$(1))' | cmp -s - $$@ || echo '$(call HDR,$(1))' >$$@

$(call HDR,$(1))/.key: FORCE | deps
	@ARCH=$(1) KERNEL=series kernel/build.sh headers
	$(if $(filter-out $(HOST_ARCH),$(1)),@ARCH=$(1) bench/agent/sysroot.sh >/dev/null)
endef
$(foreach a,$(sort $(HOST_ARCH) $(ARCHS)),$(eval $(call agent_rules,$(a))))
$(foreach a,$(filter-out $(HOST_ARCH),$(ARCHS)),$(eval build/agent/$(a)/%: SYSROOT = $(LUBENCH_CACHE)/sysroot/$(a)))

include workloads/dpdk/Build.mk

# fio for the emulated targets, its engine, and the program that holds both over a kexec. The engine is built
# with the headers of exactly this fio, and with the libraries of the machine that it runs on: shared.
include workloads/fio/Build.mk
fio_for = $(foreach a,$(1),build/fio/$(a)/lubench-nvme.so build/fio/$(a)/lubench-fio)

define fio_rules
build/fio/$(1)/lubench-nvme.so: $(fio-engine-y:%.c=build/fio/$(1)/obj/%.o)
	$$(call say,LD,$$@)$(FIO_CC-$(1)) -shared -o $$@ $$^

build/fio/$(1)/lubench-fio: $(fio-hold-y:%.c=build/fio/$(1)/obj/%.o)
	$$(call say,LD,$$@)$(FIO_CC-$(1)) -o $$@ $$^

build/fio/$(1)/obj/workloads/fio/engine.o: $(LUBENCH_CACHE)/fio/$(1)/include/config-host.h
build/fio/$(1)/obj/workloads/fio/engine.o: FIO_CPPFLAGS = -isystem $(LUBENCH_CACHE)/fio/$(1)/include \
	-DFIO_INTERNAL -DBITS_PER_LONG=64 -Wno-unused-parameter

build/fio/$(1)/obj/%.o: %.c Makefile build/agent/$(FIO_ARCH-$(1))/headers $(call HDR,$(FIO_ARCH-$(1)))/.key | deps
	@mkdir -p $$(@D)
	$$(call say,CC,"$$< ($(1) fio)")$(FIO_CC-$(1)) -std=gnu11 $$(CFLAGS) $$(WARN) $$(CPPFLAGS) -fPIC \
		-fvisibility=hidden -isystem $(call HDR,$(FIO_ARCH-$(1)))/include $$(FIO_CPPFLAGS) -c -o $$@ $$<

$(LUBENCH_CACHE)/fio/$(1)/include/config-host.h: FORCE | deps
	@ARCH=$(1) workloads/fio/build.sh $(filter host,$(1)) >/dev/null
endef
$(foreach a,$(sort $(HOST_ARCH) $(ARCHS)),$(eval FIO_ARCH-$(a) := $(a)))
FIO_ARCH-host := $(HOST_ARCH)
$(foreach a,$(sort $(HOST_ARCH) $(ARCHS)) host,$(eval FIO_CC-$(a) := $(FIO_ARCH-$(a))-linux-gnu-gcc))
$(foreach a,$(sort $(HOST_ARCH) $(ARCHS)) host,$(eval $(call fio_rules,$(a))))

# The kernel's page-table code as a program, see bench/native. Its warnings are the kernel's business.
include bench/native/Build.mk
NATIVE_DIR = build/native/$(subst :,-,$(if $(KSRC),ksrc,$(KERNEL)))
NATIVE_SRC = $(NATIVE_DIR)/src
NATIVE_PROGRAM = $(NATIVE_DIR)/lubench-native
NATIVE_OWN := $(addprefix bench/native/,$(native-y) $(native-kernel-y)) $(wildcard bench/native/*.h)

build/native/%/src/key: FORCE | deps
	@bench/native/source.sh $(@D)

build/native/%/lubench-native: build/native/%/src/key $(NATIVE_OWN) Makefile
	$(call say,CC,$@)cd $(<D) && gcc -std=gnu11 -O2 -g -fno-strict-aliasing -Wall -Wno-unused -D_GNU_SOURCE \
		$$(! grep -q use_pool drivers/iommu/generic_pt/iommu_pt.h || echo -DNATIVE_POOL) \
		-I$(CURDIR)/bench/native -Ifwd -Iinclude -Itools/include -I. -include shim.h -r -o ../kernel.o \
		$(native-kernel-y:%=$(CURDIR)/bench/native/%) kho.c tools/lib/find_bit.c drivers/iommu/iommu-pages*.c
	$(Q)$(CC) -std=gnu11 $(CFLAGS) $(WARN) -D_GNU_SOURCE -Ibench/native -o $@ \
		$(native-y:%=bench/native/%) $(@D)/kernel.o

# One archive of everything but lubench.c: a test takes what it names.
build/tests/suite.a: $(SUITE_OBJ) $(call AGENT_OBJ,$(HOST_ARCH)) $(dpdk-y:%.c=build/obj/workloads/dpdk/%.o)
	@mkdir -p $(@D)
	$(call say,AR,$@)rm -f $@ && ar qcs $@ $^

# These two share what they make runs with.
build/tests/unit/test_compare_power build/tests/unit/test_compare_noise: build/obj/tests/unit/power.o

build/tests/unit/%: tests/unit/%.c build/tests/suite.a Makefile
	@mkdir -p $(@D)
	$(call say,CC,$<)$(CC) -std=gnu11 $(CFLAGS) $(WARN) $(CPPFLAGS) -isystem $(call HDR,$(HOST_ARCH))/include -o $@ $< $(filter %.o,$^) build/tests/suite.a -lcmocka $(LDLIBS) $(BPF_LIBS)

FAULTS := build/lubench build/tests/faults/matrix build/tests/faults/shim.so
# The matrix of faults: needs neither agent nor kernel.
build/tests/faults/matrix: $(patsubst %.c,build/obj/%.o,$(filter-out tests/faults/shim.c,$(wildcard tests/faults/*.c))) $(SUITE_OBJ)
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) -o $@ $^ $(LDLIBS)

build/tests/faults/shim.so: tests/faults/shim.c Makefile | deps
	@mkdir -p $(@D)
	$(call say,CC,$<)$(CC) -std=gnu11 $(CFLAGS) $(WARN) $(CPPFLAGS) -fPIC -shared -o $@ $<

# Parsers of foreign data, one program each: with gcc for the corpus, with clang for libFuzzer.
FUZZ := archive journal samples outcome trace console kernel answers owner
FUZZ_SRC := $(filter bench/doctor/% bench/plan/% bench/record/% bench/stats/% bench/target/% bpf/% bench/cli/progress.c,$(SUITE_SRC)) $(addprefix bench/agent/,counters.c kmsg.c sysfile.c clock.c) tests/fuzz/files.c
FUZZ_CC-replay := gcc -fsanitize=address,undefined -fno-sanitize-recover=all
FUZZ_CC-fuzz := clang -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all -Wno-unknown-warning-option
FUZZ_LD-fuzz := -fsanitize=fuzzer
FUZZ_MAIN-replay := build/fuzz/replay/obj/tests/fuzz/replay.o
FUZZ_REPLAY := $(FUZZ:%=build/fuzz/replay/%)

define fuzz_rules
build/fuzz/$(1)/suite.a: $$(FUZZ_SRC:%.c=build/fuzz/$(1)/obj/%.o)
	$$(call say,AR,$$@)rm -f $$@ && ar qcs $$@ $$^

build/fuzz/$(1)/obj/%.o: %.c Makefile | deps
	@mkdir -p $$(@D)
	$$(call say,CC,"$$< ($(1))")$$(FUZZ_CC-$(1)) -std=gnu11 -O1 -g $$(WARN) $$(CPPFLAGS) -c -o $$@ $$<

build/fuzz/$(1)/obj/bench/doctor/script.o: build/gen/doctor-script.inc
build/fuzz/$(1)/obj/bench/target/owner.o: build/gen/owner-script.inc

$$(FUZZ:%=build/fuzz/$(1)/%): build/fuzz/$(1)/%: build/fuzz/$(1)/obj/tests/fuzz/%.o $$(FUZZ_MAIN-$(1)) build/fuzz/$(1)/suite.a
	$$(call say,LD,$$@)$$(FUZZ_CC-$(1)) $$(FUZZ_LD-$(1)) -o $$@ $$^ $$(LDLIBS)
endef
$(foreach k,replay fuzz,$(eval $(call fuzz_rules,$(k))))

-include $(shell find build -name '*.d' -type f 2>/dev/null)

.PHONY: all programs FORCE
all: programs $(DPDK_PROGRAMS) ## build the programs and the agent
programs: build/lubench $(AGENTS)
FORCE:

.PHONY: fio fio-host
fio: $(call fio_for,$(ARCHS)) ## build a fio for emulated targets, with an engine for the carried NVMe
fio-host: build/fio/host/lubench-nvme.so build/fio/host/lubench-fio ## the engine for the fio of this machine
	@fio --enghelp='$(CURDIR)/$<' >/dev/null || { \
		echo 'lubench: $<: the fio of this machine does not take it; was it updated after "make fio-host" began?' >&2; exit 1; }
	@echo 'ioengine=external:$(CURDIR)/$<'

##@ Measuring
.PHONY: bench soak report
RUN_ID := $(shell date +%Y%m%d-%H%M%S)-$(if $(HOST),host,$(TARGET))
OUT ?= results/runs/$(RUN_ID)
# The newest run; the runs of TARGET=all lie in one directory, and are shown together.
RUN ?= $(or $(dir $(wildcard $(NEWEST)samples.jsonl $(NEWEST)*/samples.jsonl)),$(NEWEST))
NEWEST = $(lastword $(sort $(dir $(wildcard results/runs/*/.))))

PLAN_FILE := $(if $(or $(findstring /,$(PLAN)),$(filter %.ini,$(PLAN))),$(PLAN),bench/plan/plans/$(PLAN).ini)
PLAN_ARGS = --plan '$(PLAN_FILE)' $(if $(MODE),--mode $(MODE)) \
	$(if $(PROBES),--probes '$(PROBES)') $(if $(WORKLOAD),--workload $(WORKLOAD)) \
	$(if $(BOOT),--boot '$(BOOT)') $(if $(CONSOLE),--console '$(value CONSOLE)') $(if $(filter-out 0,$(ICOUNT)),--icount) $(if $(filter-out 0,$(PERF)),--perf)
# The kernels that are measured: what was asked for, else those that the plan compares. Make hands KERNEL down in
# the environment, so that a goal that is made by another make is told KERNELS.
PLAN_KERNELS = $(shell sed -n 's/^kernel *= *//p' '$(PLAN_FILE)' 2>/dev/null)
KERNELS = $(subst $(comma), ,$(or $(if $(filter file,$(origin KERNEL)),$(if $(KSRC),,$(PLAN_KERNELS))),$(KERNEL)))
space := $(subst ,, )
KERNEL_NAME = $(subst $(space),$(comma),$(addsuffix $(addprefix -,$(subst +,-,$(VARIANT))),$(if $(KSRC),ksrc,$(strip $(KERNELS)))))
RUN_ARGS = $(PLAN_ARGS) --kernel $(KERNEL_NAME)

# What cannot work is said before a kernel is built for it.
.PHONY: bench-args
bench-args:
	@[ -f '$(PLAN_FILE)' ] || { echo "lubench: no plan $(PLAN_FILE); there are: $(notdir $(basename $(wildcard bench/plan/plans/*.ini)))" >&2; exit 2; }
	@for m in $(subst $(comma), ,$(MODE)); do case "$$m" in preserve|rebuild|crash) ;; \
		*) echo "lubench: MODE=$(MODE): unknown; use preserve, rebuild, crash, or several with commas" >&2; exit 2 ;; esac; done
	@[ -z '$(and $(HOST),$(word 2,$(KERNELS)))' ] || { echo 'lubench: $(KERNELS): a HOST is measured with one kernel at a time; use KERNEL=, twice, and make compare' >&2; exit 2; }
	@[ -z '$(HOST)' ] || [ -n '$(DEVICE)' ] || { echo 'lubench: HOST needs DEVICE=BDF: the device that may be taken from its driver' >&2; exit 2; }

# What stands outside of the target is built for the workload that needs it.
OUTSIDE-e1000e := build/dpdk/lubench-observer
OUTSIDE = $(OUTSIDE-$(or $(WORKLOAD),$(shell sed -n 's/^workload *= *//p' '$(PLAN_FILE)' 2>/dev/null)))

# Makes what a goal needs side by side: half of it waits for one processor, or for the network. First what can
# be wrong and the packages, as prerequisites of the goal.
made = +@$(MAKE) -j$$(($$(nproc) + 1)) TARGET='$(TARGET)' TOOLS_ARCHS='$(TOOLS_ARCHS)' $(1)

# The trap: a shell that ^C ends at once would let make return while lubench still ends its guest. On a HOST
# nobody sees the gaps of DMA: that nothing can be said about them (status 2) is no failure there.
bench: bench-args deps ## measure on TARGET, or on HOST, and report
	$(call made,programs $(OUTSIDE) $(if $(filter host,$(KERNEL_NAME)),,kernel-suite KERNELS='$(KERNELS)') $(if $(HOST),,image $(if $(filter-out 0,$(PERF)),tools)))
	@trap : INT; rc=0; runs=; \
	for t in $(if $(HOST),host,$(TARGETS)); do \
		out=$(OUT)$(if $(word 2,$(TARGETS)),/$$t); \
		build/lubench run $(if $(HOST),$(foreach h,$(HOST),--host '$(h)') $(foreach d,$(DEVICE),--device '$(d)'),--target $$t) $(RUN_ARGS) --out $$out; r=$$?; \
		if [ $$r -eq 4 ] && [ -n "$(word 2,$(TARGETS))" ]; then echo "lubench: target $$t is skipped"; \
		elif [ $$r -ne 0 ]; then rc=$$r; fi; \
		for s in $$out/samples.jsonl $(if $(word 2,$(HOST)),$$out/*/samples.jsonl); do [ ! -e $$s ] || runs="$$runs $${s%/*}"; done; \
		[ $$rc -ne 130 ] || break; \
	done; \
	[ -n "$$runs" ] || exit $$rc; build/lubench report --check $$runs; r=$$?; \
	$(if $(HOST),[ $$r -eq 2 ] || )[ $$r -eq 0 ] || [ $$rc -ne 0 ] || rc=1; exit $$rc

# IOAS=SIZE... of 4 KiB pages; REPS; WALK=1: as if the kernel had no pool of tables.
.PHONY: bench-native
bench-native: private OUT := $(if $(filter file,$(origin OUT)),results/runs/$(shell date +%Y%m%d-%H%M%S)-native,$(OUT))
bench-native: build/lubench $(NATIVE_PROGRAM) ## the page-table code of KERNEL in user space, against the memory of this machine
	@build/lubench native --program $(NATIVE_PROGRAM) --kernel '$(if $(KSRC),ksrc,$(KERNEL))' --commit "$$(cat $(NATIVE_SRC)/commit)" \
		--release "$$(cat $(NATIVE_SRC)/release)" --out '$(OUT)' $(if $(REPS),--reps '$(REPS)') \
		$(if $(filter-out 0,$(WALK)),--walk) $(IOAS)

# Both kernels are measured by one agent, built with the headers of a directory where one side is that.
NEW ?= series
ROUNDS ?= 4
ifneq ($(filter bench-compare,$(MAKECMDGOALS)),)
override KSRC := $(patsubst %/Kbuild,%,$(firstword $(wildcard $(NEW)/Kbuild $(BASE)/Kbuild)))
endif
.PHONY: bench-compare gate gate-baseline
bench-compare: bench-args deps ## BASE=series:35 NEW=series, or DIR: measure in turn, compare
	@[ -z '$(HOST)' ] || { echo 'lubench: bench-compare boots emulated targets; on real hosts: make bench twice, and lubench compare' >&2; exit 2; }
	$(call made,programs $(OUTSIDE) image)
	@BASE='$(BASE)' NEW='$(NEW)' ROUNDS='$(ROUNDS)' METRIC='$(METRIC)' bench/compare/interleaved.sh '$(OUT)' '$(TARGETS)' $(PLAN_ARGS)

# No stage 2: it needs an emulator that few have.
GATE_TARGETS = $(filter-out smmuv3-s2,$(TARGETS))
gate: deps ## did it regress? Counted instructions against results/baselines/gate-TARGET
	$(call made,programs kernel image)
	@bench/compare/gate.sh check '$(OUT)' '$(KERNEL_NAME)' $(GATE_TARGETS)

gate-baseline: deps ## renew that baseline, from KERNEL=series
	$(call made,programs kernel image)
	@bench/compare/gate.sh renew '$(OUT)' '$(KERNEL_NAME)' $(GATE_TARGETS)

# A chain: one launch, N live updates. Below 5 nothing can be said about growth.
N ?= 20
soak: ## N=20 live updates in one machine; fails when something is left behind
	@case '$(N)' in ''|*[!0-9]*|[0-4]) echo 'lubench: N=$(N): a number of live updates, at least 5' >&2; exit 2 ;; esac
	@mkdir -p build && sed 's/^cycles = .*/cycles = $(N)/' bench/plan/plans/soak.ini >build/soak.ini
	@$(MAKE) bench PLAN=build/soak.ini

report: build/lubench ## show a run again: RUN=DIR, by default the newest
	@[ -n '$(RUN)' ] || { echo 'lubench: no run in results/runs; run: make bench' >&2; exit 1; }
	@build/lubench report $(RUN)

.PHONY: compare doctor
compare: build/lubench ## BASE=RUN NEW=RUN: did it get slower? Status 1 when it did
	@[ -n '$(BASE)' ] && [ '$(origin NEW)' != file ] || { echo 'lubench: compare needs BASE=RUN and NEW=RUN; see build/lubench list runs' >&2; exit 2; }
	@build/lubench compare '$(BASE)' '$(NEW)'

doctor: build/lubench ## what this machine, or HOST, lacks, and what mends it
	@rc=0; for h in $(or $(HOST),''); do \
		build/lubench doctor $$h $(if $(word 2,$(HOST)),,$(addprefix --device ,$(DEVICE))) || rc=1; done; exit $$rc

# uPlot, which the page draws with, and what its test opens it with come from npm: in exactly the versions and with
# the checksums of the lock file. Nothing of them is run while they are installed.
NPM_DIR := build/npm
DASHBOARD_RUNS ?= $(wildcard results/baselines results/runs)
$(NPM_DIR)/.done: bench/dashboard/npm/package.json bench/dashboard/npm/package-lock.json
	@command -v npm >/dev/null || { echo 'lubench: the charts need uPlot from npm, and there is no npm; install packages nodejs and npm,' >&2; \
		echo 'or run build/lubench dashboard RUN..., whose site has tables only' >&2; exit 1; }
	@mkdir -p $(@D) && cp bench/dashboard/npm/package.json bench/dashboard/npm/package-lock.json bench/dashboard/npm/.npmrc $(@D)/
	$(call say,NPM,$(NPM_DIR))cd $(@D) && npm ci --ignore-scripts --no-audit --no-fund >npm.log 2>&1 || { cat npm.log >&2; exit 1; }
	@touch $@

.PHONY: dashboard
dashboard: private OUT := $(if $(filter file,$(origin OUT)),build/dashboard,$(OUT))
dashboard: build/lubench $(NPM_DIR)/.done ## a static site about all runs: OUT=build/dashboard, DASHBOARD_RUNS=DIR...
	@build/lubench dashboard --out '$(OUT)' --uplot $(NPM_DIR)/node_modules/uplot $(DASHBOARD_RUNS)
	@echo 'file://$(abspath $(OUT))/index.html'

##@ The kernel
.PHONY: kernel kernel-suite kernel-package kernel-install image kernel-tree kernel-series kernel-check
kernel: $(if $(HOST),kernel-package,kernel-suite) ## build KERNEL, or KSRC, with VARIANT; with HOST a package for it, with its configuration or CONFIG=FILE
kernel-package: deps deps-package
	@set -e; for h in $(HOST); do kernel/package.sh build "$$h"; done

kernel-install: ## install that package on HOST, beside its kernels
	@[ -n '$(HOST)' ] || { echo 'lubench: kernel-install needs HOST=root@machine' >&2; exit 2; }
	@set -e; for h in $(HOST); do kernel/package.sh install "$$h"; done

# One after the other: side by side they were seen to take 29 minutes instead of 27.
kernel-suite: deps
	@set -e; for a in $(ARCHS); do for k in $(KERNELS); do ARCH=$$a KERNEL=$$k kernel/build.sh kernel; done; done

# What the kernel's own selftests run on, one that watches locks in test-full. The control, a kernel without the
# series, comes last, so that what it has in common is compiled already; of the other architecture in test-full only,
# as continuous integration has an hour for everything.
.PHONY: kernel-selftest kernel-base
kernel-selftest: kernel
	@$(if $(filter x86_64,$(ARCHS)),ARCH=x86_64 KERNEL=series VARIANT=$(if $(TEST_FULL),mock,selftest) kernel/build.sh kernel,:)

kernel-base: kernel-selftest
	@set -e; for a in $(ONE_ARCH); do ARCH=$$a KERNEL=base VARIANT= KSRC= kernel/build.sh kernel; done

image: deps ## make the root image of the emulated targets
	@set -e; for a in $(ARCHS); do ARCH=$$a bench/target/image/build.sh >/dev/null; done

.PHONY: tools
TOOLS_ARCHS = $(ARCHS)
tools: deps ## make the disk with perf and bpftrace, which emulated targets get on demand
	@set -e; for a in $(TOOLS_ARCHS); do ARCH=$$a bench/target/image/tools.sh >/dev/null; done

kernel-tree: deps ## a git tree with the series applied, to hack in: KTREE=DIR
	@kernel/tree.sh work

kernel-series: ## write the commits of that tree back to kernel/series
	@kernel/tree.sh export

kernel-check: deps ## each patch applies, builds, is clean under checkpatch and sparse
	@set -e; for a in $(ARCHS); do ARCH=$$a kernel/check.sh; done

##@ Testing
test test-golden test-full: export NATIVE_PROGRAM := $(NATIVE_PROGRAM)
.PHONY: test test-unit test-golden test-dashboard test-faults test-emulated test-planted test-full
test test-emulated: TOOLS_ARCHS = $(ONE_ARCH)
# Not $(MAKE) itself: with that word in it the line would be run by make -n, too.
make_later := $(MAKE)
test: deps ## all tests
	$(call made,all kernel image tools $(call fio_for,$(ONE_ARCH)) $(TESTS) $(FAULTS) $(FUZZ_REPLAY) $(NATIVE_PROGRAM))
	@TEST_MEANWHILE='MAKEFLAGS= $(make_later) --no-print-directory TARGET=$(TARGET) kernel-base' tests/run.sh unit golden faults emulated

test-unit: $(TESTS) ## tests of single parts
	@tests/run.sh unit

test-golden: programs $(FUZZ_REPLAY) $(NATIVE_PROGRAM) ## the program against recorded inputs
	@tests/run.sh golden

test-dashboard: build/lubench $(NPM_DIR)/.done ## the dashboard in a browser: Debian's chromium, and npm
	@tests/dashboard/browser.sh

.PHONY: bench-index deps-dashboard
bench-index: build/lubench ## how long the index takes for a million samples
	@tests/bench/index.sh

test-faults: $(FAULTS) ## every fault at every step, on a target without a machine
	@build/tests/faults/matrix build/lubench build/tests/faults/shim.so

# New inputs go to build/fuzz/corpus; what finds a bug is kept as build/fuzz/NAME-crash-*.
SECONDS ?= 60
.PHONY: fuzz
fuzz: $(FUZZ:%=build/fuzz/fuzz/%) ## SECONDS=60 for each parser of foreign data, with libFuzzer
	@for f in $(FUZZ); do \
		mkdir -p build/fuzz/corpus/$$f && echo "== $$f" && \
		build/fuzz/fuzz/$$f -max_total_time=$(SECONDS) -max_len=16384 -timeout=10 -rss_limit_mb=1024 -close_fd_mask=3 \
			-print_final_stats=1 -verbosity=0 -artifact_prefix=build/fuzz/$$f- build/fuzz/corpus/$$f tests/fuzz/corpus/$$f || exit 1; \
	done

test-emulated: deps ## the whole path on emulated targets
	$(call made,all kernel-base image tools $(call fio_for,$(ONE_ARCH)))
	@tests/run.sh emulated

test-planted: deps ## kernels with a planted bug, or slow by design: a test must find each
	$(call made,all kernel image)
	@tests/run.sh planted

test-full: TEST_FULL = 1
# A node of another origin brings its own npm, and Debian's does not go with it.
deps-dashboard: private DEPS := chromium $(if $(shell command -v npm),,nodejs npm)
deps-dashboard: deps
	@$(install)

test-full: deps-package deps-dashboard test test-planted kernel-check ## all of it, each patch, and kernels that watch locks and memory
	@$(MAKE) VARIANT=debug kernel
	@VARIANT=debug tests/run.sh emulated FILTER='@(allocfail|findings|races|preserve|takeover|unpreserved).sh'
	@$(MAKE) test-dashboard

##@ Housekeeping
.PHONY: clean
clean: ## remove build/; kernels and images stay in the cache
	rm -rf build
