#include "cmd/record/record_output.h"

#include <stdio.h>
#include <sys/wait.h>
#include <time.h>

#include "cmd/common.h"
#include "profile/rewrite.h"
#include "record/facts.h"

bool record_output_open(struct record_output *o)
{
	if (o->per_window)
		return true;
	if (out_open(&o->out, o->path, o->pack) &&
	    (o->format != &format_pprof || out_binary(&o->out)))
		return true;
	return complain_output(&o->out);
}

/* Expand "%n" to the window's number, and the rest as strftime(3) does. */
static void print_name(const char *pattern, const struct window *w, struct buf *name)
{
	time_t seconds = (time_t)(w->time / 1000000000);
	struct buf numbered = { 0 };
	char expanded[4096];
	struct tm tm;

	for (const char *c = pattern; *c; c++) {
		if (c[0] == '%' && c[1] == 'n') {
			buf_u64(&numbered, w->number);
			c++;
			continue;
		}
		buf_ch(&numbered, *c);
		if (c[0] == '%' && c[1])
			buf_ch(&numbered, *++c);
	}
	buf_ch(&numbered, '\0');
	localtime_r(&seconds, &tm);
	if (!strftime(expanded, sizeof(expanded), numbered.p, &tm))
		expanded[0] = '\0';
	buf_add(name, str_of(expanded));
	buf_ch(name, '\0');
	buf_release(&numbered);
}

/* Append the window's number if its name would be that of the window before. */
static void tell_apart(struct record_output *o, const struct window *w, struct buf *name)
{
	bool again = o->last.n && str_eq(buf_str(&o->last), buf_str(name));

	o->last.n = 0;
	buf_add(&o->last, buf_str(name));
	if (!again)
		return;
	name->n--; /* the final NUL */
	buf_printf(name, ".%llu", (unsigned long long)w->number);
	buf_ch(name, '\0');
}

/* As in prof-fold: text has no labels, so the command becomes the root frame. */
static void write_profile(const struct record_output *o, struct out *out, struct profile *p)
{
	if (o->format == &format_folded)
		rewrite(p, &(struct rewrite){ .demangle = DEMANGLE_SIMPLE,
					      .root = { S("comm") },
					      .nroot = 1 });
	o->format->write(out, p);
}

static bool write_file(struct record_output *o, struct profile *p, const struct window *w)
{
	struct buf name = { 0 };
	struct out out;
	bool ok;

	print_name(o->path, w, &name);
	tell_apart(o, w, &name);
	if (out_open(&out, name.p, o->pack))
		write_profile(o, &out, p);
	ok = finish_output(&out);
	buf_release(&name);
	return ok;
}

/*
 * Let readers of the stream see each window when it ends, even if this process is killed
 * later.
 */
static bool write_stream(struct record_output *o, struct profile *p, const struct window *w)
{
	write_profile(o, &o->out, p);
	out_flush_all(&o->out);
	if (!w->last)
		out_reveal(&o->out);
	return !o->out.failed;
}

bool record_output_write(struct record_output *o, struct profile *p, const struct window *w)
{
	o->failed |= o->per_window ? !write_file(o, p, w) : !write_stream(o, p, w);
	return !o->failed;
}

bool record_output_close(struct record_output *o)
{
	buf_release(&o->last);
	if (o->per_window)
		return !o->failed;
	return finish_output(&o->out) && !o->failed;
}

void record_output_abandon(struct record_output *o)
{
	if (o->per_window)
		return;
	out_abandon(&o->out);
	out_release(&o->out);
}

/* Add the number of waits, and how many are known only in part. */
static void add_facts_of_waits(struct profile *p, const struct off_cpu_counts *c, uint64_t min_wait)
{
	fact_number(p, "waits", c->waits);
	if (c->no_stack)
		fact_number(p, "waits_shared_out", c->no_stack);
	if (c->no_stack_time)
		fact_number(p, "waits_shared_out_ns", c->no_stack_time);
	if (c->unknown)
		fact_number(p, "waits_unknown", c->unknown);
	if (c->unknown_time)
		fact_number(p, "waits_unknown_ns", c->unknown_time);
	if (!min_wait)
		return;
	fact_number(p, "min_wait_ns", min_wait);
	fact_number(p, "short_waits", c->short_ones);
	fact_number(p, "short_waits_ns", c->short_time);
}

void record_add_facts(struct profile *p, const struct window *w, const struct record_facts *f)
{
	char key[40];

	fact_number(p, "lost", w->lost);
	fact_number(p, "truncated", w->truncated);
	for (int end = UNWIND_COMPLETE + 1; end < UNWIND_ENDS; end++) {
		snprintf(key, sizeof(key), "truncated_%s", unwind_end_name(end));
		if (w->by_end[end])
			fact_number(p, key, w->by_end[end]);
	}
	if (w->remembered)
		fact_number(p, "remembered", w->remembered);
	if (w->throttled)
		fact_number(p, "throttled", w->throttled);
	if (w->cpu_time)
		fact_number(p, "cpu_time_ns", w->cpu_time);
	fact_number(p, "wall_ns", w->duration);
	if (w->max_rss)
		fact_number(p, "max_rss", w->max_rss);
	fact_command(p, f->command);
	if (w->ended && WIFEXITED(w->status))
		fact_number(p, "exit_status", (uint64_t)WEXITSTATUS(w->status));
	if (w->ended && WIFSIGNALED(w->status))
		fact_number(p, "signal", (uint64_t)WTERMSIG(w->status));
	fact_text(p, "events", str_of(f->events));
	if (f->user_only)
		fact_text(p, "kernel_frames", S("not permitted"));
	if (f->side)
		fact_text(p, "side", str_of(f->side));
	if (f->round)
		fact_number(p, "round", f->round);
	if (f->waits)
		add_facts_of_waits(p, &w->off_cpu, f->min_wait);
	for (size_t i = 0; i < f->ngiven; i++)
		profile_add_comment(p, str_of(f->given[i]));
	facts_of_machine(p);
	fact_text(p, "run", str_of(fact_run()));
}
