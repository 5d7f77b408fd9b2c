// What pages do beyond htmx: charts from the data that stands in the page. No inline scripts: the content policy forbids them.
htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;

const COLOURS = ["#2457d6", "#0e9384", "#7ba3f5", "#8b5cf6", "#15803d", "#d97706", "#b42318", "#64748b"];

function drawCharts() {
  for (const place of document.querySelectorAll("[data-chart]")) {
    if (echarts.getInstanceByDom(place)) continue;
    const { steps, series } = JSON.parse(place.dataset.chart);
    const chart = echarts.init(place, null, { renderer: "svg" });
    chart.setOption({
      color: COLOURS,
      animationDuration: 300,
      textStyle: { fontFamily: "system-ui, sans-serif" },
      tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, renderMode: "richText" },
      legend: { bottom: 0, type: "scroll", icon: "roundRect" },
      grid: { left: 8, right: 8, top: 16, bottom: 40, containLabel: true },
      xAxis: { type: "category", data: steps, axisTick: { show: false }, axisLabel: { hideOverlap: true } },
      yAxis: { type: "value", minInterval: 1, splitLine: { lineStyle: { color: "#e3e8ef" } } },
      series: series.map(({ name, data }) => ({ type: "bar", name, data, barMaxWidth: 30, barGap: "8%" })),
    });
    new ResizeObserver(() => chart.resize()).observe(place);
  }
}
document.addEventListener("DOMContentLoaded", drawCharts);
document.addEventListener("htmx:afterSettle", drawCharts);

// Keys: what has data-key="m" is clicked by m. Held keys do nothing, and one that was meant for the last page does not answer this one.
const QUIET_MS = 250;
document.addEventListener("keydown", (event) => {
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || performance.now() < QUIET_MS) return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
  const named = [...document.querySelectorAll("[data-key]")].find((each) => each.dataset.key.split(" ").includes(event.key));
  if (!named) return;
  event.preventDefault();
  named.click();
});
