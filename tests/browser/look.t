#!/bin/sh
# Light and dark, wide and narrow, on paper, and without script.
. "$(dirname "$0")/../lib.sh"
. "$top/tests/browser/browser.sh"

cat >in.folded <<'END'
main;parse;read 30
main;parse;split 30
main;a_function_with_a_name_that_no_box_of_that_size_has_room_for 40
END
prof-flame --subtitle 'quiet words' in.folded >in.svg

# What a picture's background and words look like.
cat >ground.js <<'END'
	const style = e => getComputedStyle(e);
	const light = c => c.match(/\d+/g).slice(0, 3).map(Number).reduce((a, b) => a + b) > 382;
	const stop = one('stop');
	const back = light(stop ? style(stop).stopColor : style(one('.backdrop')).fill);
	dump(back ? 'light' : 'dark');
	const below = style(document.documentElement).backgroundColor;
	is(below, stop ? style(all('stop')[1]).stopColor : style(one('.backdrop')).fill, 'what is below has the same ground');
	ok(one('.backdrop').getBoundingClientRect().height >= innerHeight, 'the ground fills the window');
	for (const e of [one('h1'), one('.titles p'), one('.details'), tool('Reverse'), one('input')])
		ok(light(style(e).color) !== back, `${e.localName} can be read`, style(e).color);
	ok(light(style(textOf(box('all'))).fill) !== back, 'the root can be read');
END
browse in.svg 'light' --blink-settings=preferredColorScheme=1 <ground.js
is "$(cat dumped)" light 'who likes it light gets it'
browse in.svg 'dark' --blink-settings=preferredColorScheme=0 <ground.js
is "$(cat dumped)" dark 'who likes it dark gets that'
prof-flame --subtitle x --bgcolors '#eeeeb0' in.folded >given.svg
browse given.svg 'a light ground' --blink-settings=preferredColorScheme=0 <ground.js
prof-flame --subtitle x --bgcolors '#202030' in.folded >given.svg
browse given.svg 'a dark ground' --blink-settings=preferredColorScheme=1 <ground.js
browse given.svg 'given' <<'END'
	is(all('stop')[0].getAttribute('stop-color'), '#202030', 'the ground that was asked for');
	is(getComputedStyle(one('.head')).backgroundColor, 'rgb(32, 32, 48)', 'and above');
END

# What is written can be read: WCAG's contrast of 4.5 to 1, on each box and on each ground of the
# style sheet, drawn and still (as in <img>), in light and dark. tests/unit/view.c has all palettes.
cat >contrast.js <<'END'
	const channel = v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
	const luminance = c => c.match(/[\d.]+/g).slice(0, 3)
		.reduce((sum, v, i) => sum + channel(v / 255) * [0.2126, 0.7152, 0.0722][i], 0.05);
	const contrast = (a, b) => {
		const [x, y] = [a, b].map(luminance).sort((p, q) => p - q);
		return y / x;
	};
	const named = name => {
		const probe = make('rect', {style: `fill: var(--${name})`});
		picture.append(probe);
		const fill = getComputedStyle(probe).fill;
		probe.remove();
		return fill;
	};
	const make = (tag, attributes) => {
		const e = document.createElementNS('http://www.w3.org/2000/svg', tag);
		Object.entries(attributes).forEach(([key, value]) => e.setAttribute(key, value));
		return e;
	};
	for (const [ink, grounds] of Object.entries({ink: ['paper', 'trunk', 'same', 'field', 'pressed'],
		quiet: ['paper'], 'match-ink': ['match'], stripe: ['paper'], dot: ['paper']}))
		for (const ground of grounds) {
			const least = ['stripe', 'dot'].includes(ink) ? 3 : 4.5, is = contrast(named(ink), named(ground));
			ok(is >= least, `${ink} on ${ground}`, is);
		}
	// A pattern has a halo of paper around its text.
	const ground = b => {
		const over = ['marks', 'veil'].find(kind => one(`.${kind}`) && covered(b, kind));
		const {fill} = getComputedStyle(over ? one(`.${over}`) : rect(b));
		return fill.startsWith('url') ? named('paper') : fill;
	};
	const checkBoxes = (all, kind) => {
		const labelled = all.filter(textOf);
		const worst = labelled.map(g => [contrast(getComputedStyle(textOf(g)).fill, ground(g)),
			textOf(g).textContent]).sort((a, b) => a[0] - b[0])[0];
		ok(labelled.length > 8 && worst[0] >= 4.5, `the text of ${kind} boxes`, worst);
	};
	const still = all('.still g');
	checkBoxes(still.length ? still : boxes(), still.length ? 'still' : 'drawn');
	if (!still.length) {
		search('f1');
		checkBoxes(boxes(), 'searched');
		search('');
		click(boxes()[2]);
		ok(boxes().some(b => b.classList.contains('above')), 'zoomed');
		checkBoxes([...boxes(), ...boxes(), ...boxes(), ...boxes(), ...boxes()], 'zoomed');
	}
END
awk 'BEGIN { for (i = 0; i < 200; i++) print "f" i * 7919 ",::.js/_[k] 1" }' >shades.folded
for palette in hot safe; do
	prof-flame --random --colors $palette --width 40000 shades.folded >shades.svg
	browse shades.svg "text on $palette" <contrast.js
done
awk 'BEGIN { for (i = 0; i < 60; i++) print "f" i ";g" i, 40 + i % 7, int(40 * exp((i % 12 - 6) / 7)) * (i % 13 > 0); print "f1;was 90 0"; print "f1;taker 0 90" }' |
	prof-merge -t pprof - >change.pb.gz
{ echo 'diff.about=REGRESSION: CPU time 20.01s -> 20.19s, +0.9% [+0.5%, +1.3%], 6 v 6 runs in pairs'; awk 'BEGIN { for (i = 0; i < 60; i++) { print "diff.row=SLOWER self +0.5 +0.4 +0.6 1e-05 g" i; print "diff.row=faster self -0.5 -0.4 -0.6 1e-05 g" i } }'
	printf '%s\n' 'diff.row=moved self +4 +3 +5 0.001 taker' 'diff.row=gone self - - - 0.003 was' 'diff.moved=was;taker'; } >facts
set --
while IFS= read -r fact; do set -- "$@" "$fact"; done <facts
stamp "$@" <change.pb.gz >told.pb.gz
prof-flame --width 9000 change.pb.gz >change.svg
prof-flame --width 9000 told.pb.gz >told.svg
for picture in change told; do
	for look in 'light 1' 'dark 0'; do
		browse $picture.svg "$picture, ${look% *}" --blink-settings=preferredColorScheme="${look#* }" <contrast.js
		sed 's/<script><!\[CDATA/<script type="text\/none"><![CDATA/' $picture.svg >still.svg
		browse still.svg "$picture, still, ${look% *}" --blink-settings=preferredColorScheme="${look#* }" <contrast.js
	done
done

# A title as long as a command may be
words=$(awk 'BEGIN { for (i = 0; i < 200; i++) printf "%sword%d", i ? " " : "", i }')
prof-flame --title "$words" --subtitle "$words" in.folded >long.svg
browse long.svg 'a long title' <<'END'
	const [title, below] = [one('h1'), one('.titles p')];
	for (const e of [title, below])
		ok(e.clientHeight <= 3.5 * parseFloat(getComputedStyle(e).fontSize) * 1.35, `${e.localName} has three lines`, e.clientHeight);
	ok(title.title.endsWith('word199'), 'its tip has the rest');
	ok(box('all').getBoundingClientRect().bottom <= innerHeight, 'the root is in view');
END

browse in.svg 'width' <<'END'
	near(width(box('all')), 1176, 'as wide as the window');
	const label = () =>
		textOf(box('a_function_with_a_name_that_no_box_of_that_size_has_room_for'))?.textContent;
	const wide = label();
	for (const w of [400, 700, 2400]) {
		picture.setAttribute('width', w);
		dispatchEvent(new Event('resize'));
		near(width(box('all')), w - 24, `redrawn for ${w} pixels`);
		near(width(box('parse')), (w - 24) * 0.6, 'in proportion');
		near(one('.head').getBoundingClientRect().width, w, 'with its head');
		for (const b of boxes()) {
			const text = textOf(b);
			ok(!text || text.getComputedTextLength() <= width(b), 'no word is wider than its box');
		}
		dump(label());
	}
	for (const e of all('button, input'))
		ok(e.hidden || e.getBoundingClientRect().right <= 2400, 'tools are in sight');
END
is "$(sed -n 1p dumped | grep -c '^a_fun.*…$')" 1 'a long name is cut in a narrow picture'
is "$(sed -n 3p dumped)" a_function_with_a_name_that_no_box_of_that_size_has_room_for \
	'and whole in a wide one'

for file in in change told; do
	browse $file.svg "$file, from telephone to wall" <<'END'
	const bottom = () => one('.head').getBoundingClientRect().bottom;
	const top = () => Math.min(...boxes().map(b => b.getBoundingClientRect().top));
	for (const w of [320, 360, 800, 1300, 3840]) {
		picture.setAttribute('width', w);
		dispatchEvent(new Event('resize'));
		ok(top() >= bottom(), `${w}: the head covers no box`, `${top()} ${bottom()}`);
		search('a');
		ok(top() >= bottom(), `${w}: nor after a search, which shows more of it`, `${top()} ${bottom()}`);
		click(boxes()[2]);
		ok(top() >= bottom(), `${w}: nor zoomed`, `${top()} ${bottom()}`);
		const right = Math.max(...all('.head :is(button, input, select)').filter(e => !e.hidden)
			.map(e => e.getBoundingClientRect().right));
		ok(right <= w, `${w}: all tools are in sight`, right);
		search('');
		press('0');
	}
END
done

prof-flame told.pb.gz >verdict.svg
browse verdict.svg 'the verdict' <<'END'
	picture.setAttribute('width', 320);
	dispatchEvent(new Event('resize'));
	const words = one('.legend .about').getBoundingClientRect();
	ok(words.right <= 320, 'is broken where the window ends', words.right);
	ok(boxes().every(b => b.getBoundingClientRect().top >= words.bottom), 'above the boxes');
END

prof-flame --width 640 --height 30 --fontsize 20 in.folded >fixed.svg
browse fixed.svg 'fixed' <<'END'
	is(picture.getAttribute('width'), '640', '--width is the width');
	near(width(box('all')), 616, 'of the boxes, too');
	is(number(box('all'), 'height'), 29, '--height is that of a frame');
	is(getComputedStyle(textOf(box('parse'))).fontSize, '20px', '--fontsize that of text');
	is(picture.getAttribute('viewBox'), `0 0 640 ${picture.getAttribute('height')}`, 'it scales as a whole');
END

browse in.svg 'paper' <<'END'
	const rules = [...one('style').sheet.cssRules].filter(r => r.media?.mediaText === 'print')
		.flatMap(r => [...r.cssRules]);
	const hidden = rules.filter(r => r.style.display === 'none').map(r => r.selectorText).join();
	ok(['.tools', '.details', '.tipbox', '.helpbox'].every(s => hidden.includes(s)), 'has no tools', hidden);
END

prof-flame --height 1000 in.folded >tall.svg
browse tall.svg 'scrolled' <<'END'
	scrollTo(0, 2000);
	dispatchEvent(new Event('scroll'));
	is(one('.headbox').getAttribute('y'), '2000', 'the head stays in sight');
	box('all').focus();
	for (const key of ['ArrowUp', 'ArrowUp', 'ArrowUp', 'ArrowDown', 'ArrowDown', 'ArrowDown']) {
		press(key);
		const {top, bottom} = document.activeElement.getBoundingClientRect();
		ok(top < innerHeight && bottom > one('.head').getBoundingClientRect().height,
			`${key} ends where it can be seen`, `${top} to ${bottom}`);
	}
END

awk 'BEGIN { s = "main"; for (i = 0; i < 80; i++) { s = s ";f" i; print s, 1 } }' >deep.folded
prof-flame deep.folded | sed 's/<script>/<script type="text\/none">/' >deep.svg
browse deep.svg 'tall, still' <<'END'
	const top = name => all('.still > g').find(g => g.textContent.startsWith(name)).getBoundingClientRect().top;
	ok(top('main (') < innerHeight && top('main (') < top('f3 ('), 'without script a tall picture has its root at the top');
END

# What viewers without script show: the same boxes and words.
sed 's/<script>/<script type="text\/none">/' in.svg >still.svg
render still.svg >dom
is "$(grep -c '^<g[^>]*><title>' dom)" 6 'without script there is a first view'
grep -q '<title>parse (60 samples, 60.00%)</title><rect x="482.4" y="[0-9.]*" width="705.6"' dom
ok $? 'with the same boxes' "$(grep parse dom)"
is "$(grep -c 'class="still"' dom)" 1 'and its heading'
browse in.svg 'with script' <<'END'
	is(all('.still').length, 0, 'gives way to the drawn one');
	is(picture.getAttribute('viewBox'), null, 'which is not scaled');
END
# A site may clean the picture of scripts and style sheets.
for picture in in change told; do
	sed '/^<style>/,/<\/style>/d; /^<script>/,/<\/script>/d' $picture.svg >clean.svg
	browse clean.svg "$picture, without its style" <<'END'
	const light = c => c.match(/[\d.]+/g).slice(0, 3).reduce((a, b) => a + +b, 0) / 3;
	const dark = all('.still g').filter(g => g.querySelector('text') &&
		light(getComputedStyle(rect(g)).fill) < 40);
	is(dark.length, 0, 'no box is as dark as its text');
END
done
finish
