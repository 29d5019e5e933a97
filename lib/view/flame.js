// Draws the tree that the document holds, and lets the reader move in it.
//
// What is shown is a function of `state`, which the address keeps: every change goes through go(),
// and draw() makes all boxes anew. Text from the document becomes text nodes and attributes only.

const SVG = 'http://www.w3.org/2000/svg', HTML = 'http://www.w3.org/1999/xhtml';
const svg = document.currentScript.closest('svg.prof-flame');
const alone = document.documentElement === svg; // not within some other page, whose address it is

const embedded = kind =>
	[...svg.querySelectorAll(`metadata.${kind}`)].map(e => e.textContent).join('');
const conf = JSON.parse(embedded('conf'));
const {names, colors} = unpackNames(embedded('names'));
const forward = unpackTree(embedded('tree'), conf);
let backward; // made when it is asked for
let tree; // the one of them that is shown

const PAD = 12, NARROWEST = 0.3; // pixels

function make(ns, tag, attributes = {}, ...children) {
	const e = document.createElementNS(ns, tag);
	for (const [name, value] of Object.entries(attributes))
		e.setAttribute(name, value);
	e.append(...children);
	return e;
}

// Words and numbers

const grouping = new Intl.NumberFormat('en-US', {maximumFractionDigits: 0});
const grouped = v => grouping.format(v * conf.factor);
const percent = (v, all) => (all ? 100 * v / all : 0).toFixed(2) + '%';
const all = conf.total || forward.total[0];
const totalOf = i => i ? tree.total[i] : all;

// "1,500,000 nanoseconds (1.5ms)"
function amount(v) {
	const unit = conf.units.filter(([scale]) => Math.abs(v) >= scale).pop();
	const human = unit && unit[0] > 1 ? ` (${+(v / unit[0]).toFixed(2)}${unit[1]})` : '';
	return `${grouped(v)} ${conf.countname}${human}`;
}

const fullName = i => i ? names[tree.name[i]] : 'all';
const shortName = i => fullName(i).replace(/_\[[kwij]\]$/, ''); // its colour tells the rest

function change(i) {
	const sides = [tree.baseTotal[i] * conf.baseScale, tree.total[i]];
	return conf.negate ? sides.reverse() : sides;
}

// What replicates say of it: see evidence.h. Without any, every change counts.
const evidence = new Map(); // name -> [direction, text] of each finding
for (const [name, ...finding] of conf.findings || [])
	evidence.set(name, [...evidence.get(name) || [], finding]);

function isReal(i) {
	const up = Math.sign(tree.total[i] - tree.baseTotal[i] * conf.baseScale) > 0 ? 1 : -1;
	return !conf.evidence || !i ||
		(evidence.get(fullName(i)) || []).some(([direction]) => direction === up);
}

// The nodes on the ways to what got slower, of the tree as it came.
function findBlamed() {
	const blamed = new Set();
	for (const path of conf.blame || []) {
		const way = path.split(';'), reached = new Map();
		for (let i = 1; i < forward.n; i++) {
			const n = reached.get(forward.parent[i]) || 0;
			const name = names[forward.name[i]].replaceAll(';', ':');
			if (name !== way[n] || (!n && forward.depth[i] > 2))
				continue;
			reached.set(i, n + 1);
			blamed.add(i);
		}
	}
	return blamed;
}
const blamed = findBlamed();

function changeText([from, to]) {
	if (from <= 0 || to <= 0)
		return to > 0 ? 'new' : from > 0 ? 'gone' : '0.00%';
	return (to > from ? '+' : '') + percent(to - from, from);
}

function verdicts(i) {
	if (!conf.evidence || !i)
		return [];
	const found = evidence.get(fullName(i));
	return found ? found.map(([, text]) => text) : ['may be chance'];
}

// Everything there is to say about a frame, but for its name, in a few lines.
function facts(i) {
	const total = totalOf(i), up = totalOf(tree.parent[i]);
	const lines = [amount(total)];
	if (i)
		lines.push(`${percent(total, all)} of all, ${percent(total, up)} of its parent`);
	if (conf.diff)
		lines.push(`${changeText(change(i))}; base: ${amount(tree.baseTotal[i])}`, ...verdicts(i));
	else if (tree.self[i] && tree.first[i])
		lines.push(`self: ${amount(tree.self[i])}, ${percent(tree.self[i], all)} of all`);
	return lines;
}

// The stack as a line of folded text.
function folded(i) {
	const frames = tree.path(i).slice(1).map(k => fullName(k).replaceAll(';', ':'));
	const values = conf.diff ? [tree.baseTotal[i], tree.total[i]] : [tree.total[i]];
	return [frames.join(';'), ...values].join(' ');
}

// State, and the address that keeps it

const usual = {zoom: 0, search: '', cased: false, reversed: false, icicle: conf.inverted,
	order: conf.order, shape: conf.shape};
let state = {...usual};

function toAddress() {
	const changed = Object.entries(state).filter(([key, value]) => value !== usual[key]);
	return '#' + new URLSearchParams(changed);
}

// What an address may say; whatever else it says does not count.
const shapes = ['new', 'base', 'union', 'difference'];
const readers = {
	zoom: text => parseInt(text, 10) || 0,
	search: text => text,
	order: text => Object.hasOwn(orders, text) ? text : conf.order,
	shape: text => shapes.includes(text) ? text : conf.shape,
};

function fromAddress() {
	const read = {...usual};
	for (const [key, text] of new URLSearchParams(location.hash.slice(1)))
		if (Object.hasOwn(usual, key))
			read[key] = Object.hasOwn(readers, key) ? readers[key](text) : text === 'true';
	return read;
}

// how: 'pushState' for what the back button undoes, 'replaceState' for the rest
function go(changes, how = 'pushState') {
	const before = toAddress();
	state = {...state, ...changes};
	show();
	if (!alone || toAddress() === before)
		return;
	try {
		history[how](null, '', toAddress());
	} catch {
		// Some browsers keep no history for local files.
	}
}

const orders = {
	name: (a, b) => tree.name[a] - tree.name[b] || a - b,
	width: (a, b) => tree.width[b] - tree.width[a] || tree.name[a] - tree.name[b],
	none: (a, b) => a - b,
	time: (a, b) => a - b,
};
const otherOrder = conf.order === 'width' ? 'name' : 'width';

// Take the tree that the state asks for, in the shape and order that it asks for.
function chooseTree() {
	tree = state.reversed ? backward ??= forward.reversed() : forward;
	if (tree.shape !== state.shape || !tree.order) {
		tree.weigh(state.shape, conf.baseScale);
		tree.shape = state.shape;
		tree.order = '';
	}
	if (tree.order !== state.order) {
		const asPacked = tree === forward && state.order === conf.order;
		tree.arrange(asPacked ? null : orders[state.order]);
		tree.order = state.order;
	}
	if (state.zoom < 0 || state.zoom >= tree.n)
		state.zoom = 0;
}

function show() {
	const was = tree, zoom = drawnZoom, before = drawn;
	chooseTree();
	if (tree !== was) {
		rows = 0;
		current = 0;
	}
	find();
	draw();
	showTools();
	if (tree === was && zoom !== state.zoom)
		glide(before, before.has(state.zoom) ? state.zoom : zoom);
}

// Let the eye follow a box that both pictures have from its old place to the new one.
function glide(before, i) {
	const from = before.get(i), to = drawn.get(i);
	if (!from || !to || matchMedia('(prefers-reduced-motion: reduce)').matches)
		return;
	const scale = from.w / to.w;
	frames.animate([{transform: `translateX(${from.x - to.x * scale}px) scaleX(${scale})`},
		{transform: 'none'}], {duration: 150, easing: 'ease-out'});
}

// Search

let found = {count: 0};

function matcher(term) {
	try {
		const regex = new RegExp(term, state.cased ? '' : 'i');
		return name => regex.test(name);
	} catch {
		const lower = s => state.cased ? s : s.toLowerCase();
		return name => lower(name).includes(lower(term));
	}
}

// found.share is of all, as in a frame's own line; what is found within what is found counts once.
function find() {
	found = {count: 0};
	if (!state.search)
		return;
	const hit = names.map(matcher(state.search)), within = new Uint8Array(tree.n);
	let count = 0, total = 0;
	for (let i = 1; i < tree.n; i++) {
		const outer = within[tree.parent[i]], here = hit[tree.name[i]];
		count += here;
		if (here && !outer)
			total += tree.total[i];
		within[i] = outer | here;
	}
	found = {hit, count, share: percent(total, all)};
}

// What is found, in the order in which it is drawn.
function foundNodes() {
	if (!found.nodes) {
		found.nodes = [];
		tree.walk(0, i => {
			if (i && found.hit[tree.name[i]])
				found.nodes.push(i);
			return true;
		});
	}
	return found.nodes;
}

// Go to the next one, or with -1 to the one before, zooming in if it cannot be seen.
function step(by) {
	if (!found.count)
		return;
	const nodes = foundNodes(), at = nodes.indexOf(current);
	const i = nodes[at < 0 ? (by > 0 ? 0 : nodes.length - 1) :
		(at + by + nodes.length) % nodes.length];
	reveal(i);
	found.at = nodes.indexOf(i) + 1;
	showTools();
}

function reveal(i) {
	const readable = 3; // pixels
	const wide = k => tree.width[i] / tree.width[k] * room() >= readable;
	if (!drawn.has(i) || drawn.get(i).w < readable)
		go({zoom: tree.path(i).find(wide)});
	focusOn(i);
}

// Boxes

const frames = make(SVG, 'g', {role: 'tree', 'aria-label': conf.title});
let drawn = new Map(); // node -> {x, w, element}
let drawnZoom = 0;
let rows = 0; // what all views of this tree have needed so far
let current = 0; // the node that keys move

const room = () => (conf.width || svg.getBoundingClientRect().width) - 2 * PAD;

const glyphs = new Map();
const pen = document.createElementNS(HTML, 'canvas').getContext('2d');
pen.font = `${conf.fontsize}px ${getComputedStyle(svg).fontFamily}`;

function glyphWidth(c) {
	if (!glyphs.has(c))
		glyphs.set(c, pen.measureText(c).width);
	return glyphs.get(c);
}

// The name, cut to that many pixels; '' when next to nothing of it fits.
function fit(name, width) {
	const dots = glyphWidth('\u2026');
	let used = 0, kept = 0;
	for (const c of name) {
		used += glyphWidth(c);
		if (used > width)
			return kept < 2 ? '' : name.slice(0, kept) + '\u2026';
		if (used + dots <= width)
			kept += c.length;
	}
	return name;
}

function changeStep([from, to]) {
	const low = Math.min(from, to), high = Math.max(from, to);
	const n = conf.ratios.filter(ratio => high * (1 + 1e-9) >= low * ratio).length;
	return high <= 0 ? 0 : from < to ? n : -n;
}

function boxClass(i) {
	const classes = ['box'];
	if (!i) {
		classes.push('all');
	} else if (conf.diff) {
		const [from, to] = change(i), real = isReal(i);
		classes.push(real ? `d${changeStep([from, to]) + conf.ratios.length}` : 'chance');
		if (real && (to <= 0 || from <= 0))
			classes.push(to <= 0 ? 'gone' : 'new');
		if (tree === forward && blamed.has(i))
			classes.push('blame');
	} else if (colors[tree.name[i]] & 1) {
		classes.push('white');
	}
	if (i && found.hit && found.hit[tree.name[i]])
		classes.push('match');
	if (tree.depth[i] < tree.depth[state.zoom])
		classes.push('above');
	return classes.join(' ');
}

function makeBox({i, x, w, depth}, top) {
	const row = state.icicle ? depth : rows - 1 - depth, y = top + row * conf.height;
	const wide = w > 4; // gaps and round corners would leave little of the others
	const rect = make(SVG, 'rect', {x: x.toFixed(2), y, width: (wide ? w - 0.5 : w).toFixed(2),
		height: conf.height - 1, rx: wide ? 1.5 : 0});
	const box = make(SVG, 'g', {class: boxClass(i), role: 'treeitem', tabindex: -1,
		'aria-level': depth + 1, 'aria-label': `${fullName(i)}, ${facts(i).join(', ')}`}, rect);
	if (i && !conf.diff)
		rect.setAttribute('fill', `#${(colors[tree.name[i]] >> 1).toString(16).padStart(6, '0')}`);
	const label = w > 2 * conf.fontsize ? fit(shortName(i), w - 6) : '';
	if (label)
		box.append(make(SVG, 'text', {x: (x + 3).toFixed(2),
			y: y + conf.height / 2 + conf.fontsize * 0.35 - 0.5}, label));
	box.node = i;
	return box;
}

// The zoomed frame as wide as the picture, what is above it, and what can be seen below it.
function layOut() {
	const {depth, width} = tree, zoom = state.zoom, full = room();
	const per = full / ((zoom ? width[zoom] : conf.total || width[0]) || 1);
	const boxes = tree.path(zoom).slice(0, -1).map(i => ({i, x: PAD, w: full, depth: depth[i]}));
	const left = []; // by depth: where the next box begins
	left[depth[zoom]] = PAD;
	tree.walk(zoom, i => {
		const d = depth[i], x = left[d], w = i ? width[i] * per : full;
		left[d] = x + w;
		left[d + 1] = x;
		if (w < NARROWEST)
			return false;
		boxes.push({i, x, w, depth: d});
		return true;
	});
	return boxes;
}

function draw() {
	const boxes = layOut(), top = placeHead();
	const focused = frames.contains(document.activeElement);
	rows = boxes.reduce((most, {depth}) => Math.max(most, depth + 1), rows);
	drawn = new Map();
	drawnZoom = state.zoom;
	for (const box of boxes)
		drawn.set(box.i, {...box, element: makeBox(box, top)});
	frames.replaceChildren(...[...drawn.values()].map(box => box.element));
	frames.setAttribute('class', 'frames');
	frames.classList.toggle('diff', conf.diff);
	frames.classList.toggle('searching', found.count > 0);
	setHeight(top + rows * conf.height + PAD);
	if (!drawn.has(current))
		current = state.zoom;
	drawn.get(current).element.setAttribute('tabindex', 0);
	if (focused)
		focusOn(current);
}

function setHeight(height) {
	svg.setAttribute('height', height);
	if (conf.width)
		svg.setAttribute('viewBox', `0 0 ${conf.width} ${height}`);
}

// The head: title, tools, and a line about the frame under the mouse or in focus

function button(text, title, run) {
	const e = make(HTML, 'button', {type: 'button', title}, text);
	e.addEventListener('click', run);
	return e;
}

const tools = {
	reset: button('Reset zoom', 'Show everything (0)', () => go({zoom: 0})),
	term: make(HTML, 'input', {type: 'search', placeholder: 'Search', spellcheck: 'false',
		title: 'By regular expression (/)', 'aria-label': 'Search, by regular expression'}),
	cased: button('Aa', 'Match case', () => go({cased: !state.cased})),
	found: make(HTML, 'output', {role: 'status'}),
	before: button('\u2039', 'Match before (N)', () => step(-1)),
	after: button('\u203a', 'Next match (n)', () => step(1)),
	icicle: button('Icicle', 'Root at the top (i)', () => go({icicle: !state.icicle})),
	reversed: button('Reverse', 'Leaf first (r)', () => go({reversed: !state.reversed, zoom: 0})),
	order: button('Sort by width', 'Widest first (s)',
		() => go({order: state.order === conf.order ? otherOrder : conf.order})),
	shape: make(HTML, 'select', {title: 'What gives boxes their width (w)', 'aria-label': 'Width'},
		...shapes.map(s => make(HTML, 'option', {value: s}, `Width: ${s}`))),
	help: button('?', 'Keys (?)', () => toggleHelp()),
};
if (otherOrder === 'name')
	tools.order.textContent = 'Sort by name';
tools.reversed.hidden = tools.order.hidden = conf.order === 'time';
tools.shape.hidden = !conf.diff;

const details = make(HTML, 'span', {class: 'text'});
const copyButtons = [button('Copy name', 'Copy the name (c)', () => copy(fullName(current))),
	button('Copy stack', 'Copy the folded stack (C)', () => copy(folded(current)))];
const head = make(HTML, 'div', {class: 'head'},
	make(HTML, 'div', {class: 'titles'}, make(HTML, 'h1', {}, conf.title),
		...(conf.subtitle ? [make(HTML, 'p', {}, conf.subtitle)] : [])),
	make(HTML, 'div', {class: 'tools', role: 'toolbar', 'aria-label': 'View'},
		tools.reset,
		make(HTML, 'span', {class: 'search'}, tools.term, tools.cased, tools.before, tools.after),
		tools.found, tools.icicle, tools.reversed, tools.order, tools.shape, tools.help),
	make(HTML, 'div', {class: 'details'}, details, ...copyButtons));
const headBox = make(SVG, 'foreignObject', {class: 'headbox', width: '100%', height: 100}, head);
const legend = svg.querySelector('.legend');

function showTools() {
	const pressed = (e, on) => e.setAttribute('aria-pressed', on);
	tools.reset.hidden = !state.zoom;
	if (tools.term.value !== state.search)
		tools.term.value = state.search;
	pressed(tools.cased, state.cased);
	pressed(tools.icicle, state.icicle);
	pressed(tools.reversed, state.reversed);
	pressed(tools.order, state.order !== conf.order);
	tools.shape.value = state.shape;
	tools.before.disabled = tools.after.disabled = !found.count;
	tools.found.hidden = !state.search;
	tools.found.value = found.count ? `${found.at ? `${grouping.format(found.at)} of ` : ''}` +
		`${grouping.format(found.count)} matched, ${found.share}` : 'no match';
	showDetails(current);
}

function showDetails(i) {
	const name = i ? `${conf.nametype} ${fullName(i)}` : fullName(i);
	details.textContent = `${name} \u2014 ${facts(i).join('; ')}`;
	copyButtons.forEach(e => e.hidden = !current);
}

// Put the head and the legend in their places. Returns where boxes begin.
function placeHead() {
	const height = Math.ceil(head.getBoundingClientRect().height / scaleOfPixels());
	headBox.setAttribute('height', height);
	if (!legend)
		return height + 4;
	legend.setAttribute('transform', `translate(${PAD} ${height + 4})`);
	return height + Math.ceil(legend.getBBox().height) + 16;
}

const scaleOfPixels = () => svg.getScreenCTM().a || 1;

// The head stays in sight when a tall picture is scrolled.
function follow() {
	headBox.setAttribute('y', Math.max(0, scrollY));
}

// Copying

let copied = '';

function copy(text) {
	const byHand = () => {
		copied = text;
		document.execCommand('copy');
	};
	if (navigator.clipboard)
		navigator.clipboard.writeText(text).catch(byHand);
	else
		byHand();
	details.textContent = `Copied: ${text}`;
}

document.addEventListener('copy', e => {
	if (!copied)
		return;
	e.clipboardData.setData('text/plain', copied);
	e.preventDefault();
	copied = '';
});

// The tip beside the mouse, and the list of keys

const tip = make(HTML, 'div', {class: 'tip'});
const tipBox = make(SVG, 'foreignObject', {class: 'tipbox', width: 1, height: 1}, tip);

function showTip(i, e) {
	const at = new DOMPoint(e.clientX, e.clientY).matrixTransform(svg.getScreenCTM().inverse());
	const width = Math.min(460, room());
	tip.replaceChildren(make(HTML, 'b', {}, fullName(i)),
		...facts(i).map(line => make(HTML, 'div', {}, line)));
	tipBox.setAttribute('width', width);
	const {width: w, height: h} = tip.getBoundingClientRect(), scale = scaleOfPixels();
	const below = e.clientY + 20 + h < innerHeight;
	tipBox.setAttribute('height', h / scale);
	tipBox.setAttribute('x', Math.max(0, Math.min(at.x + 12, room() + 2 * PAD - w / scale)));
	tipBox.setAttribute('y', below ? at.y + 16 : Math.max(0, at.y - 8 - h / scale));
	tipBox.classList.add('shown');
}

function hideTip() {
	tipBox.classList.remove('shown');
}

const help = make(HTML, 'dl', {class: 'help', role: 'dialog', 'aria-label': 'Keys'});
const helpBox = make(SVG, 'foreignObject', {class: 'helpbox', x: PAD, width: 1, height: 1}, help);

function toggleHelp(on = !helpBox.classList.contains('shown')) {
	helpBox.setAttribute('y', (+headBox.getAttribute('y') || 0) + +headBox.getAttribute('height'));
	helpBox.setAttribute('width', Math.min(420, room()));
	helpBox.setAttribute('height', help.getBoundingClientRect().height / scaleOfPixels());
	helpBox.classList.toggle('shown', on);
}

// Moving

function focusOn(i) {
	const to = drawn.get(i), from = drawn.get(current);
	if (!to)
		return;
	from?.element.setAttribute('tabindex', -1);
	to.element.setAttribute('tabindex', 0);
	current = i;
	to.element.focus({preventScroll: true});
	bringIntoSight(to.element);
	showDetails(i);
}

// Scroll no further than it takes, and not below the head.
function bringIntoSight(element) {
	if (!alone)
		return element.scrollIntoView({block: 'nearest', inline: 'nearest'});
	const {top, bottom} = element.getBoundingClientRect();
	const roof = head.getBoundingClientRect().height;
	if (top < roof)
		scrollBy(0, top - roof - 8);
	else if (bottom > innerHeight)
		scrollBy(0, bottom - innerHeight + 8);
}

// The drawn sibling after a node, or with -1 the one before it.
function sibling(by) {
	const line = tree.children(tree.parent[current]).filter(i => drawn.has(i));
	return current ? line[line.indexOf(current) + by] : undefined;
}

function widestChild(i) {
	return tree.children(i).reduce((a, b) => b && (!a || tree.width[b] > tree.width[a]) ? b : a, 0);
}

const outward = () => current && focusOn(tree.parent[current]);
const inward = () => focusOn(widestChild(current) || current);

// One frame further towards the one in focus, or into the widest.
function zoomIn() {
	const path = tree.path(current), at = path.indexOf(state.zoom);
	const next = at >= 0 && path[at + 1] || widestChild(state.zoom);
	if (next)
		go({zoom: next});
}

function escape() {
	if (helpBox.classList.contains('shown'))
		toggleHelp(false);
	else if (state.search)
		go({search: ''}, 'replaceState');
	else if (state.zoom)
		go({zoom: 0});
	hideTip();
}

const use = tool => tool.hidden || tool.click();
const up = () => state.icicle ? outward() : inward();
const down = () => state.icicle ? inward() : outward();
const nextShape = () => shapes[(shapes.indexOf(state.shape) + 1) % shapes.length];

// Key names as KeyboardEvent.key has them; the list that '?' shows is made of the last column.
const keys = [
	[['ArrowUp'], up, '\u2191 \u2193', 'to the caller, or to the widest callee'],
	[['ArrowDown'], down],
	[['ArrowLeft'], () => focusOn(sibling(-1)), '\u2190 \u2192', 'to the frame beside it'],
	[['ArrowRight'], () => focusOn(sibling(1))],
	[['Enter', ' '], () => go({zoom: current}), 'Enter', 'zoom into the frame'],
	[['+', '='], zoomIn, '+ \u2212', 'zoom in or out by one frame'],
	[['-'], () => go({zoom: tree.parent[state.zoom]})],
	[['0', 'Home'], () => go({zoom: 0}), '0', 'show everything'],
	[['Escape'], escape, 'Esc', 'end the search, then the zoom'],
	[['/', 'F3'], () => tools.term.select(), '/', 'search, by regular expression'],
	[['n'], () => step(1), 'n N', 'next match, or the one before'],
	[['N'], () => step(-1)],
	[['i'], () => use(tools.icicle), 'i', 'flame or icicle'],
	[['r'], () => use(tools.reversed), 'r', 'reverse: leaf first'],
	[['s'], () => use(tools.order), 's', 'sort by width or by name'],
	[['w'], () => conf.diff && go({shape: nextShape()}), 'w', 'width: new, base, union or difference'],
	[['c'], () => copy(fullName(current)), 'c C', 'copy the name, or the folded stack'],
	[['C'], () => copy(folded(current))],
	[['?'], () => toggleHelp(), '?', 'this list'],
];

function listKeys() {
	for (const [[key], , shown, does] of keys)
		if (shown && (conf.diff || key !== 'w'))
			help.append(make(HTML, 'dt', {}, shown), make(HTML, 'dd', {}, does));
}

function typedInField(e) {
	if (e.key === 'Enter') {
		step(e.shiftKey ? -1 : 1);
		tools.term.focus();
	} else if (e.key === 'Escape') {
		escape();
		tools.term.blur();
	}
}

function typed(e) {
	const find = (e.ctrlKey || e.metaKey) && e.key === 'f';
	const hit = keys.find(([names]) => names.includes(find ? '/' : e.key));
	if (e.target === tools.term && !find)
		return typedInField(e);
	if (!hit || (!find && (e.ctrlKey || e.metaKey || e.altKey)))
		return;
	const itsOwn = e.target.localName === 'button' && [' ', 'Enter'].includes(e.key);
	if (itsOwn || e.target === tools.shape)
		return;
	e.preventDefault();
	if (boxOf(e))
		current = boxOf(e).node;
	hit[1]();
}

const boxOf = e => e.target.closest?.('.box');

function listen() {
	frames.addEventListener('click', e => {
		const box = boxOf(e);
		if (!box)
			return;
		current = box.node;
		go({zoom: box.node});
		focusOn(box.node);
	});
	frames.addEventListener('mousemove', e => {
		const box = boxOf(e);
		if (!box)
			return hideTip();
		showTip(box.node, e);
		showDetails(box.node);
	});
	frames.addEventListener('mouseleave', () => {
		hideTip();
		showDetails(current);
	});
	frames.addEventListener('focusin', e => {
		if (boxOf(e) && boxOf(e).node !== current)
			focusOn(boxOf(e).node);
	});
	tools.term.addEventListener('input', () => go({search: tools.term.value}, 'replaceState'));
	tools.shape.addEventListener('change', () => go({shape: tools.shape.value}));
	(alone ? window : svg).addEventListener('keydown', typed);
	addEventListener('resize', resized);
	if (alone) {
		addEventListener('scroll', follow);
		addEventListener('popstate', () => {
			state = fromAddress();
			show();
		});
	}
	new ResizeObserver(() => requestAnimationFrame(resized)).observe(svg);
}

let widthDrawn;

function resized() {
	if (room() === widthDrawn)
		return;
	widthDrawn = room();
	rows = 0;
	draw();
}

function begin() {
	svg.querySelectorAll('.still').forEach(e => e.remove());
	if (!conf.width)
		svg.removeAttribute('viewBox');
	svg.setAttribute('role', 'figure');
	listKeys();
	svg.append(frames, headBox, helpBox, tipBox);
	if (alone)
		state = fromAddress();
	widthDrawn = room();
	show();
	listen();
}

begin();
