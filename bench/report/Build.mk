# SPDX-License-Identifier: GPL-2.0-or-later
report-y := fmt.c model.c points.c cycles.c provenance.c text.c preserve.c curve.c phases.c \
	    soak.c witness.c witness_notes.c cost.c blackout.c ratio.c iotlb.c iotlb_inv.c waterfall.c \
	    outcomes.c svg.c walk.c walk_beside.c beside.c subset.c probes.c effect.c fold.c flame.c native.c kernels.c
