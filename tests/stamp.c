/* stamp [KEY=VALUE]... <PROFILE >RUN.pb.gz: add facts. time= is when it began. */
#include <stdio.h>
#include <stdlib.h>

#include "model.h"

int main(int argc, char **argv)
{
	struct profile p;
	struct profile part;
	struct input input;
	struct out out;

	program_name = "stamp";
	model_init(&p);
	profile_clear(&p);
	profile_init(&part, p.dict);
	input_open(&input, "-", NULL, NULL);
	while (input_next(&input, &part))
		profile_move(&p, &part);
	if (!input_close(&input)) {
		fprintf(stderr, "stamp: %s\n", input.in.error.p);
		return 2;
	}
	input_release(&input);
	profile_release(&part);
	for (int i = 1; i < argc; i++) {
		if (str_starts(str_of(argv[i]), S("time=")))
			p.head.time = (int64_t)(strtold(argv[i] + 5, NULL) * 1e9L);
		else
			profile_add_comment(&p, str_of(argv[i]));
	}
	if (out_open(&out, NULL, (struct pack){ PACK_GZIP, 1 }))
		format_pprof.write(&out, &p);
	if (!out_close(&out))
		return 2;
	out_release(&out);
	model_release(&p);
	return 0;
}
