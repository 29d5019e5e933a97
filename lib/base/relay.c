#include "base/relay.h"

static void *take_blocks(void *relay)
{
	struct relay *r = relay;
	void *block;

	pthread_mutex_lock(&r->lock);
	for (;;) {
		while (!r->waiting && !r->is_over)
			pthread_cond_wait(&r->changed, &r->lock);
		if (!r->waiting)
			break;
		block = r->waiting;
		r->waiting = NULL;
		pthread_cond_signal(&r->changed);
		pthread_mutex_unlock(&r->lock);
		r->take(r->context, block);
		pthread_mutex_lock(&r->lock);
	}
	pthread_mutex_unlock(&r->lock);
	return NULL;
}

void relay_begin(struct relay *r, relay_take *take, void *context, bool threads)
{
	*r = (struct relay){ .take = take, .context = context, .threads = threads };
	pthread_mutex_init(&r->lock, NULL);
	pthread_cond_init(&r->changed, NULL);
}

void relay_pass(struct relay *r, void *block)
{
	if (r->threads && !r->has_thread)
		r->has_thread = r->threads = pthread_create(&r->thread, NULL, take_blocks, r) == 0;
	if (!r->has_thread) {
		r->take(r->context, block);
		return;
	}
	pthread_mutex_lock(&r->lock);
	while (r->waiting)
		pthread_cond_wait(&r->changed, &r->lock);
	r->waiting = block;
	pthread_cond_signal(&r->changed);
	pthread_mutex_unlock(&r->lock);
}

void relay_end(struct relay *r)
{
	if (r->has_thread) {
		pthread_mutex_lock(&r->lock);
		r->is_over = true;
		pthread_cond_signal(&r->changed);
		pthread_mutex_unlock(&r->lock);
		pthread_join(r->thread, NULL);
	}
	pthread_cond_destroy(&r->changed);
	pthread_mutex_destroy(&r->lock);
}
