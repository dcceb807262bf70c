# SPDX-License-Identifier: GPL-2.0-or-later
# Everything goes through here; `make help` lists what there is.
.DEFAULT_GOAL := help
.SUFFIXES:
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

HOST_ARCH := $(shell uname -m)
LUBENCH_CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/lubench
KERNEL ?= series
PLAN ?= quick
export LUBENCH_CACHE KERNEL KSRC KTREE KBASE VARIANT JOBS

# The architecture of each target; the default target is the first of the host's architecture.
ARCH-vtd := x86_64
ARCH-vtd-sm := x86_64
TARGET ?= vtd
ARCH ?= $(if $(HOST),$(HOST_ARCH),$(or $(ARCH-$(TARGET)),$(error TARGET=$(TARGET): unknown; use vtd or vtd-sm)))
export ARCH

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
DEPS := bc bison ccache clang-format cpio debian-archive-keyring dropbear-bin dwarves e2fsprogs \
	fakeroot flex gcc git jq kmod libc6-dev libcmocka-dev libelf-dev libgsl-dev libinih-dev \
	libjansson-dev libsqlite3-dev libssl-dev make mmdebstrap openssh-client perl qemu-system-x86 \
	qemu-utils rsync shellcheck sparse xz-utils zstd

missing = have=$$(dpkg-query -W -f '$${db:Status-Abbrev} $${Package}\n' $(DEPS) 2>/dev/null | sed -n 's/^ii *//p'); \
	missing=; for p in $(DEPS); do case " $$(echo $$have) " in *" $$p "*) ;; *) missing="$$missing $$p" ;; esac; done

##@ Getting it to run
.PHONY: help deps
help: ## this list
	@awk '/^##@ /{ printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.* ## /{ split($$0, a, ":"); sub(/.* ## /, ""); printf "  make %-14s %s\n", a[1], $$0 }' Makefile
	@printf '\nVariables: TARGET=vtd|vtd-sm, PLAN=%s, MODE=preserve|rebuild|crash,\n' '$(PLAN)'
	@printf 'KERNEL=series|series:N|base, KSRC=DIR, VARIANT=selftest|debug (also selftest+debug),\n'
	@printf 'HOST=user@machine DEVICE=BDF, LUBENCH_CACHE=%s, V=1.\n' '$(LUBENCH_CACHE)'

deps: ## install the Debian packages that are missing
	@$(missing); [ -z "$$missing" ] && exit 0; \
	run='apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends'"$$missing"; \
	if [ "$$(id -u)" = 0 ]; then become=; elif sudo -n true 2>/dev/null; then become='sudo -n'; else \
		echo "lubench: packages are missing; run as root:" >&2; echo "  $$run" >&2; exit 1; fi; \
	echo "lubench: installing$$missing" >&2; $$become sh -c "$$run" || \
	{ echo "lubench: the installation failed; run as root:" >&2; echo "  $$run" >&2; exit 1; }

#
# Userland: each directory's Build.mk says what it is made of
#
CC := gcc
CROSS := $(ARCH)-linux-gnu-
CFLAGS ?= -O2 -g
CPPFLAGS := -D_GNU_SOURCE -I. -MMD -MP
WARN := -Wall -Wextra -Werror
LDLIBS := -ljansson -linih -lsqlite3 -lgsl -lgslcblas -lm -pthread

# The agent talks to the kernel under test, so it is built with that kernel's headers; base has none
# of the calls, and is asked with those of the series.
HDR := $(LUBENCH_CACHE)/headers/$(ARCH)-$(if $(KSRC),ksrc,series)

SUITE_DIRS := bench/cli bench/plan bench/target bench/record bench/stats bench/report
AGENT_DIRS := bench/agent workloads/dma
$(foreach d,$(SUITE_DIRS) $(AGENT_DIRS),$(eval include $(d)/Build.mk))
in_dir = $(addprefix $(1)/,$($(notdir $(1))-y))

SUITE_SRC := $(foreach d,$(SUITE_DIRS),$(call in_dir,$(d)))
AGENT_SRC := $(foreach d,$(AGENT_DIRS),$(call in_dir,$(d)))
SHARED_SRC := $(addprefix bench/record/,$(record-agent-y))

SUITE_OBJ := $(SUITE_SRC:%.c=build/obj/%.o)
AGENT_OBJ := $(AGENT_SRC:%.c=build/agent/$(ARCH)/obj/%.o)
AGENT := build/agent/$(ARCH)/lubench-agent
TESTS := $(patsubst %.c,build/%,$(wildcard tests/unit/test_*.c))

build/lubench: build/obj/bench/lubench.o $(SUITE_OBJ)
	$(call say,LD,$@)$(CC) -o $@ $^ $(LDLIBS)

$(AGENT): $(AGENT_OBJ) $(SHARED_SRC:%.c=build/agent/$(ARCH)/obj/%.o)
	$(call say,LD,$@)$(CROSS)gcc -static -o $@ $^ -ljansson -pthread

build/obj/%.o: %.c Makefile | deps
	@mkdir -p $(@D)
	$(call say,CC,$<)$(CC) -std=gnu11 $(CFLAGS) $(WARN) $(CPPFLAGS) -c -o $@ $<

build/agent/$(ARCH)/obj/%.o: %.c Makefile build/agent/$(ARCH)/headers $(HDR)/.key | deps
	@mkdir -p $(@D)
	$(call say,CC,"$< ($(ARCH) agent)")$(CROSS)gcc -std=gnu11 $(CFLAGS) $(WARN) $(CPPFLAGS) -isystem $(HDR)/include -c -o $@ $<

# Changes when the headers come from another kernel than last time.
build/agent/$(ARCH)/headers: FORCE
	@mkdir -p $(@D); echo '$(HDR)' | cmp -s - $@ || echo '$(HDR)' >$@

$(HDR)/.key: FORCE | deps
	@KERNEL=series kernel/build.sh headers

# One archive of everything but lubench.c: a test takes what it names.
build/tests/suite.a: $(SUITE_OBJ) $(AGENT_OBJ)
	@mkdir -p $(@D)
	$(call say,AR,$@)rm -f $@ && ar qcs $@ $^

build/tests/unit/%: tests/unit/%.c build/tests/suite.a Makefile
	@mkdir -p $(@D)
	$(call say,CC,$<)$(CC) -std=gnu11 $(CFLAGS) $(WARN) $(CPPFLAGS) -isystem $(HDR)/include -o $@ $< build/tests/suite.a -lcmocka $(LDLIBS)

-include $(shell find build -name '*.d' -type f 2>/dev/null)

.PHONY: all FORCE
all: build/lubench $(AGENT) ## build the program and the agent
FORCE:

##@ Measuring
.PHONY: bench report
RUN_ID := $(shell date +%Y%m%d-%H%M%S)-$(if $(HOST),host,$(TARGET))
OUT ?= results/runs/$(RUN_ID)
RUN ?= $(lastword $(sort $(dir $(wildcard results/runs/*/samples.jsonl))))

bench: deps all kernel $(if $(HOST),,image) ## measure on TARGET, or on HOST, and report
	@rc=0; build/lubench run $(if $(HOST),--host '$(HOST)' --device '$(DEVICE)',--target $(TARGET)) --plan '$(if $(wildcard $(PLAN)),$(PLAN),bench/plan/plans/$(PLAN).ini)' \
		--kernel $(if $(KSRC),ksrc,$(KERNEL))$(addprefix -,$(subst +,-,$(VARIANT))) $(if $(MODE),--mode $(MODE)) --out $(OUT) || rc=$$?; \
	[ ! -e $(OUT)/samples.jsonl ] || build/lubench report $(OUT); exit $$rc

report: build/lubench ## show a run again: RUN=DIR, by default the newest
	@[ -n '$(RUN)' ] || { echo 'lubench: no run in results/runs; run: make bench' >&2; exit 1; }
	@build/lubench report $(RUN)

##@ The kernel
.PHONY: kernel image kernel-tree kernel-series kernel-check
kernel: deps ## build KERNEL, or KSRC, with VARIANT
	@kernel/build.sh kernel

image: deps ## make the root image of the emulated targets
	@bench/target/image/build.sh >/dev/null

kernel-tree: deps ## a git tree with the series applied, to hack in: KTREE=DIR
	@kernel/tree.sh work

kernel-series: ## write the commits of that tree back to kernel/series
	@kernel/tree.sh export

kernel-check: deps ## each patch applies, builds, is clean under checkpatch and sparse
	@kernel/check.sh

##@ Testing
.PHONY: test test-unit test-golden test-emulated
test: all kernel image $(TESTS) ## all tests
	@tests/run.sh unit golden emulated

test-unit: $(TESTS) ## tests of single parts
	@tests/run.sh unit

test-golden: all ## the program against recorded inputs
	@tests/run.sh golden

test-emulated: all kernel image ## the whole path on emulated targets
	@tests/run.sh emulated

##@ Housekeeping
.PHONY: clean
clean: ## remove build/; kernels and images stay in the cache
	rm -rf build
