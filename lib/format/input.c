#include "format/input.h"

void input_open(struct input *input, const char *path, const struct format *from,
		const struct in_options *options)
{
	*input = (struct input){ .format = from };
	in_open_with(&input->in, path, options ? options : &(struct in_options){ 0 });
}

void input_open_memory(struct input *input, const char *name, struct str bytes,
		       const struct format *from)
{
	*input = (struct input){ .format = from };
	in_open_memory(&input->in, name, bytes);
}

/* A file or pipe that ends within a line may be the beginning of a longer one. */
static void note_open_end(struct input *input)
{
	struct in *in = &input->in;

	if (in->open_end && !in->in_memory && !input->format->open_end)
		in_note(in, in->line, "the last line has no end: the input may be cut short");
}

bool input_next(struct input *input, struct profile *p)
{
	struct in *in = &input->in;

	profile_begin(p);
	if (in->failed)
		return false;
	if (in_end(in)) {
		if (!input->nprofile)
			in_fail(in, "is empty");
		return false;
	}
	if (!input->format)
		input->format = format_sniff(in);
	if (!input->format || !input->format->read(in, p) || !in_map_is_whole(in))
		return false;
	note_open_end(input);
	input->nprofile++;
	return true;
}

bool input_close(struct input *input)
{
	return in_close(&input->in);
}

void input_release(struct input *input)
{
	in_release(&input->in);
}
