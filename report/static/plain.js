// A page of tables and charts over time: the theme, and what the charts show where they are pointed at.
document.documentElement.classList.add('scripted');
themes();
document.querySelectorAll('figure[data-values]').forEach(timeChart);
