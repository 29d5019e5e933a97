/* The table of codecs, including encodings that are recognised only to be refused. */
#include "io/codec.h"

static const struct codec *const codecs[] = {
#define CODEC_ROW(name) &codec_##name,
	CODECS(CODEC_ROW)
};

const struct codec *codec_of(struct str head)
{
	for (size_t i = 0; i < LEN(codecs); i++)
		if (codecs[i]->match(head))
			return codecs[i];
	return NULL;
}

const struct codec *codec_of_magic(struct str magic)
{
	for (size_t i = 0; i < LEN(codecs); i++)
		if (codecs[i]->has_magic && codecs[i]->match(magic))
			return codecs[i];
	return NULL;
}

size_t codec_zeros(struct str src)
{
	size_t n = 0;

	while (n < src.n && src.p[n] == '\0')
		n++;
	return n;
}

static bool match_bzip2(struct str head)
{
	return str_starts(head, S("BZh")) && head.n > 9 && str_eq(str(head.p + 4, 3), S("1AY"));
}

static bool match_lz4(struct str head)
{
	return str_starts(head, S("\x04\x22\x4d\x18"));
}

static bool match_zip(struct str head)
{
	return str_starts(head, S("PK\3\4"));
}

const struct codec codec_bzip2 = { .name = "bzip2", .unpack = "bzip2 -dc", .match = match_bzip2 };
const struct codec codec_lz4 = { .name = "lz4", .unpack = "lz4 -dc", .match = match_lz4 };
const struct codec codec_zip = { .name = "zip", .unpack = "unzip -p", .match = match_zip };
