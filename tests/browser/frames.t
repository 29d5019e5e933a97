#!/bin/sh
# Pictures: filters by frame, addresses that outlast a new picture, tall pictures, pictures out
# of sight, the bottom line.
. "$(dirname "$0")/../lib.sh"
. "$top/tests/browser/browser.sh"

cat >in.folded <<'END'
main;parse;read 30
main;parse;split 20
main;run;read;wait 25
main;run;step 15
main;it's(a+b) 10
END
"$BUILD/tests/make_run" time=1700000000 command='./app -x' host=box lost=1234 truncated=0 \
	type=samples unit=count period=1 <in.folded >in.pb.gz
prof-flame --root none in.pb.gz >in.svg
grep -q '^<text class="origin quiet" [^>]*>./app -x · box · 2023-11-14 22:13:20Z · 1,234 lost</text>$' in.svg
ok $? 'the bottom line is in the first view' "$(grep origin in.svg)"

browse in.svg 'filters' <<'END'
	const stacks = () => drawnStacks().sort().join();
	const top = () => +label(box('all')).match(/all, ([\d,]+)/)[1];
	const item = text => all('.menu button').find(b => b.textContent === text);
	const menuOf = name => {
		box(name).dispatchEvent(new MouseEvent('contextmenu', {bubbles: true, cancelable: true, clientX: 40, clientY: 40}));
		return one('.menu');
	};
	is(menuOf('run').querySelector('b').textContent, 'run', 'a right click opens the menu of a frame');
	is(document.activeElement, item('Zoom in'), 'which has the focus');
	document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowDown', bubbles: true}));
	is(document.activeElement, item('Focus on it'), 'and keys');
	click(item('Focus on it'));
	is(stacks(), 'main 40,main;run 40,main;run;read 25,main;run;read;wait 25,main;run;step 15', 'focus');
	is(top(), 40, 'of the rest nothing is left');
	is(tool('Clear filters').title.split('. ')[1], "--focus '^run$'", 'as an option of prof-query');
	box('read').focus();
	press('X');
	is(stacks(), 'main 15,main;run 15,main;run;step 15', 'ignore, by a key');
	press('r');
	is(stacks(), 'step 15,step;run 15,step;run;main 15', 'in the reversed picture, too');
	press('r');
	click(tool('Clear filters'));
	is(top(), 100, 'they can be cleared');
	box('run').focus();
	press('H');
	is(stacks(), "main 100,main;it's(a+b) 10,main;parse 50,main;parse;read 30,main;parse;split 20," +
		'main;read 25,main;read;wait 25,main;step 15', 'hide');
	ok(label(box('read', 0)).includes('% of all'), 'shares are of all');
	box("it's(a+b)").focus();
	press('F');
	let copied;
	Object.defineProperty(navigator, 'clipboard',
		{configurable: true, value: {writeText: t => Promise.resolve(copied = t)}});
	click(tool('Copy filters'));
	is(copied, "--focus '^it'\\''s\\(a\\+b\\)$' --hide '^run$'", 'options are quoted for the shell');
	await back();
	await back();
	is(top(), 100, 'back takes them away');
	box('run').focus();
	press('m');
	ok(one('.menubox').classList.contains('shown'), 'm: the menu');
	press('Escape');
	ok(!one('.menubox').classList.contains('shown') && focused() === 'run', 'Esc closes it');

	// Searching marks the boxes that are there.
	const before = box('read');
	search('read');
	is(box('read'), before, 'a search draws no box anew');
	ok(isMatch(before), 'but marks it');
	click(box('parse'));
	is(one('output').value, '2 matched, 60.00% of what is zoomed', 'its share is of what is zoomed');
	is(new URLSearchParams(location.hash.slice(1)).get('zoom'), 'main;parse', 'the address has the path');
	const line = one('.origin').getBoundingClientRect(), boxes = one('[role=tree]').getBoundingClientRect();
	ok(line.top >= boxes.bottom && line.bottom <= innerHeight, 'the bottom line is below the boxes');
	const head = one('.head').getBoundingClientRect();
	ok(boxes.top >= head.bottom, 'the head covers no box', `${boxes.top} ${head.bottom}`);
END
prof-flame --root none --title 'Another' --sort width in.pb.gz >other.svg
address='#zoom=main;parse&hide=%5B%22split%22%5D'
browse other.svg 'an address of another picture' <<'END'
	near(width(box('parse')), room(), 'leads to the same frame');
	is(box('split'), undefined, 'with its filters');
	ok(details().startsWith('Function: parse \u2014 '), 'the line below the head is about it', details());
END
address=

# Copied options give what the picture shows: with its roots and type, several filters of a
# kind, and characters that it does not show.
{
	printf 'Web 7 1.0: 1 cpu-clock: \n\t10 f(int)+0x0 (/bin/app)\n\t20 main+0x0 (/bin/app)\n\n'
	printf 'Web 7 1.1: 2 cpu-clock: \n\t10 g\001h+0x0 (/bin/app)\n\t10 f(int)+0x0 (/bin/app)\n\t20 main+0x0 (/bin/app)\n\n'
	printf 'sh 8 1.2: 4 cpu-clock: \n\t10 f(int)+0x0 (/bin/app)\n\t20 main+0x0 (/bin/app)\n\n'
} >roots.perf
for options in '' '--type cpu-clock'; do
	# shellcheck disable=SC2086
	prof-flame $options roots.perf >roots.svg
	browse roots.svg "copied options ($options)" <<'END'
	let copied;
	Object.defineProperty(navigator, 'clipboard',
		{configurable: true, value: {writeText: t => Promise.resolve(copied = t)}});
	const name = boxes().map(label).find(l => /^f\b/.test(l)).replace(/,.*/, '');
	location.hash = new URLSearchParams({focus: JSON.stringify(['Web', name, 'g\ufffdh'])});
	await sleep(200);
	click(tool('Copy filters'));
	is(label(box('all')).match(/all, (\d+)/)[1], '2', 'the picture');
	dump(copied);
END
	eval "prof-query --top -t tsv $(cat dumped) roots.perf" >out 2>&1
	is "$(awk -F'\t' 'NR > 1 { sum += $1 } END { print sum }' out)" 2 "the options: $(cat dumped)" "$(cat out)"
done

# Deep stacks, and a picture that cannot be seen at first.
awk 'BEGIN { for (i = 1; i <= 100; i++) { s = s "f" i ";"; print s "leaf " i } }' >deep.folded
prof-flame deep.folded >deep.svg
browse deep.svg 'tall' <<'END'
	const rows = boxes().map(b => number(b, 'y'));
	ok(number(box('f1'), 'y') < number(box('f2'), 'y'), 'a picture that is taller than the window has its root at the top');
	ok(box('all').getBoundingClientRect().top < innerHeight, 'in sight');
	press('i');
	ok(number(box('f1'), 'y') > number(box('f2'), 'y'), 'unless the reader wants it otherwise');
END
cat >frame.html <<'END'
<!DOCTYPE html><iframe id="f" style="display: none" src="in.svg"></iframe>
<script>
const sleep = ms => new Promise(resolve => setTimeout(resolve, ms));
onload = async () => {
	await sleep(100);
	const count = selector => f.contentDocument.querySelectorAll(selector).length;
	const before = count('.box') + count('.still') / 100;
	f.style.display = 'block';
	f.style.width = '600px';
	f.contentWindow.dispatchEvent(new Event('resize')); // a real frame has one, virtual time none
	await sleep(100);
	document.body.append(`drawn: ${before} ${count('.box')} ${count('.still')}`);
};
</script>
END
render frame.html --allow-file-access-from-files >dom
is "$(grep -o 'drawn: .*[0-9]' dom)" 'drawn: 0.01 10 0' 'a picture out of sight is drawn when it comes into sight'
finish
