// Measures a flame graph in the browser, for browser.sh: how long a reader waits for a letter typed
// into the search, from the event until the frame that shows it is laid out and painted. (Other
// threads fill in its pixels, while the next letter may come.)

(async () => {
	const sleep = ms => new Promise(resolve => setTimeout(resolve, ms));
	const line = (...fields) => console.log(`bench ${fields.join(' ')}`);
	const svg = document.querySelector('svg.prof-flame'), input = svg.querySelector('input');
	const painted = () => new Promise(resolve => requestAnimationFrame(() => {
		const {port1, port2} = new MessageChannel();
		port1.onmessage = resolve;
		port2.postMessage(0);
	}));
	while (!svg.querySelector('.box'))
		await sleep(20);
	await sleep(1000);
	line('size', svg.querySelectorAll('.box').length);
	for (const text of ['p', 'pa', 'par', 'pars', 'parse', 'e', 'em', 'emi', 'emit', 's', 'st', 'std', 'std:', '']) {
		await sleep(50);
		await painted();
		const begin = performance.now();
		input.value = text;
		input.dispatchEvent(new Event('input', {bubbles: true}));
		line('script', (performance.now() - begin).toFixed(1));
		await painted();
		line('search', (performance.now() - begin).toFixed(1));
	}
	line('done');
})();
