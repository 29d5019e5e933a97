// Boxes

const frames = make(SVG, 'g', {role: 'tree', 'aria-label': conf.title});
// The boxes have a layer of their own, which a browser keeps as it has painted it: to paint thousands
// of them again takes longer than to type a letter.
const layer = make(SVG, 'svg', {role: 'none'});
const layerBox = make(SVG, 'foreignObject', {class: 'layer', role: 'none', x: 0}, layer);
// Above them: a ground that hides them during a search, what it has not found, and what it has; the
// names; and the outlines of the box in focus and of the one under the mouse
const ground = make(SVG, 'rect', {class: 'ground', x: PAD});
const veil = make(SVG, 'path', {class: 'veil'}), marks = make(SVG, 'path', {class: 'marks'});
const labels = make(SVG, 'g', {'aria-hidden': 'true'});
const inFocus = make(SVG, 'rect', {class: 'outline focus'});
const underMouse = make(SVG, 'rect', {class: 'outline mouse'});
const origin = svg.querySelector('.origin'), originText = origin?.textContent;
let drawn = new Map(); // node -> {i, x, y, w, left, right, depth, hit, element, label}; see draw()
let drawnZoom = 0, drawnTop = 0;
let rows = 0; // the most that a view of this tree has needed so far
let isTall = false; // is it taller than the window?
let down = false; // is the root at the top?
let current = 0; // the node that keys act on

const room = () => (conf.width || svg.getBoundingClientRect().width) - 2 * PAD;

const glyphs = new Map();
const pen = document.createElementNS(HTML, 'canvas').getContext('2d');
pen.font = `${conf.fontsize}px ${getComputedStyle(svg).fontFamily}`;

function glyphWidth(c) {
	if (!glyphs.has(c))
		glyphs.set(c, pen.measureText(c).width);
	return glyphs.get(c);
}

// The name, cut to that many pixels; '' if hardly any of it fits.
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

// The text in lines of that many pixels, broken at blanks.
function wrap(text, width) {
	const lines = [''];
	for (const word of text.split(' ')) {
		const longer = `${lines.at(-1)} ${word}`.trimStart();
		if (fit(longer, width) === longer || !lines.at(-1))
			lines[lines.length - 1] = longer;
		else
			lines.push(word);
	}
	return lines;
}

const isHit = i => i > 0 && !!found.hit && found.hit[tree.name[i]];

function colorClass(i) {
	const classes = [];
	if (!i) {
		classes.push('all');
	} else if (conf.diff) {
		const [from, to] = change(i), moved = isMoved(i), real = isReal(i) && !moved;
		classes.push(moved ? 'moved' : real ? `d${changeStep([from, to]) + conf.ratios.length}` : 'chance');
		if (real && (to <= 0 || from <= 0))
			classes.push(to <= 0 ? 'gone' : 'new');
		if (tree === forward && blamed.has(i))
			classes.push('blame');
	} else if (colors[tree.name[i]] & 1) {
		classes.push('white');
	}
	if (tree.depth[i] < tree.depth[zoom])
		classes.push('above');
	return classes.join(' ');
}

const isWide = w => w > 4; // narrow boxes have no room for gaps and round corners

function makeBox({i, x, y, w, depth}, color) {
	const wide = isWide(w);
	const rect = make(SVG, 'rect', {x: x.toFixed(2), y, width: (wide ? w - 0.5 : w).toFixed(2),
		height: conf.height - 1, rx: wide ? 1.5 : 0});
	const box = make(SVG, 'g', {class: `box ${color}`, role: 'treeitem', tabindex: -1,
		'aria-level': depth + 1, 'aria-label': `${fullName(i)}, ${facts(i).join(', ')}`}, rect);
	if (i && !conf.diff)
		rect.setAttribute('fill', `#${(colors[tree.name[i]] >> 1).toString(16).padStart(6, '0')}`);
	box.node = i;
	return box;
}

// The name in the box, if it has room for it
function makeLabel({i, x, y, w}, color) {
	const text = w > 2 * conf.fontsize ? fit(shortName(i), w - 6) : '';
	return text && make(SVG, 'text', {class: `label ${color}`, x: (x + 3).toFixed(2),
		y: y + conf.height / 2 + conf.fontsize * 0.35 - 0.5}, text);
}

// Lay out the zoomed frame at full width, its ancestors, and the visible boxes below.
function layOut() {
	const {depth, width} = tree, full = room();
	const per = full / ((zoom ? width[zoom] : !isFiltered() && conf.total || width[0]) || 1);
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

// A picture taller than the window has its root at the top, unless the reader chooses otherwise.
// Any picture is first scrolled to its root.
function chooseDirection(top, isFirst) {
	const height = top + rows * conf.height + PAD;
	if (isFirst)
		isTall = alone && height > innerHeight;
	down = state.icicle ?? isTall;
	return isFirst && alone && !down && height > innerHeight;
}

// The area of the drawn boxes that are found, or of the others. Narrow ones side by side are one.
function areaOf(found) {
	const area = [], open = []; // by depth: the last piece
	const close = p => p && area.push(`M${p.left} ${p.y}H${p.right}v${conf.height - 1}H${p.left}z`);
	for (const {x, y, w, left, right, depth, hit} of drawn.values()) {
		const piece = open[depth], narrow = !isWide(w);
		if (hit !== found)
			continue;
		if (narrow && piece?.narrow && x - piece.to < 0.01) {
			piece.to = x + w;
			piece.right = right;
			continue;
		}
		close(piece);
		open[depth] = {to: x + w, left, right, y, narrow};
	}
	open.forEach(close);
	return area.join('');
}

// Show what the search has found. It draws over the boxes, instead of styling thousands of them anew.
function markMatches() {
	const any = found.count > 0;
	let changed = any !== frames.classList.contains('searching');
	for (const box of drawn.values()) {
		const hit = any && isHit(box.i);
		changed ||= hit !== box.hit;
		if (box.label && hit !== box.hit)
			box.label.classList.toggle('match', hit);
		box.hit = hit;
	}
	if (!changed)
		return;
	frames.classList.toggle('searching', any);
	veil.setAttribute('d', any ? areaOf(false) : '');
	if (conf.diff)
		return; // changes keep their colours
	marks.setAttribute('d', any ? areaOf(true) : '');
	ground.setAttribute('y', drawnTop);
	ground.setAttribute('width', any ? room() : 0);
	ground.setAttribute('height', rows * conf.height);
}

function outline(rect, i) {
	const box = drawn.get(i)?.element.firstChild;
	for (const name of ['x', 'y', 'width', 'height', 'rx'])
		rect.setAttribute(name, box?.getAttribute(name) || 0);
}

// In the layer, coordinates are those of the picture.
function placeLayer(width, height) {
	layerBox.setAttribute('y', drawnTop);
	for (const e of [layerBox, layer]) {
		e.setAttribute('width', width);
		e.setAttribute('height', height);
	}
	layer.setAttribute('viewBox', `0 ${drawnTop} ${width} ${height}`);
}

function draw() {
	if (room() < 10)
		return shown = ''; // out of sight: the observer calls again
	removeStill();
	const boxes = layOut(), top = placeHead();
	const focused = frames.contains(document.activeElement);
	const isFirst = !rows;
	rows = boxes.reduce((most, {depth}) => Math.max(most, depth + 1), rows);
	const fromRoot = chooseDirection(top, isFirst);
	drawn = new Map();
	drawnZoom = zoom;
	drawnTop = top;
	for (const box of boxes) {
		const color = colorClass(box.i), row = down ? box.depth : rows - 1 - box.depth;
		box.y = top + row * conf.height;
		// For areaOf(): to print numbers is most of its work.
		box.left = box.x.toFixed(1);
		box.right = (box.x + box.w - (isWide(box.w) ? 0.5 : 0)).toFixed(1);
		drawn.set(box.i, {...box, hit: false, element: makeBox(box, color), label: makeLabel(box, color)});
	}
	const all = [...drawn.values()];
	labels.replaceChildren(...all.map(box => box.label).filter(label => label));
	layer.replaceChildren(...all.map(box => box.element));
	placeLayer(room() + 2 * PAD, rows * conf.height);
	frames.replaceChildren(layerBox, ground, veil, marks, labels, underMouse, inFocus);
	frames.setAttribute('class', conf.diff ? 'frames diff' : 'frames');
	markMatches();
	outline(underMouse);
	setHeight(top + rows * conf.height + PAD);
	if (fromRoot)
		scrollTo(0, svg.getBoundingClientRect().height);
	if (!drawn.has(current))
		current = zoom;
	drawn.get(current).element.setAttribute('tabindex', 0);
	if (focused)
		focusOn(current);
}

// The bottom line, if any, is below the boxes, and is cut to the window.
function setHeight(boxes) {
	if (origin)
		origin.replaceChildren(fit(originText, room()), make(SVG, 'title', {}, originText));
	const height = boxes + (origin ? conf.fontsize + 6 : 0);
	origin?.setAttribute('y', boxes + conf.fontsize - 4);
	svg.setAttribute('height', height);
	if (conf.width)
		svg.setAttribute('viewBox', `0 0 ${conf.width} ${height}`);
}
