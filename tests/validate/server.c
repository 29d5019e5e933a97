/*
 * server [REQUESTS [FUNCTION PERCENT]]: a program like a small server, to be recorded.
 * Each request is parsed, looked up, answered and logged. One of the functions hash,
 * lex, sort and encode takes PERCENT more time: it does so much more work, in itself.
 *
 * Shares of the time are about 5% hash, 20% lex, 10% sort, 1% encode.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEEP __attribute__((noinline, noclone))

enum { BODY = 4096, KEYS = 512 };

struct request {
	uint8_t body[BODY];
	uint32_t key[KEYS];
	size_t nkey;
	uint64_t sum;
};

static struct {
	const char *function;
	int percent;
} slow = { "", 0 };

static uint64_t state = 88172645463325252;

static uint64_t random_bits(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

/* How often a function does its loop of `times`. */
static int more(const char *function, int times)
{
	return strcmp(slow.function, function) == 0 ? times + times * slow.percent / 100 : times;
}

KEEP void receive(struct request *r)
{
	for (size_t i = 0; i < BODY; i += 8) {
		uint64_t v = random_bits();

		memcpy(r->body + i, &v, 8);
	}
}

KEEP uint64_t hash(const uint8_t *p, size_t n)
{
	uint64_t h = 14695981039346656037u;

	for (int k = more("hash", 20); k; k--)
		for (size_t i = 0; i < n / 40; i++)
			h = (h ^ p[i]) * 1099511628211u;
	return h;
}

KEEP void lex(struct request *r)
{
	r->nkey = 0;
	for (int k = more("lex", 60); k; k--) {
		uint32_t word = 0;

		for (size_t i = 0; i < BODY / 22; i++) {
			uint8_t c = r->body[i];

			word = word * 31 + (c | 32);
			if (c < 64 && r->nkey < KEYS)
				r->key[r->nkey++] = word;
		}
		r->sum += word;
	}
}

KEEP void parse(struct request *r)
{
	lex(r);
	for (size_t i = 0; i < BODY; i++)
		r->sum = r->sum * 33 + r->body[i];
	r->sum ^= hash(r->body, BODY);
}

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

KEEP void sort(struct request *r)
{
	for (int k = more("sort", 20); k; k--)
		for (size_t i = 1; i < 48 && i < r->nkey; i++)
			for (size_t j = i; j && by_value(&r->key[j - 1], &r->key[j]) > 0; j--) {
				uint32_t swap = r->key[j];

				r->key[j] = r->key[j - 1];
				r->key[j - 1] = swap;
			}
}

KEEP void encode(struct request *r)
{
	for (int k = more("encode", 20); k; k--)
		for (size_t i = 0; i < 30; i++)
			r->sum = r->sum * 6364136223846793005u + r->key[i];
}

KEEP void compress(struct request *r)
{
	for (int k = 0; k < 12; k++)
		for (size_t i = 4; i < BODY; i++)
			r->sum += r->body[i] == r->body[i - 4] ? i : r->body[i] >> 3;
}

KEEP void answer(struct request *r)
{
	sort(r);
	encode(r);
	compress(r);
}

KEEP void log_request(struct request *r)
{
	char line[128];

	for (int i = 0; i < 12; i++)
		r->sum += (uint64_t)snprintf(line, sizeof(line), "%llu %zu %d",
					     (unsigned long long)r->sum, r->nkey, i);
}

KEEP void serve(struct request *r)
{
	receive(r);
	parse(r);
	answer(r);
	log_request(r);
}

int main(int argc, char **argv)
{
	static struct request r;
	long n = argc > 1 ? atol(argv[1]) : 20000;

	if (argc > 3) {
		slow.function = argv[2];
		slow.percent = atoi(argv[3]);
	}
	while (n-- > 0)
		serve(&r);
	printf("%llu\n", (unsigned long long)r.sum);
	return 0;
}
