/* SPDX-License-Identifier: GPL-2.0-only */
/* See number.h. The usual range is done in integers, all else is left to printf. */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "support/number.h"

/* Largest power of ten that is a double without rounding, and the doubles up to it. */
#define EXACT_TENS 22
static const double tens[EXACT_TENS + 1] = {
	1e0,  1e1,  1e2,  1e3,	1e4,  1e5,  1e6,  1e7,	1e8,  1e9,  1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
};

/* 5^0 on; value x 10^21 is the most that is asked for. */
#define NR_FIVES 24
static const uint64_t fives[NR_FIVES] = {
	1ull,
	5ull,
	25ull,
	125ull,
	625ull,
	3125ull,
	15625ull,
	78125ull,
	390625ull,
	1953125ull,
	9765625ull,
	48828125ull,
	244140625ull,
	1220703125ull,
	6103515625ull,
	30517578125ull,
	152587890625ull,
	762939453125ull,
	3814697265625ull,
	19073486328125ull,
	95367431640625ull,
	476837158203125ull,
	2384185791015625ull,
	11920928955078125ull,
};

/* Integers below this are doubles without rounding. */
#define EXACT_INTEGER (1ull << 53)

__extension__ typedef unsigned __int128 dt_u128;

int dt_number_u64(char buffer[DT_NUMBER_SIZE], uint64_t value)
{
	char digits[DT_NUMBER_SIZE];
	int length = 0;

	do {
		digits[length++] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	for (int i = 0; i < length; i++)
		buffer[i] = digits[length - 1 - i];
	buffer[length] = '\0';
	return length;
}

/*
 * value x 10^scale as an integer, rounded to nearest even, without an error: a double is m x 2^e
 * with m below 2^53, and m x 5^scale fits in 128 bits. value is positive and normal. Returns false
 * when it does not work in integers.
 */
static bool scaled_digits(double value, int scale, uint64_t *digits)
{
	dt_u128 product, half, rest;
	uint64_t bits;
	int shift;

	memcpy(&bits, &value, sizeof(bits));
	/* the exponent of IEEE 754, for a mantissa that is an integer */
	shift = 1075 - (int)(bits >> 52) - scale;
	if (shift <= 0 || shift > 126 || scale >= NR_FIVES)
		return false;
	product = (dt_u128)((bits & (EXACT_INTEGER / 2 - 1)) | EXACT_INTEGER / 2) * fives[scale];
	half = (dt_u128)1 << (shift - 1);
	rest = product & ((half << 1) - 1);
	product >>= shift;
	if (rest > half || (rest == half && (product & 1)))
		product++;
	*digits = (uint64_t)product;
	return true;
}

/* digits x 10^-scale in plain notation, without zeros at the end. */
static int write_decimal(char *out, uint64_t digits, int scale)
{
	char text[DT_NUMBER_SIZE];
	int length = 0, count, whole;

	while (scale > 0 && digits % 10 == 0) {
		digits /= 10;
		scale--;
	}
	count = dt_number_u64(text, digits);
	whole = count > scale ? count - scale : 0;
	if (whole == 0)
		out[length++] = '0';
	memcpy(out + length, text, (size_t)whole);
	length += whole;
	if (scale > 0) {
		out[length++] = '.';
		for (int i = count; i < scale; i++)
			out[length++] = '0';
		memcpy(out + length, text + whole, (size_t)(count - whole));
		length += count - whole;
	}
	out[length] = '\0';
	return length;
}

int dt_number_double(char buffer[DT_NUMBER_SIZE], double value)
{
	double size = fabs(value);
	char *out = buffer;
	uint64_t digits;
	int scale;

	if (size < (double)EXACT_INTEGER && size == floor(size)) {
		if (value < 0)
			*out++ = '-';
		return (int)(out - buffer) + dt_number_u64(out, (uint64_t)size);
	}
	if (size < 1e-5 || size >= 1e15)
		return snprintf(buffer, DT_NUMBER_SIZE, "%.17g", value);
	if (value < 0)
		*out++ = '-';
	/* 15 digits: size x 10^scale is from 10^14 to 10^15 */
	scale = 14;
	while (scale > 0 && size >= tens[15 - scale])
		scale--;
	while (size < 1 && scale < 19 && size * tens[scale] < 1e14)
		scale++;
	if (scaled_digits(size, scale, &digits) && (double)digits / tens[scale] == size)
		return (int)(out - buffer) + write_decimal(out, digits, scale);
	if (!scaled_digits(size, scale + 2, &digits))
		return snprintf(buffer, DT_NUMBER_SIZE, "%.17g", value);
	return (int)(out - buffer) + write_decimal(out, digits, scale + 2);
}
