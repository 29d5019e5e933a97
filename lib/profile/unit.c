#include "profile/unit.h"

#include <math.h>
#include <stdio.h>
#include <strings.h>

enum kind { TIME, BYTES };

struct unit {
	enum kind kind;
	int64_t scale;     /* in the finest unit of its kind */
	const char *print; /* the name that unit_print() shows; NULL = it uses a finer unit */
	const char *names[6];
};

/* Within a kind from fine to coarse. */
static const struct unit units[] = {
	{ TIME, 1, "ns", { "ns", "nanosecond" } },
	{ TIME, 1000, "us", { "us", "\xc2\xb5s", "\xce\xbcs", "microsecond" } },
	{ TIME, 1000000, "ms", { "ms", "millisecond" } },
	{ TIME, 1000000000, "s", { "s", "sec", "second" } },
	{ TIME, 60000000000, NULL, { "min", "minute" } },
	{ TIME, 3600000000000, "hrs", { "h", "hr", "hour" } },
	{ BYTES, 1, "B", { "b", "byte" } },
	{ BYTES, 1 << 10, "kB", { "kb", "kbyte", "kilobyte", "kib" } },
	{ BYTES, 1 << 20, "MB", { "mb", "mbyte", "megabyte", "mib" } },
	{ BYTES, 1 << 30, "GB", { "gb", "gbyte", "gigabyte", "gib" } },
	{ BYTES, (int64_t)1 << 40, "TB", { "tb", "tbyte", "terabyte", "tib" } },
	{ BYTES, (int64_t)1 << 50, "PB", { "pb", "pbyte", "petabyte", "pib" } },
};

static bool same_name(struct str a, const char *b)
{
	return a.n == strlen(b) && strncasecmp(a.p, b, a.n) == 0;
}

static const struct unit *unit_named(struct str name)
{
	for (size_t i = 0; i < LEN(units); i++)
		for (size_t j = 0; j < LEN(units[i].names) && units[i].names[j]; j++)
			if (same_name(name, units[i].names[j]))
				return &units[i];
	return NULL;
}

/* By its name in the singular or in the plural ("us" and "\xc2\xb5s" are no plurals). */
static const struct unit *find_unit(struct str name)
{
	const struct unit *u = unit_named(name);

	if (!u && name.n > 2 && (name.p[name.n - 1] | 0x20) == 's')
		u = unit_named(str(name.p, name.n - 1));
	return u;
}

int64_t unit_ratio(struct str coarse, struct str fine)
{
	const struct unit *c, *f;

	if (str_eq(coarse, fine))
		return 1;
	c = find_unit(coarse);
	f = find_unit(fine);
	if (!c || !f || c->kind != f->kind || c->scale < f->scale)
		return 0;
	return c->scale / f->scale;
}

bool unit_is_known(struct str unit)
{
	return find_unit(unit) != NULL;
}

bool unit_convert(double *value, struct str from, struct str to)
{
	const struct unit *f = find_unit(from), *t = find_unit(to);

	if (!f || !t || f->kind != t->kind)
		return false;
	*value = *value * (double)f->scale / (double)t->scale;
	return true;
}

/* The coarsest unit in which `like` is at least 1. */
static const struct unit *best_unit(const struct unit *from, double like)
{
	double v = fabs(like) * (double)from->scale;
	const struct unit *u = NULL;

	for (size_t i = 0; i < LEN(units); i++)
		if (units[i].kind == from->kind && units[i].print &&
		    (!u || v >= (double)units[i].scale))
			u = &units[i];
	return u;
}

/*
 * As in google/pprof: the unit of the smallest value, unless that is less than a hundredth
 * of the largest; then the unit in which the smallest is 0.01 or more.
 */
double unit_common(double least, double most, struct str unit)
{
	const struct unit *from = find_unit(unit);

	if (from && best_unit(from, least) != best_unit(from, most) && least * 100 < most)
		return least * 100;
	return least;
}

static void print_in_unit(struct buf *b, double value, const struct unit *from,
			  const struct unit *to)
{
	char digits[512];
	size_t n;

	value = value * (double)from->scale / (double)to->scale;
	n = (size_t)snprintf(digits, sizeof(digits), "%.2f", value);
	if (strcmp(digits + n - 3, ".00") == 0)
		digits[n - 3] = '\0';
	if (strcmp(digits, "0") == 0 || strcmp(digits, "-0") == 0)
		buf_ch(b, '0');
	else
		buf_printf(b, "%s%s", digits, to->print ? to->print : to->names[0]);
}

void unit_print_like(struct buf *b, double value, double like, struct str unit)
{
	const struct unit *from = find_unit(unit);

	if (from)
		print_in_unit(b, value, from, best_unit(from, like));
	else
		buf_printf(b, "%.0f", value);
}

void unit_print_in(struct buf *b, double value, struct str unit, struct str in)
{
	const struct unit *from = find_unit(unit), *to = find_unit(in);

	if (from && to)
		print_in_unit(b, value, from, to);
	else
		buf_printf(b, "%.0f%.*s", value, STR_ARG(in));
}

void unit_print(struct buf *b, double value, struct str unit)
{
	unit_print_like(b, value, value, unit);
}
