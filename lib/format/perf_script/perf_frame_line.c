/* Frames, on lines of their own and on event lines, and the details after them. */
#include "format/perf_script/perf_lines.h"

static bool is_hex_digit(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* The next word of *text, with the blanks before it counted. */
static struct str next_word(struct str *text, size_t *blanks)
{
	size_t i = 0, from;
	struct str word;

	while (i < text->n && is_blank(text->p[i]))
		i++;
	from = *blanks = i;
	while (i < text->n && !is_blank(text->p[i]))
		i++;
	word = str(text->p + from, i - from);
	*text = str_skip(*text, i);
	return word;
}

static bool is_address(struct str word, uint64_t *address)
{
	return word.n && word.n <= 16 && is_hex_digit(word.p[0]) && str_hex(word, address);
}

/* "%16x", padded with blanks. */
static bool is_column(struct str word, size_t blanks, uint64_t *address)
{
	return word.n + blanks >= 16 && is_address(word, address);
}

bool perf_frame_line(struct str line, struct perf_frame *f)
{
	size_t blanks;
	bool tab = line.n && line.p[0] == '\t';

	f->what = line;
	f->word = next_word(&f->what, &blanks);
	if (!is_address(f->word, &f->address))
		return false;
	/* -F brstackinsn: an instruction comes after a tab. */
	if (f->word.n == 16 && f->what.n && f->what.p[0] == '\t')
		return false;
	f->what = str_trim(f->what);
	return f->what.n || tab || blanks + f->word.n >= 16;
}

/* "0x401000/0x401100/P/-/-/3", "main+0x8/leaf+0x0/M/-/-/1/CALL/-": recognised by the flags. */
static bool is_branch(struct str word)
{
	for (size_t i = 0; i + 6 < word.n; i++)
		if (word.p[i] == '/' && memchr("PMN-", word.p[i + 1], 4) && word.p[i + 2] == '/' &&
		    memchr("X-", word.p[i + 3], 2) && word.p[i + 4] == '/' &&
		    memchr("A-", word.p[i + 5], 2) && word.p[i + 6] == '/')
			return true;
	return false;
}

/* "AX:0x2a" */
static bool is_register(struct str word)
{
	ptrdiff_t colon = str_chr(word, ':');
	uint64_t value;

	return colon > 0 && str_starts(str_skip(word, (size_t)colon), S(":0x")) &&
	       str_hex(str_skip(word, (size_t)colon + 3), &value);
}

/* "4K", "2M", "N/A": -F data_page_size, code_page_size */
static bool is_page_size(struct str word)
{
	uint64_t n;

	return str_eq(word, S("N/A")) || (word.n > 1 && memchr("BKMG", word.p[word.n - 1], 4) &&
					  str_u64(str(word.p, word.n - 1), &n));
}

/* Does a detail begin with this word? */
static bool begins_detail(struct str word)
{
	static const char *const words[] = { "ilen:", "insn:", "IPC:", "=>", "srcline:" };

	for (size_t i = 0; i < LEN(words); i++)
		if (str_eq(word, str_of(words[i])))
			return true;
	return str_starts(word, S("ABI:")) || is_branch(word) || is_register(word);
}

/*
 * The symbol and binary at the start of `text`, without the details after them. Symbols may
 * hold blanks, so the details are recognised by their own form.
 */
static struct str cut_details(struct str text)
{
	ptrdiff_t code = str_find(text, S("\t\t")); /* -F disasm */
	struct str rest, word;
	size_t blanks;
	uint64_t address;
	const char *end;

	if (code >= 0)
		text.n = (size_t)code;
	rest = text;
	end = text.p + text.n;
	while ((word = next_word(&rest, &blanks)).n) {
		if (begins_detail(word) || is_column(word, blanks, &address)) {
			end = word.p;
			break;
		}
	}
	text = str_trim(str(text.p, (size_t)(end - text.p)));
	while ((rest = text).n) {
		ptrdiff_t blank = str_rchr(text, ' ');

		if (!is_page_size(str_skip(text, (size_t)(blank + 1))))
			break;
		text = str_trim(str(text.p, blank < 0 ? 0 : (size_t)blank));
	}
	return text;
}

bool perf_is_branch_flag(struct str word)
{
	static const char *const flags[] = { "call", "return",  "jmp",     "jcc",   "int",
					     "iret", "syscall", "sysret",  "async", "hw",
					     "tx",   "abrt",    "tr",      "strt",  "end",
					     "br",   "miss",    "vmentry", "vmexit" };

	for (size_t i = 0; i < LEN(flags); i++)
		if (str_eq(word, str_of(flags[i])))
			return true;
	return false;
}

bool perf_is_field(struct str word, size_t columns)
{
	uint64_t address;

	return (columns >= 16 && is_address(word, &address)) || word.p[0] == '|' ||
	       is_page_size(word) || begins_detail(word);
}

bool perf_own_frame(struct str text, enum perf_text where, struct perf_frame *f)
{
	struct str rest = text, word;
	struct perf_frame candidate;
	size_t blanks, nword = 0;
	bool found = false, after_text = where == PERF_AFTER_TRACEPOINT, is_memory = false;

	while ((word = next_word(&rest, &blanks)).n && !str_eq(word, S("=>"))) {
		bool is_first = nword++ == 0;

		is_memory |= word.p[0] == '|';
		candidate.word = word;
		if (is_first && where == PERF_WHOLE_LINE && blanks)
			blanks--; /* a command fills 16 columns, too, but no blank comes first */
		if (!is_column(word, blanks, &candidate.address) &&
		    !(is_first && where != PERF_AFTER_TRACEPOINT &&
		      is_address(word, &candidate.address) &&
		      str_ends(cut_details(rest), S(")")))) {
			after_text |= where != PERF_WHOLE_LINE && !found && !is_memory &&
				      !perf_is_branch_flag(word) && word.p[0] != '/'; /* a cgroup */
			continue;
		}
		after_text &= !is_first || blanks < 2; /* a payload comes after one blank */
		candidate.what = cut_details(rest);
		if (str_starts(candidate.what, S("|"))) { /* of data: "5080021 |OP LOAD|..." */
			is_memory = true;
			continue;
		}
		if (str_starts(candidate.what, S("/")) && !str_ends(candidate.what, S(")")))
			continue; /* a weight before a control group: "7 /user.slice" */
		/* A column of numbers has no symbol; the last such column is the frame itself. */
		if (found && f->what.n && !candidate.what.n)
			continue;
		if (after_text && !str_ends(candidate.what, S(")")))
			continue;
		*f = candidate;
		found = true;
	}
	return found;
}

bool perf_source_line(struct str line, struct perf_source *s)
{
	struct str at = cut_details(line);
	ptrdiff_t colon;
	uint64_t number;

	*s = (struct perf_source){ 0 };
	/* Two blanks come first; "kworker/0:1" is a command. */
	if (!str_starts(line, S("  ")) || line.n < 3 || is_blank(line.p[2]))
		return false;
	if (str_ends(at, S(" (inlined)"))) {
		s->inlined = true;
		at.n -= strlen(" (inlined)");
	}
	colon = str_rchr(at, ':');
	if (colon < 0 || !str_u64(str_skip(at, (size_t)colon + 1), &number))
		return str_ends(at, S("]")) || str_starts(at, S("??:"));
	if (str_starts(at, S("??:")))
		return true;
	s->file = str(at.p, (size_t)colon);
	s->line = number <= INT32_MAX ? (uint32_t)number : 0;
	return true;
}

/* A line of -F brstackinsn: a symbol and a colon, an instruction, or a note of missing data. */
static bool is_instruction(struct str line)
{
	size_t blanks;
	struct str rest = line, word = next_word(&rest, &blanks);
	uint64_t address;

	if (line.p[0] != '\t')
		return false;
	return (word.n == 16 && is_address(word, &address) && str_starts(rest, S("\t"))) ||
	       str_ends(str_trim(line), S(":")) || str_starts(line, S("\tmismatch of LBR")) ||
	       str_starts(line, S("\t... not reaching"));
}

static bool is_page_sizes(struct str text)
{
	struct str word;
	size_t blanks;

	while ((word = next_word(&text, &blanks)).n)
		if (!is_page_size(word))
			return false;
	return true;
}

bool perf_is_detail(struct str line)
{
	struct str rest = line, word;
	size_t blanks;

	if (!line.n)
		return false;
	word = next_word(&rest, &blanks);
	if (begins_detail(word) || is_page_sizes(line))
		return true;
	if (str_starts(word, S("|")) || is_instruction(line))
		return true;
	if (str_eq(word, S("BPF")) || (blanks >= 16 && word.n == 5 && word.p[4] == ':'))
		return true; /* raw output of a BPF program */
	while ((word = next_word(&rest, &blanks)).n)
		if (is_branch(word))
			return true;
	return false;
}

bool perf_is_address(struct str line)
{
	struct str rest = line, word;
	size_t blanks;
	uint64_t address;

	word = next_word(&rest, &blanks);
	return is_column(word, blanks, &address) && is_page_sizes(rest);
}

bool perf_is_message(struct str line)
{
	static const char *const starts[] = {
		"[ perf ",
		"Warning:",
		"WARNING:",
		"Error:",
		"perf: ",
		"overlapping maps",
		"Processed ",
		"Check IO/CPU overload",
		"addr2line:",
		"cmd__addr2line",
		"BFD: ",
		"Failed to open ",
		"failed to open ",
		"no symbols found in ",
		"Can't ",
		"Cannot ",
		"Couldn't ",
		"could not ",
		"Unable to ",
		"problem processing ",
		"Samples misordered",
		"Samples in kernel ",
		"Kernel address maps ",
		"No kallsyms or vmlinux ",
		"As no suitable kallsyms ",
		"check /proc/sys/kernel/",
		"can't be resolved",
		"Found ",
		"Is this an older tool",
		"Timestamp below last timeslice",
		" instruction trace error ",
		"Use of uninitialized",
		"unwind: ",
		"libunwind: ",
		"Try 'perf ",
	};

	for (size_t i = 0; i < LEN(starts); i++)
		if (str_starts(line, str_of(starts[i])))
			return true;
	return str_find(line, S(", continuing without symbols")) >= 0 ||
	       str_find(line, S("/addr2line: ")) >= 0 || perf_is_failure(line);
}

bool perf_is_failure(struct str line)
{
	return str_find(line, S("failed to process type: ")) >= 0 ||
	       str_starts(line, S("incompatible file format"));
}

struct str perf_cut_binary(struct str *what)
{
	struct str s = *what, binary;
	ptrdiff_t open = (ptrdiff_t)s.n - 1, depth = 0;

	if (!str_ends(s, S(")")))
		return S("");
	for (; open >= 0; open--) {
		depth += s.p[open] == ')' ? 1 : s.p[open] == '(' ? -1 : 0;
		if (!depth)
			break;
	}
	if (open > 0 && !is_blank(s.p[open - 1]))
		return S(""); /* the symbol's own */
	for (size_t i = s.n; open < 0 && i-- > 1;)
		if (s.p[i] == '(' && is_blank(s.p[i - 1]))
			open = (ptrdiff_t)i;
	if (open < 0)
		return S("");
	binary = str(s.p + open + 1, s.n - (size_t)open - 2);
	*what = str_trim(str(s.p, (size_t)open));
	return binary;
}

struct str perf_strip_offset(struct str symbol)
{
	ptrdiff_t plus = str_rchr(symbol, '+');
	uint64_t offset;

	if (plus > 0 && str_starts(str_skip(symbol, (size_t)plus), S("+0x")) &&
	    str_hex(str_skip(symbol, (size_t)plus + 3), &offset))
		symbol.n = (size_t)plus;
	return symbol;
}
