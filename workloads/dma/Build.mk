# SPDX-License-Identifier: GPL-2.0-or-later
dma-y := dma.c dsa.c dsa_batch.c dsa_config.c e1000e.c igb.c intel_ring.c intel_rx.c lsi.c lsi_script.c nvme.c
