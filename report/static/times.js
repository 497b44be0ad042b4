// Charts over time: what they show at the moment that is pointed at, or that the arrow keys have come to.
const timeChart = (figure) => {
  const { span: [first, last], lines } = JSON.parse(figure.dataset.values);
  const plot = figure.querySelector('.plot');
  const shown = figure.querySelector('output');
  const cursor = el('div', { class: 'cursor', hidden: '' });
  const moments = lines[0][2];
  const middle = lines[0][1] / 2; // of a bar
  let at = moments.length - 1;

  const show = (to) => {
    at = Math.min(Math.max(to, 0), moments.length - 1);
    const [when] = moments[at];
    const values = lines.map(([name, , points]) => `${name} ${number(points[at][1])}`);
    shown.textContent = `${clock(when)}  ${values.join(', ')}`;
    cursor.hidden = false;
    cursor.style.left = `${((when + middle - first) / (last - first)) * 100}%`;
  };
  const hide = () => { cursor.hidden = true; shown.textContent = ''; };
  const nearest = (event) => {
    const box = plot.getBoundingClientRect();
    const when = first + ((event.clientX - box.x) / box.width) * (last - first) - middle;
    return moments.reduce((best, [other], place) =>
      (Math.abs(other - when) < Math.abs(moments[best][0] - when) ? place : best), 0);
  };

  plot.append(cursor);
  plot.tabIndex = 0;
  plot.addEventListener('pointermove', (event) => show(nearest(event)));
  plot.addEventListener('pointerleave', hide);
  plot.addEventListener('focus', () => show(at));
  plot.addEventListener('blur', hide);
  plot.addEventListener('keydown', (event) => {
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: moments.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    show(to);
  });
};
