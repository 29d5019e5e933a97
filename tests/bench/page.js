// Measures an HTML page in the browser, for browser.sh: how long it takes to open (since the
// browser began to load it, and of that the page's script), and what the
// reader waits for. Zooming and searching draw at once, so their time is that of the event.

(async () => {
	const sleep = ms => new Promise(resolve => setTimeout(resolve, ms));
	const line = (...fields) => console.log(`bench ${fields.join(' ')}`);
	while (!document.documentElement.dataset.ready)
		await sleep(20);
	const ready = +document.documentElement.dataset.ready;
	line('open', ready);
	line('script', (ready - performance.getEntriesByName('begin')[0].startTime).toFixed(0));
	const box = document.querySelector('.chart'), input = document.querySelector('input[type=search]');
	const time = async (name, act) => {
		await sleep(30);
		const begin = performance.now();
		act();
		box.querySelector('canvas').getContext('2d').getImageData(0, 0, 1, 1); // drawn, not queued
		line(name, (performance.now() - begin).toFixed(1));
	};
	const press = key => () => box.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true}));
	const type = text => () => {
		input.value = text;
		input.dispatchEvent(new Event('input'));
	};
	box.focus();
	for (const key of ['+', '+', '+', '0', '+', '+', '-', '-', '+', '0'])
		await time('zoom', press(key));
	for (const text of ['a', 'al', 'all', 'allo', ''])
		await time('search', type(text));
	line('done');
})();
