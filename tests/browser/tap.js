// What the tests of pictures use. Results are left in the document for browser.sh.

const report = [];
const line = (...fields) => report.push(fields.map(f => String(f).replace(/[\t\n]/g, ' ')).join('\t'));

function ok(cond, name, detail = '') {
	line(cond ? 'ok' : 'not', name, detail);
}

function is(got, expected, name) {
	ok(Object.is(got, expected), name, `got: ${got} expected: ${expected}`);
}

function near(got, expected, name, by = 1) {
	ok(Math.abs(got - expected) <= by, name, `got: ${got} expected: about ${expected}`);
}

const dump = text => line('dump', text);

async function run(test) {
	addEventListener('error', e => ok(false, 'no error', e.message));
	try {
		await test();
	} catch (e) {
		ok(false, 'no exception', e.stack);
	}
	report.push('end', '');
	window.dump?.(`${report.join('\n')}\n`); // Firefox: to standard output
	const e = document.createElementNS('http://www.w3.org/2000/svg', 'desc');
	e.setAttribute('class', 'report');
	e.textContent = report.join('\n');
	document.documentElement.append(e);
	if (parent !== window)
		parent.postMessage(report.join('\n'), '*');
}

const picture = document.querySelector('svg.prof-flame');
const sleep = ms => new Promise(resolve => setTimeout(resolve, ms));
const all = selector => [...picture.querySelectorAll(selector)];
const one = selector => picture.querySelector(selector);

// Boxes: by the name of their frame, and which of several
const label = box => box.getAttribute('aria-label');
const boxes = () => all('.box');
const box = (name, n = 0) => boxes().filter(b => label(b).startsWith(`${name}, `))[n];
const rect = b => b.querySelector('rect');
const number = (b, attribute) => +rect(b).getAttribute(attribute);
const width = b => number(b, 'width');
// The name in a box: its own in the first view, else the one drawn over it
const textOf = b => b.querySelector('text') || all('.label').find(t => {
	const [x, y] = ['x', 'y'].map(name => t.getAttribute(name) - number(b, name));
	return x > 0 && y > 0 && x < width(b) && y < number(b, 'height');
});
// Is the box covered with the colour of what a search has found, or of what it has not?
const covered = (b, kind) => one(`.${kind}`).isPointInFill(
	new DOMPoint(number(b, 'x') + width(b) / 2, number(b, 'y') + number(b, 'height') / 2));
const isMatch = b => covered(b, 'marks');
const room = () => picture.getBoundingClientRect().width - 24;
const focused = () => document.activeElement?.getAttribute?.('aria-label')?.split(',')[0];
const details = () => one('.details .text').textContent;
const tool = text => all('button').find(b => b.textContent === text);

const click = e => e.dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true}));

function press(key, more = {}) {
	const at = picture.contains(document.activeElement) ? document.activeElement : picture;
	at.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true, ...more}));
}

function search(text) {
	const field = one('input');
	field.value = text;
	field.dispatchEvent(new Event('input', {bubbles: true}));
}

// "a;b;c COUNT" for every box, from the order and level of the boxes.
function drawnStacks() {
	const path = [];
	return boxes().map(b => {
		const [, name, count] = label(b).match(/^(.*?), ([\d,]+) /);
		path.length = +b.getAttribute('aria-level') - 1;
		path.push(name);
		return `${path.slice(1).join(';')} ${count.replaceAll(',', '')}`;
	}).slice(1);
}

// The page's own listener comes first. A browser may take its time.
async function travel(go) {
	const arrived = new Promise(resolve => addEventListener('popstate', resolve, {once: true}));
	go();
	await Promise.race([arrived, sleep(3000)]);
}

const back = () => travel(() => history.back());
const forth = () => travel(() => history.forward());
