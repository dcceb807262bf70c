/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the parts of the DMA witness. */
#ifndef LUBENCH_REPORT_WITNESS_H
#define LUBENCH_REPORT_WITNESS_H

#include <stdbool.h>
#include <stdio.h>

struct model;

/* Was translation switched off, and what becomes of DMA then? */
void witness_translation(FILE *out, const struct model *m);

/* What the times of the table leave out; of cycles of mode preserve, or of the others. */
void witness_host(FILE *out, const struct model *m, bool preserves);

/* The stricter comparison: each blackout with the control window of its own cycle; @margin in ns. */
void witness_own_window(FILE *out, const struct model *m, double margin);

#endif /* LUBENCH_REPORT_WITNESS_H */
