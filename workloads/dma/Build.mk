# SPDX-License-Identifier: GPL-2.0-or-later
dma-y := dma.c e1000e.c e1000e_ring.c lsi.c lsi_script.c nvme.c
