# SPDX-License-Identifier: GPL-2.0-only
bpf-y := calibrate.c loader.c
# the part that the suite links, too
bpf-shared-y := table.c
# one NAME.bpf.c for each line of the table
bpf-probes := $(shell grep -o '^	P.[a-z_]*' bpf/table.h | cut -c 4-)
