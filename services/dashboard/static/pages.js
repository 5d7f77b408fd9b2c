// What pages do beyond htmx: charts from the data that stands in the page. No inline scripts: the content policy forbids them.
htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;

function drawCharts(root) {
  for (const place of root.querySelectorAll("[data-chart]")) {
    if (echarts.getInstanceByDom(place)) continue;
    const { steps, series } = JSON.parse(place.dataset.chart);
    const chart = echarts.init(place, null, { renderer: "svg" });
    chart.setOption({
      color: ["#2457d6", "#5a83e8", "#15803d", "#b45309", "#8b5cf6", "#b42318"],
      tooltip: { trigger: "axis", axisPointer: { type: "shadow" } },
      legend: { bottom: 0, icon: "roundRect" },
      grid: { left: 44, right: 12, top: 16, bottom: 52 },
      xAxis: { type: "category", data: steps, axisTick: { show: false } },
      yAxis: { type: "value", minInterval: 1, splitLine: { lineStyle: { color: "#e2e7ee" } } },
      series: series.map((one) => ({ type: "bar", name: one.name, data: one.data, barMaxWidth: 26, barGap: "8%" })),
    });
    new ResizeObserver(() => chart.resize()).observe(place);
  }
}
document.addEventListener("DOMContentLoaded", () => drawCharts(document));
document.addEventListener("htmx:afterSwap", (event) => drawCharts(event.target));
