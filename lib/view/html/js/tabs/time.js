// A heat map over time. Columns are windows of the stream, or seconds (or another unit that
// suits the length); rows are parts of the second, functions, or the values of a label. The
// selection filters everything on the page.

// When a slot begins, in ms after the start; slots are counted from 1.
const slotAt = slot => conf.times.windows ? conf.times.at[slot - 1] ?? Infinity :
	(slot - 1) * conf.times.length;

function slotsText([from, to]) {
	const end = slotAt(to + 1);
	return conf.times.windows && from === to ? moment(slotAt(from)) :
		`${moment(slotAt(from))} to ${conf.times.windows ? moment(slotAt(to)) : moment(end)}`;
}

{
	const MOST_ROWS = 24, STRIP = 44, AXIS = 18, GAP = 6, OTHERS = 'all others';
	let canvas, space, box, by, note, compare, clear, pen, item;
	let map = {}; // what is drawn: rows [{text}], columns, values, max, totals
	let cursor = null, anchor = null; // [column, row] of the keys and of a selection that grows

	const perColumn = () => conf.times.windows ? 1 : conf.times.perColumn;
	const isParts = () => map.by === 'parts';
	const slotOf = ([column, row]) => column * perColumn() + (isParts() ? row : 0) + 1;

	// The row of the map for each row of samples, and the names of the map's rows.
	function chooseRows(which) {
		if (which === 'parts')
			return {rows: Array.from({length: perColumn()}, (_, i) => span(i * conf.times.length)),
				of: i => (model.rows.slot[i] - 1) % perColumn()};
		if (which.startsWith('label ')) {
			const k = +which.slice(6), {values} = conf.labels[k], of = model.setsOf[k];
			return largest(values.length, i => of[model.rows.set ? model.rows.set[i] : 0], v => values[v]);
		}
		const {packed, places} = model;
		const leaf = i => places ? places.name[packed.name[model.rows.node[i]]] : packed.name[model.rows.node[i]];
		return largest(names.length, leaf, k => names[k]);
	}

	// The rows with the largest values; the others are one row, as are samples without a value.
	function largest(n, numberOf, textOf) {
		const sum = new Float64Array(n), counted = countedRows();
		for (const i of counted)
			if (numberOf(i) >= 0)
				sum[numberOf(i)] += Math.abs(model.rows.values[state.type][i]);
		const order = Array.from(sum.keys()).filter(k => sum[k]).sort((a, b) => sum[b] - sum[a] || a - b);
		const place = new Int32Array(n).fill(Math.min(order.length, MOST_ROWS));
		order.slice(0, MOST_ROWS).forEach((k, at) => place[k] = at);
		const rows = order.slice(0, MOST_ROWS).map(textOf);
		const rest = order.length > MOST_ROWS || counted.some(i => numberOf(i) < 0);
		return {rows: rest ? [...rows, OTHERS] : rows,
			of: i => numberOf(i) < 0 ? rows.length : place[numberOf(i)]};
	}

	// The samples that all filters but the time keep, as numbers of rows.
	function countedRows() {
		const {rows} = model, all = [], {sets} = sidesOf({labels: state.labels, slots: null, compare: null});
		const keep = stacksThatCount(state.focus.map(hits), state.ignore.map(hits));
		for (let i = 0; i < rows.n; i++)
			if (rows.slot[i] && sets[rows.set ? rows.set[i] : 0] && (!keep || keep[rows.node[i]]))
				all.push(i);
		return all;
	}

	function count() {
		const columns = Math.ceil(conf.times.slots / perColumn()), {rows, of} = chooseRows(by.value);
		const values = new Float64Array(rows.length * columns), totals = new Float64Array(columns);
		for (const i of countedRows()) {
			const column = Math.floor((model.rows.slot[i] - 1) / perColumn()), v = model.rows.values[state.type][i];
			values[of(i) * columns + column] += v;
			totals[column] += v;
		}
		const listed = values.subarray(0, (rows.at(-1) === OTHERS ? rows.length - 1 : rows.length) * columns);
		map = {by: by.value, rows, columns, values, totals, max: listed.reduce((a, b) => Math.max(a, b), 0),
			maxTotal: totals.reduce((a, b) => Math.max(a, b), 0)};
	}

	// Sizes, in pixels.
	function measure() {
		const width = space.clientWidth, room = box.clientHeight - STRIP - GAP - 2 * AXIS;
		const scale = theme.fontsize / conf.fontsize; // of a wide window
		map.axis = AXIS * scale;
		map.left = isParts() ? 48 * scale : Math.min(220 * scale, Math.round(width * 0.3));
		map.cell = Math.max(2, Math.min(48 * scale, (width - map.left - 8) / map.columns));
		map.line = isParts() ? Math.max(8, Math.min(24 * scale, Math.floor(room / map.rows.length))) : 18 * scale;
		map.top = STRIP + GAP;
		map.width = map.left + map.cell * map.columns + 8;
		map.height = map.top + map.line * map.rows.length + map.axis;
	}

	function selectedColumns() {
		if (!state.slots)
			return null;
		return state.slots.map(slot => Math.floor((slot - 1) / perColumn()));
	}

	function draw() {
		const ratio = devicePixelRatio || 1;
		if (!map.rows || box.clientWidth < 10)
			return;
		measure();
		canvas.width = Math.round(map.width * ratio);
		canvas.height = Math.round(map.height * ratio);
		canvas.style.width = `${map.width}px`;
		canvas.style.height = `${map.height}px`;
		pen.setTransform(ratio, 0, 0, ratio, 0, 0);
		pen.font = `${theme.fontsize}px ${theme.font}`; // that of flame graphs: fit() knows only one
		drawTotals();
		drawCells();
		drawSelection();
		drawAxes();
	}

	function drawTotals() {
		pen.fillStyle = theme.heat;
		map.totals.forEach((v, c) => {
			const h = map.maxTotal > 0 ? Math.max(0, v) / map.maxTotal * STRIP : 0;
			pen.fillRect(map.left + c * map.cell, STRIP - h, Math.max(1, map.cell - (map.cell > 4 ? 1 : 0)), h);
		});
	}

	function drawCells() {
		const {rows, columns, values, max, left, top, cell, line} = map;
		pen.fillStyle = theme.field;
		pen.fillRect(left, top, cell * columns, line * rows.length);
		pen.fillStyle = theme.heat;
		for (let r = 0; r < rows.length; r++)
			for (let c = 0; c < columns; c++) {
				const v = values[r * columns + c];
				if (v <= 0)
					continue;
				pen.globalAlpha = 0.12 + 0.88 * Math.sqrt(Math.min(1, v / max));
				pen.fillRect(left + c * cell, top + rowTop(r), cell > 4 ? cell - 0.5 : cell, line > 4 ? line - 0.5 : line);
			}
		pen.globalAlpha = 1;
	}

	// Parts of the second go upwards, as in FlameScope; other rows downwards.
	const rowTop = r => (isParts() ? map.rows.length - 1 - r : r) * map.line;

	function drawSelection() {
		const {left, top, cell, line, rows} = map;
		pen.strokeStyle = theme.ink;
		pen.lineWidth = 2;
		if (state.slots && !isParts()) {
			const [from, to] = selectedColumns();
			pen.strokeRect(left + from * cell, 1, (to - from + 1) * cell, top + line * rows.length - 2);
		} else if (state.slots) {
			const [from, to] = state.slots;
			pen.lineWidth = 1;
			for (let slot = from; slot <= to; slot++) {
				const c = Math.floor((slot - 1) / perColumn()), r = (slot - 1) % perColumn();
				pen.strokeRect(left + c * cell + 0.5, top + rowTop(r) + 0.5, cell - 1, line - 1);
			}
		}
		if (cursor && document.activeElement === box) {
			pen.setLineDash([2, 2]);
			pen.lineWidth = 2;
			pen.strokeRect(left + cursor[0] * cell, top + rowTop(cursor[1]), cell, line);
			pen.setLineDash([]);
		}
	}

	function drawAxes() {
		const {rows, columns, left, top, cell, line} = map, every = Math.max(1, Math.ceil(90 * map.axis / AXIS / cell));
		pen.fillStyle = theme.ink;
		pen.textBaseline = 'middle';
		rows.forEach((text, r) => {
			if (!isParts() || r % 10 === 0)
				pen.fillText(fit(pen, text, left - 8), 2, top + rowTop(r) + line / 2);
		});
		pen.textBaseline = 'alphabetic';
		for (let c = 0; c < columns; c += every) {
			const text = moment(slotAt(c * perColumn() + 1)).replace(/^\d{4}-\d\d-\d\d (.*)Z$/, '$1');
			if (!c || left + c * cell + pen.measureText(text).width <= map.width)
				pen.fillText(text, left + c * cell, top + line * rows.length + map.axis - 5);
		}
	}

	// The cell at a place of the canvas, clamped to the map.
	function cellAt(e) {
		const {left, top} = canvas.getBoundingClientRect(), x = e.clientX - left, y = e.clientY - top;
		const column = Math.floor((x - map.left) / map.cell), line = Math.floor((y - map.top) / map.line);
		const row = isParts() ? map.rows.length - 1 - line : line;
		const within = (v, n) => Math.max(0, Math.min(n - 1, v));
		return x < map.left ? null : [within(column, map.columns), within(row, map.rows.length)];
	}

	function select(a, b) {
		const [from, to] = [slotOf(a), slotOf(b)].sort((x, y) => x - y);
		const last = isParts() ? to : Math.min(conf.times.slots, to + perColumn() - 1);
		go({slots: [from, last], zoom: ''}, 'replaceState');
		say(`Selected ${slotsText([from, last])}: ${amount(sums.all)}`);
	}

	function tellCell([column, row]) {
		const v = map.values[row * map.columns + column], at = moment(slotAt(slotOf([column, row])));
		return [at, [`${isParts() ? 'at' : map.rows[row] + ':'} ${isParts() ? '' : amount(v)}`.trim(),
			...(isParts() ? [amount(v)] : []), `all: ${amount(map.totals[column])}`]];
	}

	function tellCursor() {
		const [at, lines] = tellCell(cursor);
		item.textContent = `${at}, ${lines.join(', ')}`;
		say(item.textContent);
	}

	function typedInMap(e) {
		const by = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, isParts() ? 1 : -1],
			ArrowDown: [0, isParts() ? -1 : 1]}[e.key];
		if (by) {
			const was = cursor ?? [0, 0];
			cursor = [Math.max(0, Math.min(map.columns - 1, was[0] + by[0])),
				Math.max(0, Math.min(map.rows.length - 1, was[1] + by[1]))];
			anchor = e.shiftKey ? anchor ?? was : null;
			if (anchor)
				select(anchor, cursor);
			tellCursor();
			draw();
		} else if (e.key === 'Enter' || e.key === ' ') {
			cursor ??= [0, 0];
			select(cursor, cursor);
		} else if (e.key === 'Escape' && state.slots) {
			clear.click();
		} else {
			return;
		}
		e.preventDefault();
		e.stopPropagation();
	}

	function listen() {
		let from = null;
		canvas.addEventListener('pointerdown', e => {
			from = cellAt(e);
			if (!from)
				return;
			canvas.setPointerCapture?.(e.pointerId);
			cursor = from;
			anchor = null;
		});
		canvas.addEventListener('pointermove', e => {
			const at = cellAt(e);
			if (at)
				showTip(...tellCell(at), e);
			if (from && at && !same(from, at))
				select(from, at);
		});
		canvas.addEventListener('pointerup', e => {
			const at = cellAt(e);
			if (from && at)
				select(from, at);
			from = null;
		});
		canvas.addEventListener('pointercancel', () => from = null);
		canvas.addEventListener('pointerleave', hideTip);
		box.addEventListener('keydown', typedInMap);
		box.addEventListener('focus', () => {
			cursor ??= [0, 0];
			tellCursor();
			draw();
		});
		box.addEventListener('blur', draw);
	}

	tabs.push({
		id: 'time', title: 'Time', at: 5, there: () => !!conf.times,
		make() {
			const options = [...(conf.times.windows ? [] : [['parts', `Parts of ${span(conf.times.length * conf.times.perColumn)}`]]),
				['functions', 'Functions'], ...conf.labels.map((l, k) => [`label ${k}`, `Label: ${l.key}`])];
			by = choice('Rows', options, () => this.show({}, true));
			note = make('span', {class: 'quiet'});
			clear = button('Clear', 'Show all of the time (Esc)', () => go({slots: null,
				compare: state.compare?.time ? null : state.compare, zoom: ''}));
			compare = button('Compare with the rest', 'The selected time as the new side, the rest as the base',
				() => go({compare: state.compare?.time ? null : {time: true}, zoom: ''}));
			canvas = make('canvas', {'aria-hidden': 'true'});
			pen = canvas.getContext('2d');
			item = make('div', {class: 'unseen', role: 'status'});
			space = make('div', {class: 'space'}, canvas);
			box = make('div', {class: 'heat', tabindex: 0, role: 'application',
				'aria-label': 'Heat map over time: arrows move, Shift and arrows select'}, item, space);
			new ResizeObserver(draw).observe(box);
			listen();
			return make('div', {class: 'fill column'}, make('p', {class: 'strip'}, by, clear, compare, note), box);
		},
		show(was, again = false) {
			const key = JSON.stringify([by.value, state.type, state.labels, state.focus, state.ignore]);
			if (again || map.key !== key) {
				count();
				map.key = key;
			}
			theme.heat = getComputedStyle(document.documentElement).getPropertyValue('--heat').trim();
			theme.field = getComputedStyle(document.documentElement).getPropertyValue('--field').trim();
			note.textContent = state.slots ? slotsText(state.slots) : 'Drag to select a span of time.';
			clear.hidden = !state.slots;
			compare.hidden = !state.slots || conf.diff;
			pressed(compare, !!state.compare?.time);
			draw();
		},
	});
}
