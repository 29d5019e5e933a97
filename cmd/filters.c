#include "cmd/filters.h"

#include "cmd/common.h"

static struct {
	struct opt_list pattern[NPATTERN], tag, no_tag, tag_range;
	bool all_frames;
} o;

#define ALL_FRAMES_OPTION                                                                          \
	{                                                                                          \
		0, "all-frames", OPT_FLAG, &o.all_frames, NULL,                                    \
			"keep frames that the profile asks to drop", .also = "no-drop-frames"      \
	}

const struct opt own_frames_options[] = { ALL_FRAMES_OPTION, { 0 } };

const struct opt filter_options[] = {
	{ 0, "focus", OPT_LIST, &o.pattern[PATTERN_FOCUS], "RE",
	  "keep samples with a matching frame", .title = "Samples and frames" },
	{ 0, "ignore", OPT_LIST, &o.pattern[PATTERN_IGNORE], "RE",
	  "drop samples with a matching frame" },
	{ 0, "leaf", OPT_LIST, &o.pattern[PATTERN_LEAF], "RE",
	  "keep samples whose leaf frame matches" },
	{ 0, "hide", OPT_LIST, &o.pattern[PATTERN_HIDE], "RE", "leave out matching frames" },
	{ 0, "show", OPT_LIST, &o.pattern[PATTERN_SHOW], "RE", "leave out all other frames" },
	{ 0, "show-from", OPT_LIST, &o.pattern[PATTERN_SHOW_FROM], "RE",
	  "leave out callers of the first match" },
	{ 0, "prune-from", OPT_LIST, &o.pattern[PATTERN_PRUNE_FROM], "RE",
	  "leave out callees of the last match" },
	{ 0, "tag", OPT_LIST, &o.tag, "[KEY=]RE", "keep samples with a matching label" },
	{ 0, "no-tag", OPT_LIST, &o.no_tag, "[KEY=]RE", "drop samples with a matching label" },
	{ 0, "tag-range", OPT_LIST, &o.tag_range, "[KEY=]LO:HI",
	  "keep samples with a number in that range" },
	ALL_FRAMES_OPTION,
	{ 0 },
};

static void add_tags(struct filter *f, enum tag_condition_kind kind, const struct opt_list *list)
{
	struct buf why = { 0 };

	for (size_t i = 0; i < list->n; i++)
		if (!tag_filter_add(&f->tags, kind, str_of(list->v[i]), &why))
			usage("--%s %s: %.*s", tag_condition_name(kind), list->v[i],
			      STR_ARG(buf_str(&why)));
	buf_release(&why);
}

void parse_filters(struct filter *f)
{
	struct buf why = { 0 };

	for (size_t i = 0; i < NPATTERN; i++)
		for (size_t j = 0; j < o.pattern[i].n; j++)
			if (!pattern_add(&f->stacks.pattern[i], i, str_of(o.pattern[i].v[j]), &why))
				usage("--%s %s: %.*s", pattern_kinds[i].name, o.pattern[i].v[j],
				      STR_ARG(buf_str(&why)));
	add_tags(f, TAG_MATCHES, &o.tag);
	add_tags(f, TAG_MATCHES_NOT, &o.no_tag);
	add_tags(f, TAG_IN_RANGE, &o.tag_range);
	f->all_frames = o.all_frames;
	buf_release(&why);
}

bool apply_filters(struct filter *f, struct profile *p)
{
	struct buf notes = { 0 }, why = { 0 };
	bool ok = filter_apply(f, p, &notes, &why);

	if (!ok)
		complain("%.*s", STR_ARG(buf_str(&why)));
	note_lines(buf_str(&notes));
	buf_release(&notes);
	buf_release(&why);
	return ok;
}

bool drop_own_frames(struct profile *p)
{
	struct filter f = { .all_frames = o.all_frames };
	bool ok = !dict_text(p->dict, p->head.drop_frames).n || apply_filters(&f, p);

	filter_release(&f);
	return ok;
}
