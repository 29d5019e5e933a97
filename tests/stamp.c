/* stamp [KEY=VALUE]... <PROFILE >RUN.pb.gz: add facts. time= is when it began. */
#include <stdio.h>
#include <stdlib.h>

#include "format/format.h"

int main(int argc, char **argv)
{
	struct profile p;
	struct load l = { 0 };
	struct buf dropped = { 0 };
	struct out out;
	bool ok;

	program_name = "stamp";
	profile_init(&p);
	if (!format_load(&l, "-", &p)) {
		fprintf(stderr, "stamp: %s\n", l.error.p);
		return 2;
	}
	profile_settle(&p, &dropped);
	for (int i = 1; i < argc; i++) {
		if (str_starts(str_of(argv[i]), S("time=")))
			p.head.time = (int64_t)(strtold(argv[i] + 5, NULL) * 1e9L);
		else
			profile_add_comment(&p, str_of(argv[i]));
	}
	if (out_open(&out, NULL, (struct pack){ PACK_GZIP, 1 }))
		format_pprof.write(&out, &p);
	ok = out_close(&out);
	out_release(&out);
	buf_release(&dropped);
	buf_release(&l.error);
	profile_release(&p);
	return ok ? 0 : 2;
}
