/*
 * --raw: the contents of a profile, table by table: all rows that its samples refer to.
 * Numbers are those of the model's rows. Stacks have the root first.
 */
#include <stdio.h>

#include "query/report.h"

/* Writes records, which are rows of the model: "mapping 1: file=/bin/x start=0x400000" */
struct raw {
	struct query *q;
	struct rows *rows; /* NULL: as text */
	const char *table;
	uint32_t id;
	struct buf value; /* scratch */
	uint8_t *loc_used, *func_used, *map_used;
};

static void begin_record(struct raw *w, const char *table, uint32_t id)
{
	w->table = table;
	w->id = id;
	if (!w->rows)
		buf_printf(&w->q->out->bytes, "%s %u:", table, id);
}

static void end_record(struct raw *w)
{
	if (w->rows)
		return;
	buf_ch(&w->q->out->bytes, '\n');
	out_flush(w->q->out);
}

/* Fields */

static bool is_plain(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((uint8_t)s.p[i] <= ' ' || s.p[i] == '"' || s.p[i] == 0x7f)
			return false;
	return s.n != 0;
}

/* Append a text, in quotes if it is not one plain word. */
static void put_text(struct buf *b, struct str s)
{
	if (is_plain(s)) {
		buf_add(b, s);
		return;
	}
	buf_ch(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			buf_ch(b, '\\');
		put_name(b, str(s.p + i, 1));
	}
	buf_ch(b, '"');
}

static void put_field(struct raw *w, const char *name, struct str value)
{
	struct buf *b = &w->q->out->bytes;

	if (w->rows) {
		rows_str(w->rows, str_of(w->table));
		rows_int(w->rows, w->id);
		rows_str(w->rows, str_of(name));
		rows_str(w->rows, value);
		return;
	}
	buf_printf(b, " %s=", name);
	put_text(b, value);
}

/* Empty fields are left out. */

static void text_field(struct raw *w, const char *name, str_id id)
{
	if (id.i)
		put_field(w, name, dict_text(w->q->p->dict, id));
}

static void int_field(struct raw *w, const char *name, int64_t v)
{
	char text[32];

	if (v)
		put_field(w, name,
			  str(text, (size_t)snprintf(text, sizeof(text), "%lld", (long long)v)));
}

static void hex_field(struct raw *w, const char *name, uint64_t v)
{
	char text[32];

	put_field(w, name,
		  str(text, (size_t)snprintf(text, sizeof(text), "%#llx", (unsigned long long)v)));
}

static void flags_field(struct raw *w, uint32_t flags, const char *const *names, size_t n)
{
	w->value.n = 0;
	for (size_t i = 0; i < n; i++)
		if (flags & 1u << i && names[i])
			buf_printf(&w->value, "%s%s", w->value.n ? "," : "", names[i]);
	if (w->value.n)
		put_field(w, "flags", buf_str(&w->value));
}

/* Tables */

static void dump_header(struct raw *w)
{
	const struct profile *p = w->q->p;
	const struct header *h = &p->head;

	begin_record(w, "profile", 0);
	int_field(w, "time", h->time);
	int_field(w, "duration", h->duration);
	int_field(w, "end", h->end);
	text_field(w, "period_type", h->period_type);
	text_field(w, "period_unit", h->period_unit);
	int_field(w, "period", h->period);
	text_field(w, "doc_url", h->doc_url);
	text_field(w, "drop_frames", h->drop_frames);
	text_field(w, "keep_frames", h->keep_frames);
	end_record(w);
	for (uint32_t i = 0; i < profile_ncomment(p); i++) {
		begin_record(w, "comment", i);
		text_field(w, "text", profile_comment(p, i));
		end_record(w);
	}
	for (uint32_t i = 0; i < p->ncol; i++) {
		begin_record(w, "type", i);
		text_field(w, "type", p->col[i].type);
		text_field(w, "unit", p->col[i].unit);
		int_field(w, "default", i == profile_default_column(p));
		end_record(w);
	}
}

/* Which rows do samples refer to? */
static void find_used(struct raw *w)
{
	const struct profile *p = w->q->p;

	w->loc_used = mem_zeroed(p->dict->loc.n, 1);
	w->func_used = mem_zeroed(p->dict->func.n, 1);
	w->map_used = mem_zeroed(p->dict->mapping.n, 1);
	for (uint32_t i = 1; i < p->sample.n; i++) {
		size_t n;
		const loc_id *frame = dict_frames(p->dict,
						  profile_sample(p, (sample_id){ i })->stack, &n);

		for (size_t j = 0; j < n; j++)
			w->loc_used[frame[j].i] = 1;
	}
	for (uint32_t i = 1; i < p->dict->loc.n; i++) {
		const struct loc *l = dict_loc(p->dict, (loc_id){ i });

		w->func_used[l->func.i] |= w->loc_used[i];
		w->map_used[l->map.i] |= w->loc_used[i];
	}
}

static void dump_mappings(struct raw *w)
{
	static const char *const names[] = { "functions", "files", "lines", "inlines" };
	const struct profile *p = w->q->p;

	for (uint32_t i = 1; i < p->dict->mapping.n; i++) {
		const struct mapping *m = dict_mapping(p->dict, (map_id){ i });

		if (!w->map_used[i])
			continue;
		begin_record(w, "mapping", i);
		text_field(w, "file", m->file);
		text_field(w, "build_id", m->build_id);
		hex_field(w, "start", m->start);
		hex_field(w, "size", m->size);
		hex_field(w, "offset", m->offset);
		flags_field(w, m->flags, names, LEN(names));
		end_record(w);
	}
}

static void dump_functions(struct raw *w)
{
	const struct profile *p = w->q->p;

	for (uint32_t i = 1; i < p->dict->func.n; i++) {
		const struct func *f = dict_func(p->dict, (func_id){ i });

		if (!w->func_used[i])
			continue;
		begin_record(w, "function", i);
		text_field(w, "name", f->name);
		text_field(w, "linkage", f->linkage);
		text_field(w, "file", f->file);
		int_field(w, "line", f->line);
		end_record(w);
	}
}

/* Addresses are relative to the start of their mapping, as in the model. */
static void dump_locations(struct raw *w)
{
	static const char *const names[] = { "inlined", "kernel", "jit", "folded", NULL, "joined" };
	const struct profile *p = w->q->p;

	for (uint32_t i = 1; i < p->dict->loc.n; i++) {
		const struct loc *l = dict_loc(p->dict, (loc_id){ i });

		if (!w->loc_used[i])
			continue;
		begin_record(w, "location", i);
		int_field(w, "mapping", l->map.i);
		if (l->flags & LOC_ADDR)
			hex_field(w, "address", l->addr);
		int_field(w, "function", l->func.i);
		int_field(w, "line", l->line);
		int_field(w, "column", l->column);
		flags_field(w, l->flags, names, LEN(names));
		end_record(w);
	}
}

static void dump_label(struct raw *w, const struct label *l)
{
	const struct profile *p = w->q->p;

	w->value.n = 0;
	buf_add(&w->value, dict_text(p->dict, l->key));
	buf_ch(&w->value, '=');
	if (!l->is_num)
		buf_add(&w->value, dict_text(p->dict, l->str));
	else
		buf_i64(&w->value, l->num);
	if (l->unit.i)
		buf_printf(&w->value, " %.*s", STR_ARG(dict_text(p->dict, l->unit)));
	put_field(w, l->is_num ? "number" : "label", buf_str(&w->value));
}

static void dump_sample(struct raw *w, uint32_t i)
{
	const struct profile *p = w->q->p;
	struct sample s = *profile_sample(p, (sample_id){ i });
	size_t n;
	const loc_id *frame = dict_frames(p->dict, s.stack, &n);

	begin_record(w, "sample", i);
	w->value.n = 0;
	for (uint32_t j = 0; j < p->ncol; j++)
		buf_printf(&w->value, "%s%lld", j ? "," : "",
			   (long long)profile_value(p, j, (sample_id){ i }));
	put_field(w, "values", buf_str(&w->value));
	w->value.n = 0;
	for (size_t j = 0; j < n; j++)
		buf_printf(&w->value, "%s%u", j ? "," : "", frame[j].i);
	if (n)
		put_field(w, "stack", buf_str(&w->value));
	for (label_set_id at = s.labels; at.i; at = dict_label_set(p->dict, at)->rest)
		dump_label(w, dict_label(p->dict, dict_label_set(p->dict, at)->label));
	end_record(w);
}

static void list_raw(struct query *q, struct rows *r)
{
	struct raw w = { .q = q, .rows = r };

	find_used(&w);
	dump_header(&w);
	dump_mappings(&w);
	dump_functions(&w);
	dump_locations(&w);
	for (uint32_t i = 1; i < q->p->sample.n; i++)
		dump_sample(&w, i);
	mem_free(w.loc_used, q->p->dict->loc.n);
	mem_free(w.func_used, q->p->dict->func.n);
	mem_free(w.map_used, q->p->dict->mapping.n);
	buf_release(&w.value);
}

static void print_raw(struct query *q)
{
	list_raw(q, NULL);
}

static const char *const raw_cells[] = { "table", "id", "field", "value", NULL };

const struct report report_raw = {
	.name = "raw",
	.help = "all tables of the profile",
	.features = REPORT_HAS_ALL_TYPES | REPORT_HAS_LABELS,
	.text = print_raw,
	.names = raw_cells,
	.rows = list_raw,
};
