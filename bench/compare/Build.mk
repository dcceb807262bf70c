# SPDX-License-Identifier: GPL-2.0-or-later
compare-y := gather.c strata.c metrics.c conditions.c judge.c outcomes.c noise.c scaling.c names.c text.c markdown.c json.c history.c history_text.c gate.c annotations.c
