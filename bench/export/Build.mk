# SPDX-License-Identifier: GPL-2.0-or-later
export-y := table.c values.c bmf.c github.c openmetrics.c otava.c kcidb.c ktap.c junit.c markdown.c csv.c
