// About the profile: its facts and its contents.

{
	const plain = text => text, count = text => grouping.format(text);
	const time = ns => span(ns / 1e6), size = bytes => `${compact.format(bytes / 1e6)} MB`;
	const readable = {command: ['Command', plain], host: ['Host', plain], lost: ['Lost samples', count], lost_records: ['Lost records', count],
		truncated: ['Truncated stacks', count], cpu_time_ns: ['CPU time', time], wall_ns: ['Wall time', time],
		max_rss: ['Most memory of a process', size], events: ['Events', plain], exit_status: ['Exit status', plain],
		kernel: ['Kernel', plain], cpu_model: ['Processor', plain], run: ['Run', plain], work: ['Work', plain]};

	const words = key => key.replace(/^truncated_/, 'Truncated: ').replaceAll('_', ' ');

	function factRow([key, value]) {
		const [name, print] = Object.hasOwn(readable, key) ? readable[key] :
			key.startsWith('truncated_') ? [words(key), count] : [key || 'Note', plain];
		return [name, /^\d+$/.test(value) ? print(value) : value];
	}

	function rows() {
		const all = [];
		if (conf.time)
			all.push(['Began', new Date(conf.time).toISOString().replace('T', ' ')]);
		if (conf.duration)
			all.push(['Lasted', span(conf.duration)]);
		if (conf.profiles) // no profile is read for a comparison by prof-diff: it makes one
			all.push(['Profiles', conf.profiles]);
		all.push(['Functions', grouping.format(names.length - 1)],
			['Nodes of the call tree', grouping.format(conf.nodes)], ['Samples', grouping.format(conf.rows.n)]);
		for (const [name, side] of conf.diff ? [[', base', 1], [', new', 0]] : [['', 0]])
			conf.types.forEach((t, i) => {
				const {values, base} = model.rows;
				const sum = values[i].reduce((a, b, row) => a + (!base || base[row] === side ? b : 0), 0);
				all.push([`Total of ${t.name}${name}`, `${grouping.format(sum * conf.factor)} ${t.countname}`]);
			});
		return [...all, ...conf.facts.map(factRow)];
	}

	tabs.push({
		id: 'about', title: 'About', at: 9, there: () => true,
		make: () => make('div', {class: 'fill scroll'}, make('table', {class: 'about'},
			...rows().map(([key, value]) => make('tr', {}, make('th', {scope: 'row'}, key), make('td', {}, String(value)))))),
		show() {},
	});
}
