/* SPDX-License-Identifier: GPL-2.0-only */
/* The registry of export formats: adding one is adding a file and a line here. */
#include "exporters/export.h"

const struct dt_export_format *const dt_export_formats[] = {
	&dt_export_csv,	     &dt_export_jsonl, &dt_export_openmetrics,
	&dt_export_perfetto, &dt_export_damo,  NULL,
};

const char *const dt_export_tables[] = {"regions", "samples", "goals", "schemes", "tiers", NULL};
