/*
 * The events of a chunk. Settings say what was sampled and how often, and may lie after the
 * samples, so they are read first.
 *
 * Oddities:
 * - The JDK writes the period of each event as "20 ms"; async-profiler writes one interval in
 *   ns, 0 for its default. Another setting of async-profiler says what it samples: a clock, or
 *   an event of perf, for which the interval is a count.
 * - Older recordings of async-profiler have wall-clock samples as ExecutionSamples: all of them
 *   if only the wall clock was recorded, otherwise those whose thread has a state.
 */
#include "format/jfr/jfr.h"

enum { HEADER = 68 };
enum { CPU_DEFAULT_NS = 10000000, WALL_DEFAULT_NS = 50000000 }; /* of async-profiler */

/* Measures: a sample type each. */
enum measure {
	SAMPLES,
	CPU,
	EVENTS, /* named by the event that was sampled */
	CPU_TIME_SAMPLES,
	CPU_TIME,
	WALL_SAMPLES,
	WALL,
	NATIVE_SAMPLES,
	NATIVE,
	ALLOC_SAMPLE_OBJECTS,
	ALLOC_SAMPLE_BYTES,
	IN_NEW_TLAB_OBJECTS,
	IN_NEW_TLAB_BYTES,
	OUTSIDE_TLAB_OBJECTS,
	OUTSIDE_TLAB_BYTES,
	LIVE,
	LIVE_BYTES,
	MALLOC_OBJECTS,
	MALLOC_BYTES,
	CONTENTIONS,
	DELAY,
	BLOCK_CONTENTIONS,
	BLOCK_DELAY,
	NATIVE_LOCK_CONTENTIONS,
	NATIVE_LOCK_DELAY,
	MEASURES
};

_Static_assert((int)MEASURES <= (int)JFR_MEASURES, "jfr_reader.col has room");

static const char count[] = "count", ns[] = "nanoseconds", bytes[] = "bytes";

static const struct {
	const char *type, *unit;
} measures[] = {
	[SAMPLES] = { "samples", count },
	[CPU] = { "cpu", ns },
	[EVENTS] = { "events", count },
	[CPU_TIME_SAMPLES] = { "cpu_time_samples", count },
	[CPU_TIME] = { "cpu_time", ns },
	[WALL_SAMPLES] = { "wall_samples", count },
	[WALL] = { "wall", ns },
	[NATIVE_SAMPLES] = { "native_samples", count },
	[NATIVE] = { "native", ns },
	[ALLOC_SAMPLE_OBJECTS] = { "alloc_sample_objects", count },
	[ALLOC_SAMPLE_BYTES] = { "alloc_sample_bytes", bytes },
	[IN_NEW_TLAB_OBJECTS] = { "alloc_in_new_tlab_objects", count },
	[IN_NEW_TLAB_BYTES] = { "alloc_in_new_tlab_bytes", bytes },
	[OUTSIDE_TLAB_OBJECTS] = { "alloc_outside_tlab_objects", count },
	[OUTSIDE_TLAB_BYTES] = { "alloc_outside_tlab_bytes", bytes },
	[LIVE] = { "live", count },
	[LIVE_BYTES] = { "live_bytes", bytes },
	[MALLOC_OBJECTS] = { "malloc_objects", count },
	[MALLOC_BYTES] = { "malloc_bytes", bytes },
	[CONTENTIONS] = { "contentions", count },
	[DELAY] = { "delay", ns },
	[BLOCK_CONTENTIONS] = { "block_contentions", count },
	[BLOCK_DELAY] = { "block_delay", ns },
	[NATIVE_LOCK_CONTENTIONS] = { "native_lock_contentions", count },
	[NATIVE_LOCK_DELAY] = { "native_lock_delay", ns },
};

/* The default sample type is the first of these that occurs. */
static const uint8_t preferred[] = { CPU,
				     EVENTS,
				     SAMPLES,
				     CPU_TIME,
				     CPU_TIME_SAMPLES,
				     WALL,
				     WALL_SAMPLES,
				     NATIVE,
				     NATIVE_SAMPLES,
				     ALLOC_SAMPLE_BYTES,
				     IN_NEW_TLAB_BYTES,
				     OUTSIDE_TLAB_BYTES,
				     LIVE_BYTES,
				     MALLOC_BYTES,
				     DELAY,
				     BLOCK_DELAY,
				     NATIVE_LOCK_DELAY };

/* Events that count as 1 and have a number as value. */
static const struct {
	uint8_t value, objects, total; /* enum jfr_role, enum measure */
} valued[JFR_EVENTS] = {
	[JFR_ALLOCATION_IN_NEW_TLAB] = { JFR_TLAB_SIZE, IN_NEW_TLAB_OBJECTS, IN_NEW_TLAB_BYTES },
	[JFR_ALLOCATION_OUTSIDE_TLAB] = { JFR_ALLOCATION_SIZE, OUTSIDE_TLAB_OBJECTS,
					  OUTSIDE_TLAB_BYTES },
	[JFR_ALLOCATION_SAMPLE] = { JFR_WEIGHT, ALLOC_SAMPLE_OBJECTS, ALLOC_SAMPLE_BYTES },
	[JFR_LIVE_OBJECT] = { JFR_ALLOCATION_SIZE, LIVE, LIVE_BYTES },
	[JFR_MALLOC] = { JFR_SIZE, MALLOC_OBJECTS, MALLOC_BYTES },
	[JFR_MONITOR_ENTER] = { JFR_DURATION, CONTENTIONS, DELAY },
	[JFR_THREAD_PARK] = { JFR_DURATION, BLOCK_CONTENTIONS, BLOCK_DELAY },
	[JFR_NATIVE_LOCK] = { JFR_DURATION, NATIVE_LOCK_CONTENTIONS, NATIVE_LOCK_DELAY },
	[JFR_CPU_TIME_SAMPLE] = { JFR_SAMPLING_PERIOD, CPU_TIME_SAMPLES, CPU_TIME },
};

enum jfr_event jfr_event_of(struct str class_name)
{
	static const struct {
		const char *name;
		enum jfr_event event;
	} events[] = {
		{ "jdk.ActiveSetting", JFR_ACTIVE_SETTING },
		{ "jdk.ExecutionSample", JFR_EXECUTION_SAMPLE },
		{ "jdk.NativeMethodSample", JFR_NATIVE_METHOD_SAMPLE },
		{ "jdk.CPUTimeSample", JFR_CPU_TIME_SAMPLE },
		{ "jdk.CPUTimeSamplesLost", JFR_CPU_TIME_SAMPLES_LOST },
		{ "profiler.WallClockSample", JFR_WALL_CLOCK_SAMPLE },
		{ "jdk.ObjectAllocationInNewTLAB", JFR_ALLOCATION_IN_NEW_TLAB },
		{ "jdk.ObjectAllocationOutsideTLAB", JFR_ALLOCATION_OUTSIDE_TLAB },
		{ "jdk.ObjectAllocationSample", JFR_ALLOCATION_SAMPLE },
		{ "profiler.LiveObject", JFR_LIVE_OBJECT },
		{ "profiler.Malloc", JFR_MALLOC },
		{ "jdk.JavaMonitorEnter", JFR_MONITOR_ENTER },
		{ "jdk.ThreadPark", JFR_THREAD_PARK },
		{ "profiler.NativeLock", JFR_NATIVE_LOCK },
		{ "profiler.Free", JFR_LEFT_OUT },
		{ "jdk.OldObjectSample", JFR_LEFT_OUT },
		{ "jdk.MethodTrace", JFR_LEFT_OUT },
		{ "datadog.ExecutionSample", JFR_LEFT_OUT },
		{ "datadog.MethodSample", JFR_LEFT_OUT },
		{ "datadog.ObjectSample", JFR_LEFT_OUT },
		{ "datadog.HeapLiveObject", JFR_LEFT_OUT },
	};

	for (size_t i = 0; i < LEN(events); i++)
		if (str_is(class_name, events[i].name))
			return events[i].event;
	return JFR_OTHER_EVENT;
}

/* Time */

static int64_t bounded(__int128 v)
{
	return v < 0 ? 0 : v > INT64_MAX ? INT64_MAX : (int64_t)v;
}

/* A number of this unit in ns; `other` is the unit of fields without one. */
static int64_t nanoseconds(const struct jfr_chunk *k, int64_t v, enum jfr_time_unit unit,
			   enum jfr_time_unit other)
{
	switch (unit ? unit : other) {
	case JFR_TICKS: /* rounded, since many of these are added */
		return bounded(((__int128)v * 1000000000 + (__int128)k->ticks_per_second / 2) /
			       (__int128)k->ticks_per_second);
	case JFR_MICROSECONDS: return bounded((__int128)v * 1000);
	case JFR_MILLISECONDS: return bounded((__int128)v * 1000000);
	case JFR_SECONDS: return bounded((__int128)v * 1000000000);
	default: return bounded(v);
	}
}

/* When an event began, in ns since 1970. */
static uint64_t event_time(const struct jfr_chunk *k, const struct jfr_record *event)
{
	int64_t ticks = event->v[JFR_START_TIME], since;

	if (!jfr_has(event, JFR_START_TIME))
		return k->start_ns;
	if (event->unit[JFR_START_TIME] > JFR_TICKS)
		return (uint64_t)nanoseconds(k, ticks, event->unit[JFR_START_TIME], JFR_TICKS);
	if ((uint64_t)ticks < k->start_ticks)
		return k->start_ns;
	since = nanoseconds(k, (int64_t)((uint64_t)ticks - k->start_ticks), JFR_TICKS, JFR_TICKS);
	return k->start_ns + (uint64_t)since;
}

/* Settings */

/* "20 ms", as the JDK writes it, or a number of ns, as async-profiler does. */
static bool parse_period(struct str s, uint64_t *period)
{
	char text[32];
	size_t n = 0;

	if (str_u64(s, period))
		return true;
	for (size_t i = 0; i < s.n; i++)
		if (!is_blank(s.p[i])) {
			if (n == sizeof(text))
				return false;
			text[n++] = s.p[i];
		}
	return str_duration(str(text, n), period);
}

static struct str setting_text(struct jfr_reader *r, const struct jfr_record *event,
			       enum jfr_role role, struct buf *scratch)
{
	struct cursor c = jfr_cursor(&r->chunk, (uint64_t)event->v[role]);

	return jfr_has(event, role) ? jfr_string(&r->chunk, &c, scratch) : S("");
}

static void read_setting(struct jfr_reader *r, const struct jfr_record *event)
{
	struct str name = setting_text(r, event, JFR_NAME, &r->text);
	struct str value = setting_text(r, event, JFR_VALUE, &r->other);
	const struct jfr_class *class = jfr_class_of(&r->chunk, (uint64_t)event->v[JFR_ID]);
	struct jfr_settings *s = &r->settings;
	enum jfr_event of = jfr_has(event, JFR_ID) && class ? class->event : JFR_OTHER_EVENT;
	uint64_t period;

	if (str_eq(name, S("event"))) {
		s->event.n = 0;
		buf_add(&s->event, value);
	} else if (str_eq(name, S("period")) || str_eq(name, S("interval"))) {
		if (of && parse_period(value, &period))
			s->period[of] = period;
		s->has_interval |= of == JFR_EXECUTION_SAMPLE && str_eq(name, S("interval"));
	} else if (str_eq(name, S("wall")) && str_u64(value, &period)) {
		s->wall_period = period ? period : WALL_DEFAULT_NS;
	}
}

/* Samples */

static uint32_t measure_column(struct jfr_reader *r, enum measure m)
{
	struct dictionary *d = r->p->dict;
	struct str type = str_of(measures[m].type);
	int64_t scale; /* always 1: each unit is the finest of its kind */

	if (m == EVENTS)
		type = buf_str(&r->settings.event);
	if (!r->col[m])
		r->col[m] = 1 + profile_column(r->p, dict_intern(d, type),
					       dict_intern(d, str_of(measures[m].unit)), &scale);
	return r->col[m] - 1;
}

struct sample_at {
	sample_id sample;
	uint64_t time;
};

static void measure(struct jfr_reader *r, struct sample_at s, enum measure m, int64_t v)
{
	uint32_t col = measure_column(r, m);

	profile_add_value(r->p, col, s.sample, v);
	profile_observe(r->p, s.time, s.sample, col, v);
}

/* Add n samples, each of which stands for a period, if that is known. */
static void measure_periods(struct jfr_reader *r, struct sample_at s, enum measure samples,
			    enum measure total, int64_t n, uint64_t period)
{
	int64_t each = period > INT64_MAX ? INT64_MAX : (int64_t)period;

	measure(r, s, samples, n);
	if (period)
		measure(r, s, total, sat_mul(r->p, n, each));
}

/* Does async-profiler sample this? */
static bool samples_event(const struct jfr_reader *r, const char *event)
{
	return str_eq(buf_str(&r->settings.event), str_of(event));
}

static bool is_wall_clock(struct jfr_reader *r, const struct jfr_record *event)
{
	if (samples_event(r, "wall"))
		return true;
	return r->chunk.has_default_state && jfr_has(event, JFR_STATE) &&
	       !str_eq(jfr_constant_text(r, JFR_THREAD_STATES, (uint64_t)event->v[JFR_STATE]),
		       S("STATE_DEFAULT"));
}

/* Is the sampled event a CPU clock? Without a setting it is: the JDK samples threads. */
static bool is_cpu_clock(const struct jfr_reader *r)
{
	return !r->settings.event.n || samples_event(r, "cpu") || samples_event(r, "itimer") ||
	       samples_event(r, "ctimer") || samples_event(r, "cpu-clock");
}

static uint64_t wall_period(const struct jfr_reader *r)
{
	const struct jfr_settings *s = &r->settings;

	if (s->wall_period)
		return s->wall_period;
	if (s->period[JFR_WALL_CLOCK_SAMPLE])
		return s->period[JFR_WALL_CLOCK_SAMPLE];
	if (samples_event(r, "wall") && s->period[JFR_EXECUTION_SAMPLE])
		return s->period[JFR_EXECUTION_SAMPLE];
	return s->event.n ? WALL_DEFAULT_NS : 0;
}

static uint64_t cpu_period(const struct jfr_reader *r)
{
	uint64_t period = r->settings.period[JFR_EXECUTION_SAMPLE];

	return !period && r->settings.has_interval ? CPU_DEFAULT_NS : period;
}

static void measure_execution(struct jfr_reader *r, struct sample_at s,
			      const struct jfr_record *event)
{
	if (is_wall_clock(r, event))
		measure_periods(r, s, WALL_SAMPLES, WALL, 1, wall_period(r));
	else if (is_cpu_clock(r))
		measure_periods(r, s, SAMPLES, CPU, 1, cpu_period(r));
	else
		measure_periods(r, s, SAMPLES, EVENTS, 1, r->settings.period[JFR_EXECUTION_SAMPLE]);
}

static void measure_value(struct jfr_reader *r, struct sample_at s, enum jfr_event kind,
			  const struct jfr_record *event)
{
	enum jfr_role role = valued[kind].value;
	int64_t v = jfr_has(event, role) ? event->v[role] : 0;

	if (role == JFR_DURATION)
		v = nanoseconds(&r->chunk, v, event->unit[role], JFR_TICKS);
	else if (role == JFR_SAMPLING_PERIOD)
		v = nanoseconds(&r->chunk, v, event->unit[role], JFR_NANOSECONDS);
	measure(r, s, valued[kind].objects, 1);
	measure(r, s, valued[kind].total, v);
}

static void add_sample(struct jfr_reader *r, enum jfr_event kind, const struct jfr_record *event)
{
	stack_id stack = { 0 };
	struct sample_at s = { .time = event_time(&r->chunk, event) };

	if (jfr_has(event, JFR_STACK))
		stack = jfr_stack(r, (uint64_t)event->v[JFR_STACK]);
	s.sample = profile_add_sample(r->p, stack, jfr_labels(r, event));
	r->nsample++;
	if (kind == JFR_EXECUTION_SAMPLE)
		measure_execution(r, s, event);
	else if (kind == JFR_NATIVE_METHOD_SAMPLE)
		measure_periods(r, s, NATIVE_SAMPLES, NATIVE, 1, r->settings.period[kind]);
	else if (kind == JFR_WALL_CLOCK_SAMPLE)
		measure_periods(r, s, WALL_SAMPLES, WALL,
				jfr_has(event, JFR_SAMPLES) ? event->v[JFR_SAMPLES] : 1,
				wall_period(r));
	else
		measure_value(r, s, kind, event);
}

static void leave_out(struct jfr_reader *r, struct str name)
{
	if (str_find(buf_str(&r->left_out), name) >= 0)
		return;
	if (r->left_out.n)
		buf_add(&r->left_out, S(", "));
	buf_add(&r->left_out, name);
}

/* Events */

static void read_event(struct jfr_reader *r, struct cursor *c, const struct jfr_class *class,
		       bool settings)
{
	struct jfr_record event;

	if (!class->event || settings != (class->event == JFR_ACTIVE_SETTING))
		return;
	jfr_read_record(&r->chunk, c, class, &event);
	if (c->failed) {
		jfr_damaged(r, cursor_pos(c) - r->chunk.pos, "an event is shorter than its fields");
		return;
	}
	r->nevent[class->event]++;
	if (settings)
		read_setting(r, &event);
	else if (class->event == JFR_LEFT_OUT)
		leave_out(r, class->name);
	else if (class->event == JFR_CPU_TIME_SAMPLES_LOST)
		r->nlost += jfr_has(&event, JFR_LOST) ? (uint64_t)event.v[JFR_LOST] : 0;
	else
		add_sample(r, class->event, &event);
}

/* Walk the events of the chunk. It is no error if the file ends before the chunk does. */
static void each_event(struct jfr_reader *r, bool settings)
{
	struct jfr_chunk *k = &r->chunk;

	for (uint64_t at = HEADER; at < k->bytes.n && !r->in->failed;) {
		struct cursor start = jfr_cursor(k, at), c = start;
		uint64_t size = jfr_int(k, &c), id = jfr_long(k, &c);
		const struct jfr_class *class;

		if (c.failed || size > k->bytes.n - at || size < (uint64_t)(c.at - start.at)) {
			if (k->bytes.n == k->size && settings)
				jfr_damaged(r, at, "an event does not have the size that it says");
			return;
		}
		c.end = start.at + size;
		class = jfr_class_of(k, id);
		if (class)
			read_event(r, &c, class, settings);
		at += size;
	}
}

void jfr_read_events(struct jfr_reader *r)
{
	each_event(r, true);
	each_event(r, false);
}

/* The whole */

static void set_period(struct jfr_reader *r, enum measure m, uint64_t period)
{
	r->p->head.period_type = dict_intern(r->p->dict, str_of(measures[m].type));
	r->p->head.period_unit = dict_intern(r->p->dict, str_of(measures[m].unit));
	r->p->head.period = period > INT64_MAX ? INT64_MAX : (int64_t)period;
}

void jfr_finish(struct jfr_reader *r)
{
	if (r->col[CPU])
		set_period(r, CPU, cpu_period(r));
	else if (r->col[WALL])
		set_period(r, WALL, wall_period(r));
	if (!r->nsample) {
		measure_column(r, SAMPLES);
		in_note(r->in, 0, "the recording has no events that are samples");
	}
	for (size_t i = LEN(preferred); i-- > 0;)
		if (r->col[preferred[i]])
			r->p->head.default_type = r->p->col[r->col[preferred[i]] - 1].type;
	profile_add_count(r->p, "truncated", r->ntruncated);
	profile_add_count(r->p, "lost", r->nlost);
	if (r->nevent[JFR_LEFT_OUT])
		in_note(r->in, 0, "events left out: %llu (%.*s)",
			(unsigned long long)r->nevent[JFR_LEFT_OUT],
			STR_ARG(buf_str(&r->left_out)));
}
