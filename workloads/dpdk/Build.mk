# SPDX-License-Identifier: GPL-2.0-or-later
# The DPDK programs: the observer is linked with this machine's DPDK, so that it can use every NIC that
# this has a driver for; the forwarder statically, with a pinned one, so that a guest needs no libraries.
# What is in dpdk-y knows nothing of DPDK and has unit tests.
dpdk-y := pace.c summary.c tally.c
DPDK_LEAST := 22.11

OBSERVER_OBJ := $(addprefix build/dpdk/obj/workloads/dpdk/,observer.o observer_args.o port.o)
FORWARDER_SRC := workloads/dpdk/forwarder.c workloads/dpdk/port.c
FORWARDER_AGENT := clock pcidev sysfile
DPDK_PROGRAMS := build/dpdk/lubench-observer $(ARCHS:%=build/dpdk/%/lubench-forwarder)

# Drivers and buses are found by their constructors only, which a linker would leave out.
DPDK_PARTS := -lrte_bus_pci -lrte_bus_vdev -lrte_mempool_ring -lrte_net_af_packet
DPDK_CORE := -lrte_ethdev -lrte_net -lrte_mbuf -lrte_mempool -lrte_ring -lrte_meter -lrte_pci -lrte_telemetry \
	     -lrte_kvargs -lrte_eal

.PHONY: observer
observer: build/dpdk/lubench-observer

build/dpdk/lubench-observer: $(OBSERVER_OBJ) $(dpdk-y:%.c=build/obj/workloads/dpdk/%.o)
	$(call say,LD,$@)$(CC) -o $@ $^ -Wl,--no-as-needed $(DPDK_PARTS) -Wl,--as-needed $(DPDK_CORE) -ljansson

build/dpdk/obj/%.o: %.c Makefile build/dpdk/version | deps-dpdk
	@mkdir -p $(@D)
	$(call say,CC,$<)$(CC) -std=gnu11 $(CFLAGS) $(WARN) $(CPPFLAGS) \
		$$(pkg-config --cflags libdpdk | sed 's/-I/-isystem /g') -c -o $@ $<

# Changes when the DPDK is another one than last time.
build/dpdk/version: FORCE | deps-dpdk
	@mkdir -p $(@D)
	@pkg-config --atleast-version=$(DPDK_LEAST) libdpdk || \
		{ echo "lubench: DPDK $(DPDK_LEAST) or newer is needed, here is $$(pkg-config --modversion libdpdk 2>/dev/null || echo none); install libdpdk-dev of Debian 12 or newer" >&2; exit 1; }
	@v=$$(pkg-config --modversion libdpdk); echo $$v | cmp -s - $@ || \
		{ echo $$v >$@; printf '  %-7s %s\n' DPDK "$$v (this machine's)"; }

DPDK_ROOT = $(LUBENCH_CACHE)/sysroot/$(1)-dpdk-bookworm
# pkg-config's view of that directory
dpdk_config = PKG_CONFIG_LIBDIR=$(DPDK_ROOT)/usr/lib/$(1)-linux-gnu/pkgconfig PKG_CONFIG_SYSROOT_DIR=$(DPDK_ROOT) pkg-config

define forwarder_rules
build/dpdk/$(1)/lubench-forwarder: $(FORWARDER_SRC:%.c=build/dpdk/$(1)/obj/%.o) $(FORWARDER_AGENT:%=build/agent/$(1)/obj/bench/agent/%.o)
	$$(call say,LD,$$@)$(1)-linux-gnu-gcc -static -o $$@ $$^ -L$(call DPDK_ROOT,$(1))/usr/lib/$(1)-linux-gnu -Wl,--no-warnings \
		-Wl,--whole-archive $(DPDK_PARTS) -lrte_net_e1000 -Wl,--no-whole-archive \
		-Wl,--start-group $(DPDK_CORE) -Wl,--end-group -lnuma -lbsd -lmd -pthread -lm

build/dpdk/$(1)/obj/%.o: %.c Makefile workloads/dpdk/Build.mk $(call DPDK_ROOT,$(1))/version | deps
	@mkdir -p $$(@D)
	$$(call say,CC,"$$< ($(1), DPDK $$$$(cat $(call DPDK_ROOT,$(1))/version))")$(1)-linux-gnu-gcc -std=gnu11 $$(CFLAGS) $$(WARN) $$(CPPFLAGS) \
		$$$$($(call dpdk_config,$(1)) --cflags libdpdk-libs | sed 's/-I/-isystem /g') -c -o $$@ $$<

$(call DPDK_ROOT,$(1))/version: | deps
	@ARCH=$(1) workloads/dpdk/sysroot.sh >/dev/null
endef
$(foreach a,$(sort $(HOST_ARCH) $(ARCHS)),$(eval $(call forwarder_rules,$(a))))
