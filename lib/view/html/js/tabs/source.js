// Source lines of the selected function, with each line's self and total.

{
	let box, shown;

	// By file and line: self and total of the lines of a function.
	function linesOf(k) {
		const {packed, places, rows} = model, n = packed.n, self = new Float64Array(n);
		const {sets, slots} = sidesOf({...state, compare: null});
		const keep = stacksThatCount(state.focus.map(hits), state.ignore.map(hits));
		for (let i = 0; i < rows.n; i++) {
			const ok = sets[rows.set ? rows.set[i] : 0] && (!slots || slots[rows.slot[i]] === 1) &&
				!(rows.base && rows.base[i]) && (!keep || keep[rows.node[i]]);
			if (ok)
				self[rows.node[i]] += rows.values[state.type][i];
		}
		const total = Sums.addUp(packed, self), lines = new Map(), open = new Map(), path = [];
		for (let i = 1; i < n; i++) {
			while (path.length >= packed.depth[i]) {
				const left = path.pop();
				open.set(left, open.get(left) - 1);
			}
			const place = packed.name[i], key = `${places.file[place]}:${places.line[place]}`;
			path.push(key);
			open.set(key, (open.get(key) || 0) + 1);
			if (places.name[place] !== k)
				continue;
			const line = lines.get(key) || {file: places.file[place], line: places.line[place], self: 0, total: 0};
			line.self += self[i];
			if (open.get(key) === 1)
				line.total += total[i];
			lines.set(key, line);
		}
		return [...lines.values()].filter(l => l.total || l.self);
	}

	function lineRow(number, text, line) {
		const cell = v => {
			const e = make('td', {class: 'number'}, v ? shortAmount(v) : '', make('i', {}, v ? percent(v, sums.all, 1) : ''));
			e.style.setProperty('--part', sums.all > 0 ? Math.max(0, Math.min(1, v / sums.all)) : 0);
			return e;
		};
		return make('tr', {class: line ? 'hot' : ''}, cell(line?.self), cell(line?.total),
			make('th', {scope: 'row'}, number || '?'), make('td', {class: 'code'}, text));
	}

	function fileSection(file, lines) {
		const [path, runs] = file ? conf.files[file - 1] : ['', []], rows = [], seen = new Set();
		for (const [first, text] of runs) {
			const near = lines.some(l => l.line >= first && l.line < first + text.split('\n').length);
			if (!near)
				continue;
			if (rows.length)
				rows.push(make('tr', {class: 'gap'}, make('td', {colspan: 4}, '\u22ee')));
			text.split('\n').slice(0, -1).forEach((code, i) => {
				const line = lines.find(l => l.line === first + i);
				if (line)
					seen.add(line);
				rows.push(lineRow(first + i, code, line));
			});
		}
		for (const line of lines.filter(l => !seen.has(l)).sort((a, b) => a.line - b.line))
			rows.push(lineRow(line.line, runs.length ? '(not in this version of the file)' : '', line));
		const note = !path ? 'The profile has no source file of this function' :
			runs.length ? path : `${path}: the file is not found`;
		return make('section', {}, make('h3', {}, note), make('table', {class: 'source'},
			make('thead', {}, make('tr', {}, ...['Self', 'Total', 'Line', 'Source']
				.map(text => make('th', {scope: 'col'}, text)))), make('tbody', {}, ...rows)));
	}

	tabs.push({
		id: 'source', title: 'Source', at: 7, there: () => !!conf.places,
		make: () => box = make('div', {class: 'fill scroll'}),
		show() {
			const key = JSON.stringify([selected, state.labels, state.slots, state.type, state.focus, state.ignore]);
			if (shown === key)
				return;
			shown = key;
			if (selected < 0)
				return box.replaceChildren(empty('Select a function in the table, or a frame in the flame graph.'));
			const byFile = Map.groupBy ? Map.groupBy(linesOf(selected), l => l.file) :
				linesOf(selected).reduce((m, l) => m.set(l.file, [...m.get(l.file) || [], l]), new Map());
			box.replaceChildren(make('h2', {}, names[selected]),
				...[...byFile].map(([file, lines]) => fileSection(file, lines)));
			box.querySelector('.hot')?.scrollIntoView({block: 'center'});
		},
	});
}
