// The same for C++: every form of new and delete.
#include <cstddef>
#include <cstdio>
#include <new>
#include <string>
#include <vector>

enum { BLOCK = 64 << 10, N = 10 };
struct alignas(256) aligned {
	char bytes[BLOCK];
};
struct block {
	char bytes[BLOCK];
};

template <class Allocate, class Free>
static void half(const char *name, Allocate allocate, Free release)
{
	void *p[N];

	for (int i = 0; i < N; i++)
		p[i] = allocate();
	for (int i = 0; i < N; i += 2)
		release(p[i]);
	printf("%s %d %ld %d %ld\n", name, N, (long)N * BLOCK, N / 2, (long)N / 2 * BLOCK);
}

#define WAY(name, allocate, release)                                                               \
	static void *name()                                                                        \
	{                                                                                          \
		return allocate;                                                                   \
	}                                                                                          \
	static void of_##name()                                                                    \
	{                                                                                          \
		half(#name, name, [](void *p) { release; });                                       \
	}

WAY(new_one, new block, delete static_cast<block *>(p))
WAY(new_array, new char[BLOCK], delete[] static_cast<char *>(p))
WAY(new_nothrow, new (std::nothrow) block, delete static_cast<block *>(p))
WAY(new_array_nothrow, new (std::nothrow) char[BLOCK], delete[] static_cast<char *>(p))
WAY(new_aligned, new aligned, delete static_cast<aligned *>(p))
WAY(new_array_aligned, new aligned[1], delete[] static_cast<aligned *>(p))
WAY(new_aligned_nothrow, new (std::nothrow) aligned, delete static_cast<aligned *>(p))
WAY(new_called, ::operator new(BLOCK), ::operator delete(p, std::size_t(BLOCK)))

static void container()
{
	std::vector<std::string> all;

	for (int i = 0; i < N; i++)
		all.emplace_back(BLOCK - 1, 'x');
	printf("container -\n");
}

static void throws()
{
	volatile std::size_t much = std::size_t(1) << 62;

	try {
		printf("%p\n", static_cast<void *>(new char[much]));
	} catch (const std::bad_alloc &) {
		printf("thrown 0 0 0 0\n");
	}
}

int main()
{
	of_new_one();
	of_new_array();
	of_new_nothrow();
	of_new_array_nothrow();
	of_new_aligned();
	of_new_array_aligned();
	of_new_aligned_nothrow();
	of_new_called();
	container();
	throws();
	return 0;
}
