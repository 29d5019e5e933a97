#include "dwfl_oracle.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

enum { BELOW = 4096 };

/* Nothing is looked for on disk: modules come with their file. */
static int no_elf(Dwfl_Module *m, void **user, const char *name, Dwarf_Addr base, char **file,
		  Elf **elf)
{
	(void)m, (void)user, (void)name, (void)base, (void)file, (void)elf;
	return -1;
}

static int no_debuginfo(Dwfl_Module *m, void **user, const char *name, Dwarf_Addr base,
			const char *file, const char *link, GElf_Word crc, char **found)
{
	(void)m, (void)user, (void)name, (void)base, (void)file, (void)link, (void)crc;
	(void)found;
	return -1;
}

/* Threads: there is one, that of the sample. */

static pid_t next_thread(Dwfl *dwfl, void *context, void **thread)
{
	(void)dwfl;
	if (*thread)
		return 0;
	*thread = context;
	return 1;
}

static bool get_thread(Dwfl *dwfl, pid_t tid, void *context, void **thread)
{
	(void)dwfl, (void)tid;
	*thread = context;
	return true;
}

static bool read_memory(Dwfl *dwfl, Dwarf_Addr address, Dwarf_Word *word, void *context)
{
	struct oracle *o = context;
	const struct user_state *s = o->state;
	uint64_t at = address - s->regs[o->arch->sp];

	(void)dwfl;
	o->below |= -at < BELOW;
	if (at >= s->nstack || s->nstack - at < sizeof(*word))
		return false;
	memcpy(word, s->stack + at, sizeof(*word));
	return true;
}

static bool set_registers(Dwfl_Thread *thread, void *context)
{
	const struct oracle *o = context;
	bool x86 = o->arch->machine == ELF_MACHINE_X86_64;

	if (!x86)
		dwfl_thread_state_register_pc(thread, o->regs[32]);
	return dwfl_thread_state_registers(thread, 0, x86 ? 17 : 32, o->regs);
}

static const Dwfl_Thread_Callbacks callbacks = {
	.next_thread = next_thread,
	.get_thread = get_thread,
	.memory_read = read_memory,
	.set_initial_registers = set_registers,
};

/* Modules */

/* A file descriptor of the image: the file's, or a copy for the vDSO. */
static int image_of(const struct binary *b)
{
	int fd;

	if (b->fd >= 0)
		return dup(b->fd);
	fd = memfd_create("image", MFD_CLOEXEC);
	if (fd >= 0 && write(fd, b->module.elf.file.p, b->module.elf.file.n) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static bool is_reported(const struct process *p, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (p->map[k].binary == p->map[i].binary &&
		    p->map[k].region.bias == p->map[i].region.bias)
			return true;
	return false;
}

static void report(struct oracle *o, struct processes *t, struct process *p, size_t i)
{
	const struct map *m = process_find(t, p, p->map[i].region.start);
	int fd;

	if (!m || !m->binary || !m->binary->module.elf.file.n || is_reported(p, i))
		return;
	if (m->binary->module.elf.type == ELF_TYPE_EXEC && m->region.bias)
		return; /* libdwfl has no second place for it */
	fd = image_of(m->binary);
	if (fd >= 0 && !dwfl_report_elf(o->dwfl, m->binary->path.p, m->binary->path.p, fd,
					m->region.bias, true))
		close(fd);
}

bool oracle_open(struct oracle *o, struct processes *t, struct process *p)
{
	static const Dwfl_Callbacks find = { no_elf, no_debuginfo, NULL, NULL };

	o->arch = t->binaries->arch;
	o->processes = t;
	o->process = p;
	o->dwfl = dwfl_begin(&find);
	if (!o->dwfl)
		return false;
	dwfl_report_begin(o->dwfl);
	for (size_t i = 0; i < p->nmap; i++)
		report(o, t, p, i);
	dwfl_report_end(o->dwfl, NULL, NULL);
	return dwfl_attach_state(o->dwfl, NULL, p->pid, &callbacks, o);
}

void oracle_close(struct oracle *o)
{
	dwfl_end(o->dwfl);
	o->dwfl = NULL;
}

/*
 * After a trampoline: its caller is where ours says (the stub pushes eight bytes),
 * with all other registers as they are.
 */
static bool leave_trampoline(struct oracle *o, Dwfl_Frame *frame)
{
	uint64_t sp, ra;

	for (int i = 0; i < 16; i++)
		if (dwfl_frame_reg(frame, i, &o->regs[i]) != 0)
			o->regs[i] = 0;
	sp = o->regs[o->arch->sp];
	if (!read_memory(NULL, sp + 8, &ra, o))
		return false;
	o->regs[o->arch->sp] = sp + 16;
	o->regs[o->arch->lr == DWARF_NONE ? o->arch->pc : o->arch->lr] =
		ra - 1; /* the call, as the first frame is looked up as is */
	o->again = true;
	return true;
}

static int on_frame(Dwfl_Frame *frame, void *context)
{
	struct oracle *o = context;
	const struct perf_host *host = o->processes->host;
	const struct map *m;
	Dwarf_Addr pc;
	bool interrupted;

	if (!dwfl_frame_pc(frame, &pc, &interrupted) || o->n == UNWIND_MOST)
		return DWARF_CB_ABORT;
	pc -= !interrupted;
	m = process_find(o->processes, o->process, pc);
	if (!m)
		return DWARF_CB_ABORT; /* not code: the frame before was the last */
	o->frame[o->n++] = pc;
	if (!m->binary && o->n > 1 &&
	    host->is_trampoline(host->context, o->processes, o->process, pc) &&
	    leave_trampoline(o, frame))
		return DWARF_CB_ABORT;
	return DWARF_CB_OK;
}

size_t oracle_unwind(struct oracle *o, const struct user_state *state)
{
	o->state = state;
	o->n = 0;
	o->below = false;
	memcpy(o->regs, state->regs, o->arch->nregs * sizeof(*o->regs));
	do {
		o->again = false;
		dwfl_getthread_frames(o->dwfl, 1, on_frame, o);
	} while (o->again);
	return o->n;
}

const char *oracle_name(struct oracle *o, uint64_t address)
{
	Dwfl_Module *m = dwfl_addrmodule(o->dwfl, address);

	return m ? dwfl_module_addrname(m, address) : NULL;
}
