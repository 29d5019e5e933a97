/* conf.facts: the profile's comments as [key, value], its beginning and its duration. */
#include "io/escape.h"
#include "view/html/html.h"

enum { MOST_FACTS = 200 };

static void put_clean(struct json *j, struct str s)
{
	struct buf clean = { 0 };

	clean_text(&clean, s);
	json_put_string(j, buf_str(&clean));
	buf_release(&clean);
}

/* Verdicts are left out: html_changes.c writes them. */
static void put_facts(const struct profile *p, struct json *j)
{
	for (size_t i = 0; i < profile_ncomment(p) && i < MOST_FACTS; i++) {
		struct str value = dict_text(p->dict, profile_comment(p, i)),
			   key = str_cut(&value, '=');

		if (str_starts(key, S("diff.")))
			continue;
		json_begin_array(j);
		put_clean(j, value.p ? key : S(""));
		put_clean(j, value.p ? value : key);
		json_end_array(j);
	}
}

static void put_conf(struct page *page, struct json *j)
{
	const struct profile *p = page->p;

	json_member_string(j, "title", page->svg.title);
	json_member_string(j, "subtitle", str_of(page->o->subtitle));
	json_member_string(j, "nametype",
			   page->o->nametype ? str_of(page->o->nametype) : S("Function:"));
	json_member_string(j, "query", page->o->query);
	json_key(j, "origin");
	put_clean(j, buf_str(&page->svg.origin));
	json_member_int64(j, "profiles", p->nprofile);
	json_member_double(j, "time", (double)p->head.time / 1e6);
	json_member_double(j, "duration", (double)p->head.duration / 1e6);
	json_member_array(j, "facts");
	put_facts(p, j);
	json_end_array(j);
}

const struct html_part html_part_facts = { put_conf, NULL };
