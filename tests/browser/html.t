#!/bin/sh
# HTML pages: tables against prof-query, what is selected and filtered, labels, times, keys,
# comparisons, source lines, and what must not run.
. "$(dirname "$0")/../lib.sh"
. "$top/tests/browser/browser.sh"

# Two commands, three threads, six seconds; in the fourth only hash() runs.
awk 'BEGIN {
	for (i = 0; i < 300; i++) {
		t = 10 + i * 0.02
		leaf = int(t) == 13 ? "hash" : i % 3 == 0 ? "parse" : i % 3 == 1 ? "hash" : "idle"
		comm = i % 4 == 0 ? "batch" : "web"
		printf "%s %d %.6f: 1000000 cpu-clock: \n", comm, comm == "web" ? 100 + i % 2 : 200, t
		printf "\t10 %s+0x0 (/bin/app)\n", leaf
		if (leaf == "hash" && i % 2)
			print "\t20 hash+0x0 (/bin/app)"
		if (leaf != "idle")
			print "\t30 serve+0x0 (/bin/app)"
		print "\t40 main+0x0 (/bin/app)\n"
	}
}' >in.perf
prof-flame -t html --root none --title 'A page' --notes 'a note' in.perf >in.html
ok $? 'a page is drawn'
[ "$(grep -c '<title>main (' in.html)" = 1 ] && grep -q '<svg ' in.html
ok $? 'without script there is a first view'
same /dev/fd/3 in.html 'the same input gives the same bytes' 3<<END
$(prof-flame -t html --root none --title 'A page' --notes 'a note' in.perf)
END
! grep -qE '[ 	](src|href)=["a-z]|url\(["a-z]|@import|fetch\(|XMLHttpRequest' in.html
ok $? 'nothing is fetched'

# What prof-query says: flat, cum and name of each function.
top() { prof-query --top --simplify -t tsv "$@" in.perf | sed 1d | cut -f 1,4,6 | sort; }
js() { printf '`%s`' "$(cat)"; }

{
	echo "const wholeTop = $(top | js), focusTop = $(top --focus=parse | js);"
	echo "const hideTop = $(top --hide=serve | js), ignoreTop = $(top --ignore=serve | js);"
	echo "const webTop = $(top '{comm="web"}' | js);"
	cat <<'END'
	// Tables
	is(exactTable(), wholeTop, 'the table has the values of prof-query');
	is(text('.total'), '300ms of cpu-clock', 'and the total');
	is(rowNames().join(), 'hash,idle,parse,main,serve', 'sorted by self');
	click(buttonOf('Total'));
	is(rowNames().join(), 'main,serve,hash,idle,parse', 'by total, at a click');
	click(buttonOf('Function'));
	is(rowNames().join(), 'hash,idle,main,parse,serve', 'by name');
	is(get('[aria-sort=descending]').textContent, 'Function \u25be', 'the head says so');
	click(buttonOf('Self'));
	searchPage('S');
	is(rowNames().join(), 'hash,parse,serve', 'the search filters it, whatever the case');
	click(buttonOf('Aa'));
	is(rowNames().length, 0, 'or not');
	searchPage('/^[hp]/');
	is(rowNames().join(), 'hash,parse', 'patterns are between slashes');
	is(get('output').value, '2 found, 72.00% of all', 'a match within a match counts once');
	searchPage('^h');
	is(get('output').value, 'no match', 'other text is text');
	searchPage('');
	click(buttonOf('Aa'));

	openTab('About');
	is(getAll('.about tr').map(r => r.textContent).filter(t => /^Total of/.test(t)).length, 1, 'the totals');

	// What is selected
	const row = rowOf('hash');
	row.focus();
	key(row, 'Enter');
	is(tabButton('Callers and callees').getAttribute('aria-selected'), 'true', 'Enter opens the sandwich');
	ok(text('.sandwich h2').startsWith('hash self 133ms (133,000,000'), 'of the function', text('.sandwich h2'));
	const [callers, callees] = getAll('.sandwich .chart');
	callers.focus();
	key(callers, 'ArrowUp');
	ok(itemText(get('.sandwich')).startsWith('serve, 133ms (133,000,000 '), 'callers above', callers.textContent);
	callees.focus();
	key(callees, 'ArrowDown');
	ok(callees.textContent.startsWith('hash, 66ms (66,000,000 '), 'callees below', callees.textContent);

	// The flame graph, by keys, and for screen readers
	openTab('Flame graph');
	const flame = get('.chart');
	is(flame.getAttribute('role'), 'tree', 'a flame graph is a tree');
	flame.focus();
	is(document.getElementById(flame.getAttribute('aria-activedescendant')), get('.chart [role=treeitem]'),
		'of which one item is there');
	key(flame, 'ArrowUp');
	ok(itemText().startsWith('main, 300ms (300,000,000 nanoseconds), 100.00% of all'), 'the callee', itemText());
	key(flame, 'ArrowUp');
	ok(itemText().startsWith('serve, 216ms (216,000,000'), 'its widest callee', itemText());
	key(flame, 'ArrowLeft');
	ok(itemText().startsWith('idle, 84ms (84,000,000'), 'the frame beside', itemText());
	is(inHash('name'), 'idle', 'it is the function that is selected');
	key(flame, 'ArrowRight');
	key(flame, 'Enter');
	is(inHash('zoom'), '["main","serve"]', 'Enter zooms, and the address has the path');
	ok(said().startsWith('Function: serve \u2014 216ms (216,000,000'), 'the line says what it is', said());
	key(flame, '0');
	is(inHash('zoom'), null, '0 shows everything');
	const pixel = (x, y) => [...get('.chart canvas').getContext('2d').getImageData(x, y, 1, 1).data];
	ok(pixel(20, get('.chart canvas').height - 8)[3] === 255, 'there are boxes');
	key(document.body, 'r');
	flame.focus();
	key(flame, 'ArrowUp');
	ok(itemText().startsWith('hash, 133ms (133,000,000'), 'r: leaf first', itemText());
	key(document.body, 'r');

	// The menu: focus, ignore, hide
	const menuOf = name => {
		flame.focus();
		for (const step of ['Home', 'ArrowUp', 'ArrowUp'])
			key(flame, step);
		if (name === 'parse')
			['ArrowUp', 'ArrowRight'].forEach(step => key(flame, step));
		key(flame, 'm');
		return get('.menu');
	};
	is(menuOf('serve').querySelector('b').textContent, 'serve', 'm: the menu of the frame');
	is(document.activeElement.getAttribute('role'), 'menuitem', 'which has the focus');
	click(buttonOf('Hide the frame', get('.menu')));
	is(exactTable(), hideTop, 'hiding a frame gives the values of prof-query --hide');
	click(get('.chip'));
	click(buttonOf('Ignore stacks with it', menuOf('serve')));
	is(exactTable(), ignoreTop, 'ignoring it those of --ignore');
	click(get('.chip'));
	menuOf('parse');
	is(text('.menu b'), 'parse', 'another frame');
	click(buttonOf('Focus on it', get('.menu')));
	is(exactTable(), focusTop, 'focusing on it those of --focus');
	let copied;
	Object.defineProperty(navigator, 'clipboard',
		{configurable: true, value: {writeText: t => Promise.resolve(copied = t)}});
	click(buttonOf('Copy as prof-query options'));
	is(copied, "--focus '^parse$'", 'which can be copied');
	click(get('.chip'));
	is(exactTable(), wholeTop, 'and taken back');

	// The call tree
	openTab('Call tree');
	const tree = () => getAll('.panel .row').map(r => `${r.getAttribute('aria-level')} ${r.querySelector('.name').title}`);
	is(tree().join(), '1 main,2 serve,3 hash,4 hash,3 parse,2 idle', 'the call tree, open where most is');
	const first = getAll('.panel .row')[0];
	first.focus();
	key(first, 'ArrowLeft');
	is(tree().join(), '1 main', 'closed by a key');
	is(getAll('.panel .row')[0].getAttribute('aria-expanded'), 'false', 'and said to be');
	choose('Direction', 'up');
	is(tree()[0], '1 hash', 'bottom up');
	is(tree()[1], '2 serve', 'to the callers');

	// Labels: pick a value, compare two
	openTab('Labels');
	const labelRow = value => getAll('.labels tr').find(r => r.textContent.trim().startsWith(value));
	ok(labelRow('batch').textContent.includes('75ms25.0%'), 'what a value has', labelRow('batch').textContent);
	click(labelRow('web').querySelector('input'));
	is(exactTable(), webTop, 'a picked value gives what prof-query selects');
	ok(labelRow('batch').textContent.includes('75ms'), 'other values can still be seen');
	click(get('.chip'));
	click(buttonOf('base', labelRow('batch')));
	click(buttonOf('new', labelRow('web')));
	ok(text('.total').startsWith('base 75ms \u2192 new 225ms of cpu-clock: +200.00%'), 'two are compared', text('.total'));
	openTab('Side by side');
	is(getAll('.sides h3').map(h => h.textContent).join(), 'Base: 75ms,New: 225ms,Difference: +200.00%', 'side by side');
	ok(shown(get('.legend')), 'with the colours of changes');
	click(get('.chip'));

	// Times
	openTab('Time');
	choose('Rows', 'functions');
	const heat = get('.heat'), canvas = heat.querySelector('canvas');
	const across = heat.querySelector('.space').clientWidth, names = Math.min(220, Math.round(across * 0.3));
	const column = c => names + (c + 0.5) * Math.max(2, Math.min(48, (across - names - 8) / 60));
	ok(canvas.clientWidth && heat.scrollWidth <= heat.clientWidth, 'the map is as wide as its room', `${heat.scrollWidth} ${heat.clientWidth}`);
	at(canvas, column(30), 60, 'pointerdown');
	at(canvas, column(35), 60, 'pointermove');
	at(canvas, column(39), 60, 'pointerup');
	is(inHash('slots'), '[1501,2000]', 'dragging selects a second', inHash('slots'));
	is(rowNames().join(), 'hash,main,serve', 'in which only this runs');
	is(text('.total'), '50ms of cpu-clock', 'for so long');
	ok(text('.chip').startsWith('+3.00 s to +4.00 s'), 'the filter says when', text('.chip'));
	click(buttonOf('Compare with the rest'));
	ok(text('.total').startsWith('base 250ms \u2192 new 50ms'), 'it compares with the rest', text('.total'));
	click(buttonOf('Clear'));
	heat.focus();
	key(heat, 'ArrowRight');
	key(heat, 'ArrowRight', {shiftKey: true});
	ok(/^\[\d+,\d+\]$/.test(inHash('slots')), 'keys select, too', inHash('slots'));
	click(buttonOf('Clear'));
	is(exactTable(), wholeTop, 'and it can be taken back');

	// The address, tabs and help by keys
	key(document.body, '1');
	is(inHash('tab'), null, '1: the first tab');
	key(document.body, '/');
	is(document.activeElement.type, 'search', '/: the search');
	searchPage('parse');
	key(document.activeElement, 'Escape');
	is(get('input[type=search]').value, '', 'Esc ends it');
	key(document.body, '?');
	ok(get('dialog').open, '?: the keys');
	get('dialog').close();
	ok(getAll('button, select, input').every(e => e.textContent || e.getAttribute('aria-label')), 'controls have names');
	ok(document.documentElement.scrollWidth <= innerWidth, 'nothing is wider than the window');
END
} >script
browse_page in.html 'page' <script

# A stream of windows, of which each has a time; source lines.
mkdir src
printf 'int main(void)\n{\n\twork();\n\treturn 0;\n}\n' >src/main.c
window() { "$BUILD/tests/make_run" "time=$1" command=./server lost=3 truncated_not_copied=2 host=box; }
{
	printf 'main@src/main.c:3;work@src/gone.c:7 10\nmain@src/main.c:4 2\n' | window 1700000000
	printf 'main@src/main.c:3;work@src/gone.c:7 30\nmain@src/main.c:4 2\n' | window 1700000010
	printf 'main@src/main.c:3;work@src/gone.c:8 50\n' | window 1700000020
} >windows.pb.gz
exits 0 'source lines' prof-flame -t html --source . windows.pb.gz -o windows.html
says '1 of 2 source files is not found' 'a missing file is counted'
browse_page windows.html 'windows and source' --window-size=360,740 <<'END'
	is(document.title, './server', 'the title is the command');
	is(text('footer'), './server \u00b7 box \u00b7 2023-11-14 22:13:20Z \u00b7 9 lost \u00b7 3 profiles', 'the bottom line says where it is from');
	ok(!shown(get('.functions .grid')), 'a narrow window has no room for the table');
	openTab('Functions');
	ok(shown(get('.functions .grid')), 'which is a tab there');
	is(exact(rowOf('main')).join(), '4000000,94000000', 'lines of a function are one function');
	ok(document.documentElement.scrollWidth <= innerWidth, 'nothing is wider than the window');
	openTab('Source');
	const lines = () => getAll('.source tbody tr').map(r => [...r.children].map(c => c.textContent).join('|'));
	is(lines()[2], '|90ms95.7%|3|\twork();', 'the line that calls', lines().join('/'));
	is(lines()[3], '4ms4.3%|4ms4.3%|4|\treturn 0;', 'the line that works');
	const cell = get('.source tbody th'), high = cell.clientHeight;
	cell.textContent = '123456';
	is(cell.clientHeight, high, 'a line number is on one line');
	openTab('Functions');
	exact(rowOf('work'));
	openTab('Source');
	is(lines().join(), '40ms42.6%|40ms42.6%|7|,50ms53.2%|50ms53.2%|8|', 'lines without text');
	ok(text('.panel h3').endsWith('the file is not found'), 'say so');
	openTab('About');
	is(getAll('.about tr').map(r => r.textContent).filter(t => t.startsWith('Truncated')).join(),
		'Truncated: not copied6', 'facts are words');
	openTab('Time');
	const heat = get('.heat');
	heat.focus();
	key(heat, 'ArrowRight');
	key(heat, 'Enter');
	is(inHash('slots'), '[2,2]', 'a window is selected');
	is(text('.total'), '32ms of cpu', 'and has its own');
	is(text('.chip'), '2023-11-14 22:13:30Z \u00d7', 'with its time');
END

# Two types and their ratio, as prof-query --ratio has it.
for i in 1 2 3 4 5 6; do
	printf 'app 1 %d.0: %d cycles: \n\t10 %s+0x0 (/bin/app)\n\t40 main+0x0 (/bin/app)\n\n' $i $((i * 100)) f$((i % 2))
	printf 'app 1 %d.5: %d instructions: \n\t10 %s+0x0 (/bin/app)\n\t40 main+0x0 (/bin/app)\n\n' $i $((i * i * 50)) f$((i % 2))
done >events.perf
exits 2 'no such types' prof-flame -t html --ratio cycles/misses events.perf
exits 2 'a ratio is for pages' prof-flame --ratio instructions/cycles events.perf
prof-flame -t html --root none --ratio instructions/cycles events.perf >ratio.html
{
	echo "const ratios = $(prof-query --top --ratio instructions/cycles -t tsv events.perf | sed 1d |
		awk -F '\t' '{ print $7, $NF }' | sort | js);"
	cat <<'END'
	const ratioOf = name => {
		click(rowOf(name));
		return said().match(/([\d.]+) instructions per cycles/)?.[1];
	};
	is(rowNames().map(name => `${ratioOf(name)} ${name}`).sort().join('\n'),
		ratios.replace(/^[\d.]+/gm, v => +(+v).toPrecision(3)).split('\n').sort().join('\n'),
		'the ratio of each function is that of prof-query');
	const flame = get('.chart');
	flame.focus();
	key(flame, 'ArrowUp');
	ok(itemText().includes(' instructions per cycles'), 'boxes have it, too', itemText());
	key(flame, 'F');
	openTab('Callers and callees');
	ok(getAll('.sandwich [role=treeitem]').every(e => e.textContent.includes(' instructions per cycles')),
		'and merged ones');
END
} >script.js
browse_page ratio.html 'a ratio' <script.js

# Code that only moved.
printf 'main;serve;taker 10 50\nmain;serve;was 40 0\nmain;rest 100 100\n' | prof-merge -t pprof - -o moved.pb.gz
stamp 'diff.about=no regression' 'diff.row=moved self +4 +3 +5 0.001 taker' 'diff.row=gone self - - - 0.003 was' \
	'diff.moved=was;taker' <moved.pb.gz >told.pb.gz
prof-flame -t html told.pb.gz >told.html
browse_page told.html 'moved code' <<'END'
	const change = name => rowOf(name).querySelectorAll('.number')[2];
	for (const name of ['taker', 'was']) {
		ok(change(name).textContent.includes('moved'), `the change of ${name} is named so`, change(name).textContent);
		ok(!/more|less/.test(change(name).className), 'and has no colour');
	}
	click(rowOf('taker'));
	ok(said().includes('its code came from was'), 'the line above tells where from', said());
	ok(text('.legend').includes('only moved'), 'the legend has the mark');
END

# A report, and what must not run: names that are markup, a script that is not the page's.
evil="</script><img src=x onerror=alert(1)>'\"\\&amp"
for i in 1 2 3 4; do
	printf 'main;%s %d\nmain;steady 5000\n' "$evil" $((1000 + i)) >base$i.folded
	printf 'main;%s %d\nmain;steady 5000\nmain;fresh 300\n' "$evil" $((2000 + i)) >new$i.folded
done
exits 0 'a report as a page' prof-diff base?.folded -- new?.folded --report html -o report.html
prof-diff base?.folded -- new?.folded --report html --check -o report.html 2>err
is $? 1 'which gates as other reports do'
browse_page report.html 'report' <<END
	const evil = '$(printf %s "$evil" | sed "s/[\\\\']/\\\\&/g; s,</,<\\\\/,")';
	ok(/^REGRESSION: .* (more|larger)/.test(text('h1.verdict')), 'the news are above the page', text('h1.verdict'));
	ok(getAll('#above td').some(e => e.textContent === evil), 'with what was found');
	is(rowNames()[0], evil, 'names are text');
	const f = rowOf(evil);
	click(f);
	ok(said().includes('self +99.'), 'with the change', said());
	ok(said().includes('SLOWER self'), 'and its verdict', said());
	is(getAll('[role=row][aria-selected=true]').map(r => r.querySelector('.name').title).join(), evil,
		'the row is selected');
	is(rowOf('steady').getAttribute('aria-selected'), 'false', 'no other is');
	ok(getComputedStyle(rowOf(evil)).backgroundColor !== getComputedStyle(rowOf('steady')).backgroundColor,
		'which can be seen');
	is(getAll('.row .more').map(e => e.closest('.row').querySelector('.name').title).join(), evil,
		'only what was found has the colour of a change');
	ok(!text('.legend').includes('REGRESSION'), 'the news are not repeated');
	is(getAll('img').length, 0, 'none of it is markup');
	ok(shown(get('.legend')) && text('.legend').includes('may be chance'), 'the legend explains the colours');
	openTab('About');
	is(getAll('.about tr').map(r => r.textContent).filter(t => /^(Total|Profiles)/.test(t)).join(),
		'Total of samples, base6,003 samples,Total of samples, new7,303 samples', 'each side has its total');
END
awk 'BEGIN { for (i = 0; i < 14; i++) s = s "f" i ";"; print s "leaf 100"; print s "other 90" }' >low.folded
prof-diff --report html low.folded low.folded >low.html
browse_page low.html 'a panel that the verdict pushes below the window' --window-size=1200,560 <<'END'
	const box = get('.chart'), space = [...box.querySelectorAll('*')].find(e => e.style.height);
	ok(parseFloat(space.style.height) < box.clientHeight, 'the graph has room in it', `${space.style.height} ${box.clientHeight}`);
	ok(box.getBoundingClientRect().bottom > innerHeight, 'the window shows a part');
	is(buttonOf('Icicle').getAttribute('aria-pressed'), 'true', 'so the root is at the top');
END
browse_page report.html 'the report in a narrow window' --window-size=360,740 <<'END'
	openTab('Functions');
	const cut = getAll('.functions .row .number').filter(e => shown(e) && e.scrollWidth > e.clientWidth);
	is(cut.map(e => e.textContent).join(), '', 'no number is cut off');
END
sed 's,^</body>$,<script>document.documentElement.dataset.evil = 1</script></body>,' report.html >evil.html
render evil.html >dom
grep -q '<html[^>]*data-ready=' dom
ok $? "the page's own script runs under its policy" "$(head -c 300 dom)"
! grep -q '<html[^>]*data-evil=' dom
ok $? 'another does not'

finish
