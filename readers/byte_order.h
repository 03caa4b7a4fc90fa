/* SPDX-License-Identifier: GPL-2.0-only */
/* The recorded machine's byte order against ours. */
#ifndef READERS_BYTE_ORDER_H
#define READERS_BYTE_ORDER_H

#include <stdbool.h>

/* Must words of a file in that byte order be swapped to be read here? */
static inline bool dt_must_swap(bool big_endian)
{
	return big_endian != (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
}

#endif
