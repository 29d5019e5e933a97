// The labels of samples, with the share of each value. The reader can filter by values, and
// compare two of them.

{
	let box, shown;

	// By value of a key, or -1 for none: the sum of the samples that the other filters keep.
	function sumsOf(k) {
		const {labels, slots, type} = state, key = conf.labels[k].key;
		const {[key]: _, ...others} = labels;
		const {sets, slots: when} = sidesOf({labels: others, slots, compare: null});
		const {rows, setsOf} = model, values = new Float64Array(conf.labels[k].values.length + 1);
		for (let i = 0; i < rows.n; i++) {
			const set = rows.set ? rows.set[i] : 0;
			if (sets[set] && (!when || when[rows.slot[i]]) && !(rows.base && rows.base[i]))
				values[setsOf[k][set] + 1] += rows.values[type][i];
		}
		return values;
	}

	function pickValue(key, value, on) {
		const picked = new Set(state.labels[key] || []);
		if (on)
			picked.add(value);
		else
			picked.delete(value);
		const {[key]: _, ...labels} = state.labels;
		if (picked.size)
			labels[key] = [...picked];
		go({labels, zoom: ''});
	}

	// The first press chooses the base, the second the new side.
	function compareWith(key, value, side) {
		const now = [shown.pending, state.compare].find(c => c?.key === key) || {key, base: '', to: ''};
		const compare = {...now, [side]: value};
		if (compare.base === compare.to)
			compare[side === 'to' ? 'base' : 'to'] = '';
		shown.pending = compare;
		go({compare: compare.base && compare.to ? compare : null, zoom: ''});
		show();
	}

	function valueRow(key, value, v, all) {
		const picked = (state.labels[key] || []).includes(value);
		const compare = shown.pending?.key === key ? shown.pending : state.compare?.key === key ? state.compare : {};
		const check = make('input', {type: 'checkbox', 'aria-label': `Only ${key} ${value}`});
		check.checked = picked;
		check.addEventListener('change', () => pickValue(key, value, check.checked));
		const side = (which, text, title) => {
			const e = button(text, title, () => compareWith(key, value, which), {class: 'small'});
			pressed(e, compare[which] === value);
			return e;
		};
		return make('tr', {}, make('td', {}, make('label', {}, check, ' ', value)), makeNumber(v, all),
			make('td', {class: 'buttons'}, side('base', 'base', `Compare with ${value} as the base`),
				side('to', 'new', `Compare ${value} with the base`)));
	}

	function makeNumber(v, all) {
		const cell = make('td', {class: 'number'}, shortAmount(v), make('i', {}, percent(v, all, 1)));
		cell.style.setProperty('--part', all > 0 ? Math.max(0, v / all) : 0);
		return cell;
	}

	function keySection(k) {
		const {key, values} = conf.labels[k], by = sumsOf(k), most = 200;
		const all = by.reduce((a, b) => a + b, 0);
		const order = values.map((_, i) => i).sort((a, b) => by[b + 1] - by[a + 1] || a - b);
		const picked = new Set(state.labels[key] || []);
		const rows = order.filter((i, n) => n < most || picked.has(values[i]))
			.map(i => valueRow(key, values[i], by[i + 1], all));
		if (by[0])
			rows.push(make('tr', {class: 'quiet'}, make('td', {}, '(none)'), makeNumber(by[0], all), make('td')));
		return make('section', {class: 'label', 'aria-label': key}, make('h3', {}, key,
			make('small', {}, ` ${grouping.format(values.length)} value${values.length === 1 ? '' : 's'}`)),
			make('table', {}, ...rows),
			...(order.length > most ? [make('p', {class: 'quiet'}, `${order.length - most} smaller ones are not listed`)] : []));
	}

	function show() {
		const {labels, slots, type, compare} = state;
		const key = JSON.stringify([labels, slots, type, compare, shown.pending]);
		if (shown.key === key)
			return;
		const focus = document.activeElement?.getAttribute?.('aria-label') || document.activeElement?.title;
		shown.key = key;
		if (compare)
			shown.pending = null;
		box.replaceChildren(...conf.labels.map((_, k) => keySection(k)));
		[...box.querySelectorAll('input, button')].find(e =>
			focus && (e.getAttribute('aria-label') || e.title) === focus)?.focus({preventScroll: true});
	}

	tabs.push({
		id: 'labels', title: 'Labels', at: 6, there: () => conf.labels.length > 0,
		make() {
			shown = {key: '', pending: null};
			return box = make('div', {class: 'fill scroll labels'});
		},
		show,
	});
}
