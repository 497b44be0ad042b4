// The page without a script is complete in its numbers; here it comes to life.
document.documentElement.classList.add('scripted');
themes();
if (data.series.length) explorer();
serviceMap();
document.querySelectorAll('figure[data-values]').forEach(timeChart);
for (const button of document.querySelectorAll('[data-trace]')) {
  button.addEventListener('click', () => openTrace(Number(button.dataset.trace), -1, button));
}
