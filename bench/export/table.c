// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/export/export.h"

const struct export_format export_formats[] = {
	{ "bmf", "Bencher Metric Format, JSON", false, export_bmf },
	{ "csv", "every sample, a line each", false, export_csv },
	{ "github", "github-action-benchmark, customSmallerIsBetter", false, export_github },
	{ "junit", "JUnit XML: how each planned point ended", false, export_junit },
	{ "kcidb", "KCIDB 5.3, JSON", false, export_kcidb },
	{ "ktap", "KTAP 1: how each planned point ended", false, export_ktap },
	{ "markdown", "a table", false, export_markdown },
	{ "openmetrics", "OpenMetrics, for node_exporter's textfile collector", false,
	  export_openmetrics },
	{ "otava", "CSV for Otava: a line a run, of several runs", true, export_otava },
	{ 0 },
};
