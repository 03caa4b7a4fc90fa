/* SPDX-License-Identifier: GPL-2.0-only */
/* The state that the parts of the perf.data reader share. */
#ifndef READERS_PERF_READER_H
#define READERS_PERF_READER_H

#include "damon-trace/reader.h"
#include "readers/formats.h"
#include "readers/damon_guess.h"
#include "readers/perf_attr.h"
#include "readers/perf_comm.h"
#include "readers/perf_maps.h"
#include "readers/source.h"

/* A stretch of records: the data section, or one data.N of a directory. */
struct dt_perf_part {
	const struct dt_source *source;
	struct dt_source *owned; /* closed with the reader; NULL for the main file's own */
	char name[32];		 /* "data.3"; empty for the main file */
	uint64_t start, end;	 /* offsets of the records */
};

/* PMU_MAPPINGS: which PMU an attr's type means. */
#define DT_PERF_MAX_PMUS 128

/* Room for a path. */
#define DT_PERF_PATH 4096

struct dt_perf_pmu {
	uint32_t type;
	char name[32];
};

struct dt_perf_reader {
	struct dt_reader base;
	bool big; /* byte order of the file */
	bool pipe, zstd, unterminated;
	bool part_of_directory; /* the header says that the records are in files beside it */
	bool damaged;		/* at opening: the input cannot be complete */
	uint64_t data_start, data_end;
	uint64_t ids_end; /* of the last list of identifiers, in the file or not */
	uint64_t features[4];
	/* features that need the attrs first; size 0: absent */
	uint64_t event_desc, event_desc_size, tracing, tracing_size;
	struct dt_perf_attrs attrs;
	struct dt_perf_comms comms;
	struct dt_perf_maps maps;
	struct dt_perf_pmu *pmus;
	uint32_t nr_pmus;
	struct dt_damon_guesser guesser; /* for tracepoints without name and format */
	struct dt_event_table *formats;	 /* NULL: the file has none */
	struct dt_perf_part *parts;
	size_t nr_parts;
};

static inline struct dt_perf_reader *dt_perf_reader(struct dt_reader *reader)
{
	return (struct dt_perf_reader *)reader;
}

/* perf_header.c: the file header with its attr and feature sections. */
int dt_perf_header_read(struct dt_perf_reader *reader, struct dt_error *error);

/* perf_feature.c: one feature section, or the payload of a FEATURE record. 0 or -ENOMEM. */
int dt_perf_feature_read(struct dt_perf_reader *reader, unsigned feature, uint64_t offset,
			 uint64_t size);
/* u32 length with padding, then the text; false when it leaves the section. size: not 0. */
bool dt_perf_text(struct dt_bytes *bytes, char *to, size_t size);
/* The clock, when all attrs are known. */
void dt_perf_clock(struct dt_perf_reader *reader);

/* perf_build_ids.c: a record of one, and the feature, a list of such. False when it is damaged. */
struct dt_bytes;
struct dt_perf_record;
void dt_perf_build_id_record(struct dt_perf_maps *maps, const unsigned char *at,
			     struct dt_perf_record record);
bool dt_perf_build_ids_read(struct dt_perf_reader *reader, struct dt_bytes *bytes);

/* perf_describe.c */
/* EVENT_DESC: names, and attrs and identifiers where the file has none. 0 or -ENOMEM. */
int dt_perf_event_desc_read(struct dt_perf_reader *reader);
/* TRACING_DATA: the formats of the tracepoints. 0 or -ENOMEM. */
int dt_perf_tracing_read(struct dt_perf_reader *reader);

/* perf_setup.c: the records before the first sample that describe the others (in pipe mode
 * everything, in file mode late names). 0 or -errno. */
int dt_perf_setup_read(struct dt_perf_reader *reader, struct dt_error *error);

/* perf_walk.c */
int dt_perf_walk(struct dt_reader *base, const struct dt_sink *sink, struct dt_error *error);

/* perf_slice.c: see dt_reader_slice(). */
int dt_perf_slice(struct dt_reader *base, const struct dt_slice *slice, const char *path,
		  struct dt_slice_sum *sum, struct dt_error *error);

/* perf_data.c: what file, pipe and directory mode share. Takes the source over on success. */
int dt_perf_reader_new(struct dt_perf_reader **reader, struct dt_source *source,
		       struct dt_error *error);
int dt_perf_reader_add_part(struct dt_perf_reader *reader, struct dt_source *source,
			    const char *name);

#endif
