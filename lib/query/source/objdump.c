#include "query/source/objdump.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "query/child.h"

/* Running it */

/* Pass the complete lines on, and keep the rest. */
static void take_lines(struct buf *b, objdump_line *line, void *context)
{
	struct str rest = buf_str(b);
	ptrdiff_t end;

	while ((end = str_chr(rest, '\n')) >= 0) {
		line(context, str(rest.p, (size_t)end));
		rest = str_skip(rest, (size_t)end + 1);
	}
	memmove(b->p, rest.p, rest.n);
	b->n = rest.n;
}

static void read_lines(int fd, objdump_line *line, void *context)
{
	enum { PIECE = 64 << 10, LONGEST = 1 << 20 };
	struct buf b = { 0 };

	for (;;) {
		ssize_t n = read(fd, buf_room(&b, PIECE), PIECE);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		b.n += (size_t)n;
		take_lines(&b, line, context);
		if (b.n > LONGEST)
			b.n = 0;
	}
	buf_release(&b);
}

bool objdump_run(const char *const *arguments, objdump_line *line, void *context)
{
	const char *own = getenv("OBJDUMP");
	const char *programs[] = { own && *own ? own : "objdump", "llvm-objdump" };
	struct child child;

	if (!child_start(&child, programs[0], arguments) &&
	    ((own && *own) || !child_start(&child, programs[1], arguments)))
		return false;
	read_lines(child.fd, line, context);
	return child_end(&child);
}

/* Reading about a binary */

/* The next word of a line, at blanks. */
static struct str next_word(struct str *line)
{
	size_t n = 0;

	*line = str_trim(*line);
	while (n < line->n && !is_blank(line->p[n]))
		n++;
	*line = str_skip(*line, n);
	return str(line->p - n, n);
}

static bool hex_word(struct str *line, uint64_t *v)
{
	struct str word = next_word(line);

	return str_hex(str_starts(word, S("0x")) ? str_skip(word, 2) : word, v);
}

/* "LOAD off 0x1000 vaddr 0x1000 paddr ...", and then "filesz 0x1d1 memsz 0x1d1 flags r-x" */
static void read_header(void *context, struct str line)
{
	struct binary *b = context;
	struct binary_segment s = { 0 };
	struct str word = next_word(&line);

	if (str_eq(word, S("LOAD"))) {
		next_word(&line);
		if (!hex_word(&line, &s.offset))
			return;
		next_word(&line);
		if (hex_word(&line, &s.vaddr))
			vec_push(&b->segment, s);
	} else if (str_eq(word, S("filesz")) && b->segment.n && !vec_last(&b->segment).size) {
		if (!hex_word(&line, &s.size))
			return;
		vec_last(&b->segment).size = s.size;
		vec_last(&b->segment).executable = str_find(line, S("x")) >= 0 &&
						   str_ends(str_trim(line), S("x"));
	}
}

/* "0000000000001139 g     F .text\t0000000000000016              main" */
static void read_symbol(void *context, struct str line)
{
	struct binary *b = context;
	struct binary_symbol s;
	uint64_t size;
	ptrdiff_t tab = str_chr(line, '\t');
	struct str before = str(line.p, tab < 0 ? 0 : (size_t)tab), after;

	if (tab < 0 || str_find(before, S(" F ")) < 0 || !hex_word(&before, &s.from))
		return;
	after = str_skip(line, (size_t)tab + 1);
	if (!hex_word(&after, &size) || !size || s.from + size < s.from)
		return;
	s.to = s.from + size;
	vec_push(&b->symbol, s);
}

/* " 0338 04000000 14000000 03000000 474e5500  ............GNU." */
static void read_build_id(void *context, struct str line)
{
	struct binary *b = context;
	ptrdiff_t end;
	uint64_t v;

	if (!line.n || line.p[0] != ' ')
		return;
	line = str_skip(line, 1);
	end = str_find(line, S("  "));
	line = str(line.p, end < 0 ? line.n : (size_t)end);
	if (!hex_word(&line, &v))
		return;
	while (line.n) {
		struct str word = next_word(&line);

		buf_add(&b->build_id, word);
	}
}

static int compare_symbols(const void *a, const void *b)
{
	const struct binary_symbol *x = a, *y = b;

	return x->from != y->from ? (x->from < y->from ? -1 : 1) :
				    (x->to > y->to) - (x->to < y->to);
}

static bool is_hex(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (hex_digit(s.p[i]) < 0)
			return false;
	return s.n >= 16;
}

/* The id follows the note's header of 16 bytes; perf appends zeros to short ids. */
static bool has_build_id(const struct binary *b, struct str build_id)
{
	enum { HEADER_DIGITS = 32 };
	struct str own = buf_str(&b->build_id);

	if (!is_hex(build_id))
		return true;
	if (own.n <= HEADER_DIGITS)
		return false;
	own = str_skip(own, HEADER_DIGITS);
	while (build_id.n > own.n && build_id.p[build_id.n - 1] == '0')
		build_id.n--;
	return str_eq(own, build_id);
}

static bool is_regular_file(const char *path)
{
	struct stat st;

	return path[0] == '/' && stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

void binary_open(struct binary *b, struct str path, struct str build_id)
{
	*b = (struct binary){ 0 };
	buf_add(&b->path, path);
	buf_ch(&b->path, '\0');
	if (memchr(path.p, '\0', path.n) || !is_regular_file(b->path.p)) {
		b->why = "there is no such file";
		return;
	}
	if (!objdump_run((const char *[]){ "-p", b->path.p, NULL }, read_header, b)) {
		b->why = "objdump does not read it, or is not installed";
		return;
	}
	objdump_run((const char *[]){ "-s", "-j", ".note.gnu.build-id", b->path.p, NULL },
		    read_build_id, b);
	if (!has_build_id(b, build_id)) {
		b->why = "the file is of another build";
		return;
	}
	objdump_run((const char *[]){ "-t", b->path.p, NULL }, read_symbol, b);
	objdump_run((const char *[]){ "-T", b->path.p, NULL }, read_symbol, b);
	if (b->symbol.n)
		qsort(b->symbol.v, b->symbol.n, sizeof(*b->symbol.v), compare_symbols);
}

void binary_close(struct binary *b)
{
	buf_release(&b->path);
	buf_release(&b->build_id);
	vec_release(&b->segment);
	vec_release(&b->symbol);
}

bool binary_vaddr(const struct binary *b, uint64_t offset, bool loose, uint64_t *vaddr)
{
	for (size_t i = 0; i < b->segment.n; i++) {
		const struct binary_segment *s = &b->segment.v[i];

		if (!s->executable || offset < s->offset || offset - s->offset >= s->size)
			continue;
		*vaddr = s->vaddr + (offset - s->offset);
		return true;
	}
	for (size_t i = 0; loose && i < b->segment.n; i++) {
		const struct binary_segment *s = &b->segment.v[i];

		if (!s->executable || offset < s->vaddr || offset - s->vaddr >= s->size)
			continue;
		*vaddr = offset;
		return true;
	}
	return false;
}

/* Of the symbols that contain the address, which are few, the one that begins last. */
const struct binary_symbol *binary_symbol_at(const struct binary *b, uint64_t vaddr)
{
	enum { LOOK_BACK = 64 };
	size_t low = 0, high = b->symbol.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (b->symbol.v[middle].from <= vaddr)
			low = middle + 1;
		else
			high = middle;
	}
	for (size_t i = low, n = 0; i-- > 0 && n < LOOK_BACK; n++)
		if (b->symbol.v[i].to > vaddr)
			return &b->symbol.v[i];
	return NULL;
}
