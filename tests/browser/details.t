#!/bin/sh
# What is reported about a frame: tips, the line at the top, to screen readers, to the
# clipboard.
. "$(dirname "$0")/../lib.sh"
. "$top/tests/browser/browser.sh"

cat >in.folded <<'END'
main;parse;read_[k] 300000
main;parse;x;y 100000
main;parse 1
main;run 1234567
END
prof-flame in.folded --title 'A title' --nametype 'Method:' >in.svg

browse in.svg 'tip' <<'END'
	const over = (b, x, y) => rect(b).dispatchEvent(new MouseEvent('mousemove',
		{bubbles: true, clientX: x, clientY: y}));
	const tip = () => one('.tipbox');
	ok(getComputedStyle(tip()).visibility === 'hidden', 'there is none at first');
	over(box('parse'), 100, 100);
	ok(getComputedStyle(tip()).visibility === 'visible', 'it shows');
	const lines = [...one('.tip').children].map(e => e.textContent);
	is(lines[0], 'parse', 'the name');
	is(lines[1], '400,001 samples', 'the exact count');
	is(lines[2], '24.47% of all, 24.47% of its parent', 'the shares');
	is(lines[3], 'self: 1 sample, 0.00% of all', 'and its own');
	over(box('read_[k]'), 100, 100);
	is(one('.tip').children[2].textContent, '18.35% of all, 75.00% of its parent', 'shares differ');
	is(details(), 'Method: read_[k] \u2014 300,000 samples; 18.35% of all, 75.00% of its parent',
		'the line at the top says the same');
	const right = () => +tip().getAttribute('x') + one('.tip').getBoundingClientRect().width;
	over(box('run'), 1190, 790);
	ok(right() <= room() + 24.01, 'it stays within the picture', right());
	ok(one('.tip').getBoundingClientRect().bottom <= 790, 'and on the screen');
	one('[role=tree]').dispatchEvent(new MouseEvent('mouseleave'));
	ok(getComputedStyle(tip()).visibility === 'hidden', 'it goes');
	over(box('all'), 100, 100);
	is([...one('.tip').children].map(e => e.textContent).join('/'), 'all/1,634,568 samples', 'the root');
	is(textOf(box('read_[k]')).textContent, 'read', 'marks do not show in boxes');
END

# Sums that a double would round
cat >large.folded <<'END'
main;a 9007199254740993
main;a;c 4
main;b;c 27021597764222979
END
prof-flame large.folded >large.svg

browse large.svg 'large numbers' <<'END'
	const number = name => label(box(name)).match(/[\d,]+ samples/)[0];
	is(number('main'), '36,028,797,018,963,976 samples', 'the sum');
	is(number('a'), '9,007,199,254,740,997 samples', 'that of a function');
	click(box('b'));
	press('C');
	ok(details().includes('main;b 27021597764222979'), 'the folded stack', details());
	press('0');
	press('r');
	ok(label(box('a')).includes('9,007,199,254,740,993 samples'), 'leaf first', label(box('a')));
	press('r');
	click(box('a'));
	press('X');
	is(number('main'), '27,021,597,764,222,979 samples', 'and of what a filter keeps');
END

browse in.svg 'to screen readers' <<'END'
	is(picture.getAttribute('role'), 'figure', 'a figure');
	is(picture.getAttribute('aria-label'), 'A title', 'with a name');
	const tree = one('[role=tree]');
	is(tree.getAttribute('aria-label'), 'A title', 'a tree');
	ok(boxes().every(b => b.getAttribute('role') === 'treeitem' && b.parentNode.closest('[role]:not([role=none])') === tree), 'of items');
	is(box('read_[k]').getAttribute('aria-level'), '4', 'with levels');
	is(label(box('run')), 'run, 1,234,567 samples, 75.53% of all, 75.53% of its parent', 'and names');
	const inOrder = () => boxes().filter(b => b.getAttribute('tabindex') === '0');
	is(inOrder().length, 1, 'one item is in the order of Tab');
	click(box('parse'));
	press('ArrowUp');
	is(inOrder().length, 1, 'still one');
	is(inOrder()[0], document.activeElement, 'that with the focus');
	const ring = one('.outline.focus'), outlined = rect(document.activeElement);
	ok(['x', 'y', 'width'].every(name => ring.getAttribute(name) === outlined.getAttribute(name)), 'which is outlined');
	is(parseFloat(getComputedStyle(ring).strokeWidth), 2, 'and seen');
	ok(all('button, input, select').every(e => e.textContent || e.getAttribute('aria-label')),
		'tools have names');
	is(one('output').getAttribute('role'), 'status', 'what a search finds is reported');
END

browse in.svg 'copy' <<'END'
	let text;
	Object.defineProperty(navigator, 'clipboard',
		{configurable: true, value: {writeText: t => Promise.resolve(text = t)}});
	box('y').focus();
	press('c');
	is(text, 'y', 'c: the name');
	press('C');
	is(text, 'main;parse;x;y 100000', 'C: the folded stack');
	is(details(), 'Copied: main;parse;x;y 100000', 'it says so');
	click(box('read_[k]'));
	click(tool('Copy name'));
	is(text, 'read_[k]', 'by mouse');
	click(tool('Copy stack'));
	is(text, 'main;parse;read_[k] 300000', 'both');
	press('r');
	box('y').focus();
	press('C');
	is(text, 'y 100000', 'reversed, the reversed stack');
	// Where there is no clipboard, or it says no, an old command does it.
	document.execCommand = () => {
		const e = new ClipboardEvent('copy', {clipboardData: new DataTransfer(), cancelable: true});
		document.dispatchEvent(e);
		text = e.clipboardData.getData('text/plain');
	};
	Object.defineProperty(navigator, 'clipboard', {value: undefined});
	press('c');
	is(text, 'y', 'without a clipboard');
END
browse in.svg 'copy, refused' <<'END'
	let text;
	Object.defineProperty(navigator, 'clipboard', {value: {writeText: () => Promise.reject(1)}});
	document.execCommand = () => text = 'asked';
	click(box('y'));
	press('c');
	await sleep(10);
	is(text, 'asked', 'a clipboard that says no');
END

# Values with a unit are told for people, too.
prof-merge -t pprof "$top/tests/golden/pprof/go-cpu.in" | prof-flame --type cpu >cpu.svg
browse cpu.svg 'units' <<'END'
	ok(/^all \u2014 [\d.]+(us|ms|s) \([\d,]+ nanoseconds\)$/.test(details()), 'time', details());
END
prof-flame --type cpu --countname ticks --factor 0.5 "$top/tests/golden/pprof/go-cpu.in" >cpu.svg
browse cpu.svg 'renamed units' <<'END'
	ok(/^all \u2014 [\d,]+ ticks$/.test(details()), 'are not told', details());
END
prof-flame --type alloc_space "$top/tests/golden/pprof/go-heap.in" >heap.svg
browse heap.svg 'bytes' <<'END'
	ok(/^all \u2014 [\d.]+(kB|MB) \([\d,]+ bytes\)$/.test(details()), 'bytes', details());
END

# 99 samples of 10,101,010 ns are a second, but for 10 ns.
printf 'a 100 10.0: 999999990 cpu-clock:\n\t10 f+0x0 (/bin/a)\n\n' >second.perf
prof-flame second.perf >second.svg
browse second.svg 'nearly a second' <<'END'
	is(details(), 'all \u2014 1s (999,999,990 nanoseconds)', 'is 1s, and not 1000ms');
END
printf 'a 100 10.0: 59707070110 cpu-clock:\n\t10 f+0x0 (/bin/a)\n\n' >minute.perf
prof-flame minute.perf >minute.svg
browse minute.svg 'nearly a minute' <<'END'
	is(details(), 'all \u2014 59.71s (59,707,070,110 nanoseconds)', 'is told in seconds');
END
prof-flame -t html minute.perf >minute.html
browse_page minute.html 'nearly a minute in a page' <<'END'
	ok(text('.functions .row .number').startsWith('59.7s'), 'is told in seconds', text('.functions .row .number'));
END
prof-flame -t html second.perf >second.html
browse_page second.html 'nearly a second in a page' <<'END'
	ok(text('.functions .row .number').startsWith('1s'), 'is 1s, and not 1000ms', text('.functions .row .number'));
END

# A name of 6,000 characters, and fractions.
{ printf 'm;'; head -c 6000 /dev/zero | tr '\0' x; printf ' 0.333\nm;b 0.333\n'; } >long.folded
prof-flame long.folded >long.svg
browse long.svg 'a long name' <<'END'
	const long = boxes().find(b => label(b).startsWith('xxx')), {x, y} = rect(long).getBoundingClientRect();
	rect(long).dispatchEvent(new MouseEvent('mousemove', {bubbles: true, clientX: x, clientY: y}));
	ok(one('.tip').getBoundingClientRect().height < innerHeight / 2, 'leaves room for the rest of the tip');
	ok(label(box('b')).startsWith('b, 0.333 samples'), 'a fraction is not 0', label(box('b')));
END
is "$(grep -o '<title>b ([^,]*' long.svg)" '<title>b (0.333 samples' 'nor in the first view'
finish
