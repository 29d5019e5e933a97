// A flame graph on a canvas, of any graph (graphs.js): only boxes in sight are drawn. For keys
// and screen readers it is a tree, of which only one item, the current box, exists at a time.

const PAD = 2, NARROWEST = 0.3; // pixels

const glyphs = new Map(); // widths

// The colours and sizes of the style sheet, read again when it changes them.
const theme = {
	read() {
		const style = getComputedStyle(document.documentElement);
		for (const name of ['ink', 'paper', 'trunk', 'same', 'match', 'match-ink', 'stripe', 'dot', 'line'])
			theme[name] = style.getPropertyValue(`--${name}`).trim();
		theme.font = style.fontFamily;
		const scale = parseFloat(style.fontSize) / 13; // of a wide window: see page.css
		theme.height = Math.round(conf.height * scale);
		theme.fontsize = conf.fontsize * scale;
		glyphs.clear();
	},
};

const fills = [];

// As in WCAG 2: on colours this dark, white text has a contrast of 4.5; on others, black text.
const linear = c => c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4;
const isDark = (r, g, b) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b) < 0.18;
const inkOn = color => isDark(...[1, 3, 5].map(at => parseInt(color.slice(at, at + 2), 16))) ?
	'#fff' : '#000';

function fillOf(k) {
	if (!fills[k]) {
		const rgb = colors.subarray(3 * k, 3 * k + 3);
		fills[k] = [`rgb(${rgb.join()})`, isDark(...rgb) ? '#fff' : '#000'];
	}
	return fills[k];
}

// The name, cut to that many pixels; '' if hardly any of it fits.
function fit(pen, name, width) {
	const glyph = c => {
		if (!glyphs.has(c))
			glyphs.set(c, pen.measureText(c).width);
		return glyphs.get(c);
	};
	const dots = glyph('\u2026');
	let used = 0, kept = 0;
	for (const c of name) {
		used += glyph(c);
		if (used > width)
			return kept < 2 ? '' : `${name.slice(0, kept)}\u2026`;
		if (used + dots <= width)
			kept += c.length;
	}
	return name;
}

// The facts about a box, without its name, in a few lines.
function factsOf(graph, x) {
	const k = graph.name(x), all = sums.all, total = graph.total(x), up = graph.parent(x);
	const lines = [amount(total)];
	if (k >= 0)
		lines.push(`${percent(total, conf.total || all)} of ${isFiltered() ? 'what is shown' : 'all'}, ` +
			`${percent(total, graph.total(up))} of its ${graph.upward ? 'callee' : 'parent'}`);
	lines.push(...ratioText(graph, x));
	if (sums.base) {
		const pair = sides(graph.base(x), total);
		lines.push(`${changeText(pair)}; base: ${amount(graph.base(x))}`, ...verdictsOf(k, graph.base(x), total));
	} else if (graph.self(x) && graph.self(x) !== total) {
		lines.push(`self: ${amount(graph.self(x))}, ${percent(graph.self(x), all)}`);
	}
	return lines;
}

class Chart {
	// options: label, for screen readers; zoomTo(x) and choose(x), called when a box is zoomed
	// into or picked; keys(e), for other keys, true if it uses the key; plain: each side is drawn
	// separately, in the colours of names.
	constructor(options) {
		this.options = options;
		this.canvas = make('canvas', {'aria-hidden': 'true'});
		this.item = make('div', {role: 'treeitem', class: 'unseen', id: `item${++Chart.count}`});
		this.space = make('div', {class: 'space'}, this.canvas);
		this.box = make('div', {class: 'chart', role: 'tree', tabindex: 0, 'aria-label': options.label,
			'aria-activedescendant': this.item.id}, this.item, this.space);
		this.pen = this.canvas.getContext('2d');
		this.boxes = [];
		this.rows = [];
		this.listen();
	}

	listen() {
		const {box, canvas} = this;
		box.addEventListener('scroll', () => this.paint());
		box.addEventListener('keydown', e => this.typed(e));
		box.addEventListener('focus', () => this.tell());
		canvas.addEventListener('click', e => {
			const hit = this.at(e);
			if (hit) {
				this.setCurrent(hit.x);
				this.options.zoomTo(hit.x);
			}
		});
		canvas.addEventListener('contextmenu', e => {
			const hit = this.at(e);
			if (!hit || this.graph.name(hit.x) < 0)
				return;
			e.preventDefault();
			this.setCurrent(hit.x);
			openMenu(this.graph, hit.x, e.clientX, e.clientY, box);
		});
		canvas.addEventListener('mousemove', e => {
			const hit = this.at(e);
			canvas.style.cursor = hit ? 'pointer' : '';
			if (hit)
				showTip(frameName(this.graph.name(hit.x)), factsOf(this.graph, hit.x), e);
			else
				hideTip();
		});
		canvas.addEventListener('mouseleave', hideTip);
		new ResizeObserver(() => this.graph && this.draw()).observe(box);
	}

	// Show a graph, zoomed into a box of it.
	show(graph, zoom = graph.root, {icicle = false, fold = false} = {}) {
		const another = graph !== this.graph;
		Object.assign(this, {graph, zoom, icicle, fold});
		if (another)
			this.current = zoom;
		this.draw(another);
	}

	// Lay out the zoomed box at full width, its ancestors, and the visible boxes below.
	layOut() {
		const {graph, zoom} = this, full = this.width, boxes = [], up = [];
		for (let x = zoom; x !== graph.root; up.push(x))
			x = graph.parent(x);
		for (const x of up.reverse())
			boxes.push({x, left: 0, w: full, row: graph.depth(x), above: true});
		const whole = zoom === graph.root && conf.total && !isFiltered() ? conf.total : 0;
		const per = full / (Math.max(whole, graph.width(zoom)) || 1);
		const work = [{x: zoom, left: 0, w: full, row: graph.depth(zoom)}];
		const byWidth = state.order === 'width' && ((a, b) => graph.width(b) - graph.width(a));
		while (work.length) {
			const box = work.pop();
			boxes.push(box);
			if (box.w < 2 * NARROWEST)
				continue;
			let left = box.left;
			const kids = graph.kids(box.x);
			if (byWidth)
				kids.sort(byWidth);
			for (const x of kids) {
				const w = graph.width(x) * per;
				if (w >= NARROWEST)
					work.push({x, left, w, row: box.row + 1});
				left += w;
			}
		}
		return boxes;
	}

	draw(another = false) {
		const {box, space} = this;
		this.width = space.clientWidth;
		if (!this.graph || this.width < 10)
			return; // in a hidden tab: the observer calls again
		this.boxes = this.layOut();
		this.rows = [];
		for (const b of this.boxes)
			(this.rows[b.row] ??= []).push(b);
		for (const row of this.rows)
			row?.sort((a, b) => a.left - b.left);
		const height = this.rows.length * theme.height;
		space.style.height = `${height + 1}px`;
		// A verdict above may leave a part of the panel below the window.
		const seen = Math.min(box.clientHeight, innerHeight - box.getBoundingClientRect().top - scrollY);
		this.down = this.icicle === null ? height > seen : this.icicle;
		if (another && !this.down)
			box.scrollTop = box.scrollHeight; // the root in sight
		if (!this.boxes.some(b => b.x === this.current))
			this.current = this.zoom;
		this.paint();
		this.describe();
	}

	top(row) {
		return (this.down ? row : this.rows.length - 1 - row) * theme.height;
	}

	paint() {
		const {canvas, box, pen, width} = this, ratio = devicePixelRatio || 1;
		const from = box.scrollTop, height = Math.min(box.clientHeight, this.space.clientHeight) || 1;
		if (!this.graph || !width)
			return;
		canvas.width = Math.round(width * ratio);
		canvas.height = Math.round(height * ratio);
		canvas.style.height = `${height}px`;
		pen.setTransform(ratio, 0, 0, ratio, 0, -from * ratio);
		pen.font = `${theme.fontsize}px ${theme.font}`;
		pen.textBaseline = 'alphabetic';
		this.rows.forEach((row, i) => {
			const top = this.top(i);
			if (top + theme.height > from && top < from + height)
				row.forEach(b => this.paintBox(b, top));
		});
	}

	// The colour of a box, and of its text.
	colorOf(b) {
		const {graph, options} = this, k = graph.name(b.x);
		if (k < 0)
			return [theme.trunk, theme.ink];
		const diff = sums.base && !options.plain;
		if (found.hit) {
			if (!found.hit[k])
				return [theme.trunk, theme.ink];
			if (!diff)
				return [theme.match, theme['match-ink']];
		}
		if (!diff)
			return b.above ? [theme.trunk, theme.ink] : fillOf(k);
		const pair = sides(graph.base(b.x), graph.total(b.x)), step = changeStep(pair);
		if (isMoved(k, graph.base(b.x), graph.total(b.x)))
			return [dots(this.pen), theme.ink, 'moved'];
		if (!isReal(k, graph.base(b.x), graph.total(b.x)))
			return [theme.trunk, theme.ink];
		if (pair[1] <= 0)
			return [stripes(this.pen), theme.ink, 'gone'];
		const fill = conf.changeColors[step + conf.ratios.length];
		return step ? [fill, inkOn(fill), pair[0] <= 0 ? 'new' : ''] : [theme.same, theme.ink];
	}

	paintBox(b, top) {
		const {pen, graph} = this, k = graph.name(b.x), height = theme.height - 1;
		const w = b.w > 4 ? b.w - 0.5 : b.w, [fill, ink, mark] = this.colorOf(b);
		pen.fillStyle = fill;
		pen.fillRect(b.left, top, w, height);
		if (mark === 'new' && w > 2)
			this.outline(b, top, 1, [4, 2]);
		if (sums.base && !this.options.plain && w > 5 && graph.blames?.(b.x))
			this.outline(b, top, 2, []);
		if (k >= 0 && k === selected)
			this.outline(b, top, 2, []);
		if (b.x === this.current && document.activeElement === this.box)
			this.outline(b, top, 2.5, [2, 2]);
		const label = w > 2 * theme.fontsize ? fit(pen, labelOf(k), w - 6) : '';
		if (!label)
			return;
		const x = b.left + 3, y = top + theme.height / 2 + theme.fontsize * 0.35 - 0.5;
		if (mark === 'gone' || mark === 'moved') {
			pen.strokeStyle = theme.paper;
			pen.lineWidth = 4;
			pen.lineJoin = 'round';
			pen.strokeText(label, x, y);
		}
		pen.fillStyle = ink;
		pen.fillText(label, x, y);
	}

	outline(b, top, width, dash) {
		const {pen} = this;
		pen.strokeStyle = theme.ink;
		pen.lineWidth = width;
		pen.setLineDash(dash);
		pen.strokeRect(b.left + width / 2, top + width / 2, Math.max(b.w - width - 0.5, 0.5),
			theme.height - 1 - width);
		pen.setLineDash([]);
	}

	// The box under the mouse.
	at(e) {
		const {left, top} = this.canvas.getBoundingClientRect();
		const x = e.clientX - left, y = e.clientY - top + this.box.scrollTop;
		const line = Math.floor(y / theme.height);
		const row = this.rows[this.down ? line : this.rows.length - 1 - line] || [];
		return row.find(b => x >= b.left && x < b.left + b.w);
	}

	setCurrent(x) {
		this.current = x;
		this.bringIntoSight();
		this.paint();
		this.tell();
		this.options.choose?.(x);
	}

	bringIntoSight() {
		const {box} = this, top = this.top(this.graph.depth(this.current));
		if (top < box.scrollTop)
			box.scrollTop = top;
		else if (top + theme.height > box.scrollTop + box.clientHeight)
			box.scrollTop = top + theme.height - box.clientHeight;
	}

	describe() {
		const {graph, current, item} = this, name = frameName(graph.name(current));
		item.setAttribute('aria-level', graph.depth(current) + 1);
		item.textContent = `${name}, ${factsOf(graph, current).join(', ')}`;
	}

	tell() {
		if (!this.graph)
			return;
		this.describe();
		sayBox(this.graph, this.current);
		this.paint();
	}

	// Moving: to the caller, to the widest callee, to the box beside

	move(to) {
		if (to !== undefined && this.boxes.some(b => b.x === to))
			this.setCurrent(to);
	}

	widestKid(x) {
		const {graph} = this, kids = graph.kids(x);
		return kids.length ? kids.reduce((a, b) => graph.width(b) > graph.width(a) ? b : a) : undefined;
	}

	beside(by) {
		const row = this.rows[this.graph.depth(this.current)] || [];
		return row[row.findIndex(b => b.x === this.current) + by]?.x;
	}

	typed(e) {
		const {graph, current, down} = this, out = () => this.move(graph.parent(current));
		const into = () => this.move(this.widestKid(current));
		const keys = {
			ArrowUp: down ? out : into,
			ArrowDown: down ? into : out,
			ArrowLeft: () => this.move(this.beside(-1)),
			ArrowRight: () => this.move(this.beside(1)),
			Enter: () => this.options.zoomTo(current),
			' ': () => this.options.zoomTo(current),
			0: () => this.options.zoomTo(graph.root),
			Home: () => this.options.zoomTo(graph.root),
			'+': () => this.zoomIn(),
			'-': () => this.options.zoomTo(graph.parent(this.zoom)),
			c: () => copy(frameName(graph.name(current))),
			C: () => copy(foldedStack(graph, current)),
			m: () => this.menu(),
			ContextMenu: () => this.menu(),
		};
		if (e.ctrlKey || e.metaKey || e.altKey || !Object.hasOwn(keys, e.key))
			return;
		e.preventDefault();
		e.stopPropagation();
		keys[e.key]();
	}

	// Zoom one frame further towards the current box, or into the widest one.
	zoomIn() {
		const {graph, zoom} = this;
		let x = this.current;
		while (x !== graph.root && x !== zoom && graph.parent(x) !== zoom)
			x = graph.parent(x);
		const next = x === zoom || x === graph.root ? this.widestKid(zoom) : x;
		if (next !== undefined)
			this.options.zoomTo(next);
	}

	menu() {
		const {graph, current} = this, b = this.boxes.find(b => b.x === current);
		if (!b || graph.name(current) < 0)
			return;
		const {left, top} = this.canvas.getBoundingClientRect();
		openMenu(graph, current, left + Math.max(0, b.left) + 8,
			top + this.top(b.row) - this.box.scrollTop + theme.height, this.box);
	}
}
Chart.count = 0;

// Patterns: hatching for code that is gone, dots for code that moved. They follow the theme.
const patterns = new Map();

function patternOf(pen, kind, size, paint) {
	const known = patterns.get(kind);
	if (known?.of === theme.paper)
		return known.pattern;
	const tile = make('canvas', {width: size, height: size}), ink = tile.getContext('2d');
	ink.fillStyle = theme.paper;
	ink.fillRect(0, 0, size, size);
	paint(ink);
	const pattern = pen.createPattern(tile, 'repeat');
	patterns.set(kind, {of: theme.paper, pattern});
	return pattern;
}

const stripes = pen => patternOf(pen, 'stripes', 6, ink => {
	ink.strokeStyle = theme.stripe;
	ink.lineWidth = 1.6;
	ink.beginPath();
	for (const [x, y] of [[-3, 3], [0, 6], [3, 9]]) {
		ink.moveTo(x, y);
		ink.lineTo(x + 6, y - 6);
	}
	ink.stroke();
});

const dots = pen => patternOf(pen, 'dots', 5, ink => {
	ink.fillStyle = theme.dot;
	ink.beginPath();
	ink.arc(2.5, 2.5, 1.25, 0, 2 * Math.PI);
	ink.fill();
});

// The zoom is a path of names, so that an address stays valid for another page of the profile.
const zoomInto = (graph, x) => go({zoom: x === graph.root ? '' : JSON.stringify(graph.path(x))});

function zoomed(graph) {
	try {
		const path = JSON.parse(state.zoom || '[]');
		return Array.isArray(path) ? graph.follow(path) : graph.root;
	} catch {
		return graph.root;
	}
}

// The stack as a line of folded text.
function foldedStack(graph, x) {
	const path = graph.path(x).map(name => name.replaceAll(';', ':'));
	const values = sums.base ? [graph.base(x), graph.total(x)] : [graph.total(x)];
	return [path.join(';'), ...values].join(' ');
}
