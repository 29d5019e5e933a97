/* Losses that are told apart later: what was counted for a window is not taken back. */
#include <unistd.h>

#include "record/session_window.h"
#include "tap.h"

static struct session s;

/* The counts of an event, as read() returns them: its value, and what it has lost. */
static int event_that_lost(uint64_t n)
{
	uint64_t counts[2] = { 0, n };
	int ends[2];

	if (pipe(ends) < 0 || write(ends[1], counts, sizeof(counts)) != sizeof(counts))
		return -1;
	close(ends[1]);
	return ends[0];
}

static bool lost(uint64_t samples, uint64_t records)
{
	struct sampler_losses now = session_lost(&s);

	return now.samples == samples && now.records == records;
}

int main(void)
{
	int sideband;

	ok(lost(0, 0), "nothing is lost");
	s.recorder.decoder.counts.lost = 10;
	ok(lost(10, 0), "what no event counts is taken for samples");
	sideband = event_that_lost(5);
	s.sampler.fds = &sideband;
	s.sampler.nfd = 1;
	ok(lost(10, 5), "when half of it were other records, the samples do not fall");
	close(sideband);
	sideband = event_that_lost(5);
	s.recorder.decoder.counts.lost = 20;
	ok(lost(15, 5), "and grow with the sum");
	close(sideband);
	return done();
}
