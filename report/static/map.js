// The service map: a service that is pointed at, or focused, shows its calls.
const serviceMap = () => {
  const picture = byId('map');
  if (!picture) return;
  const { names, edges, anomalies } = data.map;
  const nodes = [...picture.querySelectorAll('.node')];
  const wires = [...picture.querySelectorAll('.edge')];
  const details = byId('map-details');
  let pinned = -1;

  const sum = (calls) => calls.reduce((total, [, , n]) => total + n, 0);
  const listed = (title, calls, other) => (calls.length ? [el('h4', {}, `${title} (${plural(sum(calls), 'call')})`),
    el('ul', {}, ...calls.map((edge) => el('li', {}, el('b', {}, names[edge[other]]),
      ` ${plural(edge[2], 'call')}, ${edge[3] ? plural(edge[3], 'error') : 'no errors'}, p50 ${duration(edge[4])}, p95 ${duration(edge[5])}`)))] : []);

  const show = (at) => {
    picture.classList.toggle('chosen', at >= 0);
    for (const wire of wires) {
      wire.classList.toggle('on', Number(wire.dataset.c) === at || Number(wire.dataset.s) === at);
    }
    const near = new Set([at]);
    for (const [client, server] of edges) {
      if (client === at) near.add(server);
      if (server === at) near.add(client);
    }
    for (const node of nodes) {
      node.classList.toggle('on', near.has(Number(node.dataset.n)));
      node.setAttribute('aria-pressed', String(Number(node.dataset.n) === pinned));
    }
    if (at < 0) { clear(details, 'Point at a service, or choose one, to see its calls.'); return; }
    clear(details, el('h3', {}, names[at]),
      anomalies[at] ? el('p', { class: 'anomaly' }, plural(anomalies[at], 'anomaly', 'anomalies')) : null,
      el('div', { class: 'columns' },
        el('div', {}, ...listed('Is called by', edges.filter(([, server]) => server === at), 0)),
        el('div', {}, ...listed('Calls', edges.filter(([client]) => client === at), 1))));
  };
  const pin = (at) => { pinned = pinned === at ? -1 : at; show(pinned); };

  nodes.forEach((node) => {
    const at = Number(node.dataset.n);
    node.addEventListener('pointerenter', () => { if (pinned < 0) show(at); });
    node.addEventListener('pointerleave', () => { if (pinned < 0) show(-1); });
    node.addEventListener('click', () => pin(at));
    node.addEventListener('focus', () => {
      nodes.forEach((other) => other.setAttribute('tabindex', other === node ? '0' : '-1'));
      if (pinned < 0) show(at);
    });
    node.append(svg('title', {}, names[at]));
  });
  // The arrow keys go to the nearest service in their direction.
  const centre = (node) => { const box = node.getBBox(); return [box.x + box.width / 2, box.y + box.height / 2]; };
  const ways = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
  picture.addEventListener('keydown', (event) => {
    const node = document.activeElement;
    if (!nodes.includes(node)) return;
    if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); pin(Number(node.dataset.n)); return; }
    const way = ways[event.key];
    if (!way) return;
    event.preventDefault();
    const [x, y] = centre(node);
    const far = (other) => {
      const [dx, dy] = [centre(other)[0] - x, centre(other)[1] - y];
      const along = dx * way[0] + dy * way[1];
      return along <= 1 ? Infinity : along + 3 * Math.abs(dx * way[1] + dy * way[0]);
    };
    const next = nodes.filter((other) => other !== node).sort((a, b) => far(a) - far(b))[0];
    if (next && far(next) < Infinity) { if (pinned >= 0) pinned = -1; next.focus(); }
  });
  nodes[0].setAttribute('tabindex', '0');
  show(-1);
};
