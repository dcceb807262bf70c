/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sections of the text report, in the order in which they appear. Each takes what it needs
 * from the model and returns 0 or -ENOMEM; errors of the stream are looked at once, at the end.
 */
#ifndef LUBENCH_REPORT_SECTIONS_H
#define LUBENCH_REPORT_SECTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "bench/report/model.h"

/* "EMULATED", "SIMULATED" or NULL: what every picture and header has to say. */
const char *provenance_label(const struct record_set *set);

/* Where the numbers come from, on one line, for the foot of a picture. */
void provenance_line(const struct record_set *set, char *buf, size_t len);

/* A blank line and the title, which says so when its numbers are no hardware's. */
void section_title(FILE *out, const struct model *m, const char *title);

void section_header(FILE *out, const struct model *m);
int section_preserve(FILE *out, struct model *m);
int section_curve(FILE *out, struct model *m);
int section_phases(FILE *out, struct model *m);
int section_witness(FILE *out, struct model *m);
int section_cost(FILE *out, struct model *m);
int section_other(FILE *out, struct model *m);
void section_outcomes(FILE *out, const struct model *m);

#endif /* LUBENCH_REPORT_SECTIONS_H */
