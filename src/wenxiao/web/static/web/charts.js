/* Draws the charts of the overview from the JSON beside each. Every mark opens its orders; the table twin under it
   says the same to those who cannot see it. Tooltips are drawn on the canvas, because the content policy forbids
   inline styles. */
"use strict";
(() => {
  const ink = "#17242f", soft = "#5f6e7b", line = "#dce2e8", act = "#12558c", seal = "#a8281f";
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const charts = [];
  for (const box of document.querySelectorAll("[data-chart]")) {
    const data = JSON.parse(document.getElementById(box.dataset.chart).textContent);
    const chart = echarts.init(box, null, { renderer: "canvas" });
    chart.setOption(option(data));
    chart.on("click", (event) => { const href = data.hrefs[event.dataIndex]; if (href) location.href = href; });
    charts.push(chart);
  }
  function option(data) {
    const flat = data.shape === "bars";
    const names = { type: "category", data: data.labels, axisTick: { show: false }, axisLine: { lineStyle: { color: line } },
      axisLabel: { color: ink, fontSize: 12, interval: data.shape === "line" ? "auto" : 0 }, inverse: flat };
    const numbers = { type: "value", minInterval: 1, axisLabel: { show: !flat, color: soft }, splitLine: { show: !flat, lineStyle: { color: line } } };
    const style = data.shape === "line"
      ? { type: "line", symbol: "circle", symbolSize: 8, lineStyle: { color: act, width: 2.5 }, itemStyle: { color: act }, areaStyle: { color: "rgba(18,85,140,.1)" } }
      : { type: "bar", barMaxWidth: 26, itemStyle: { color: (p) => (data.shape === "columns" && p.dataIndex === 0 ? seal : act), borderRadius: 2 } };
    return {
      animation: !still, aria: { enabled: true, decal: { show: data.shape === "columns" } },
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      grid: { left: 8, right: flat ? 44 : 16, top: flat ? 4 : 28, bottom: 4, containLabel: true },
      tooltip: { trigger: "axis", renderMode: "richText", axisPointer: { type: flat ? "shadow" : "line" }, formatter: (p) => `${p[0].name}：${p[0].value} ${data.unit}` },
      xAxis: flat ? numbers : names, yAxis: flat ? names : numbers,
      series: [{ ...style, data: data.values, cursor: "pointer", label: { show: data.labels.length <= 16, position: flat ? "right" : "top", color: ink, fontWeight: 600 } }],
    };
  }
  const fit = () => charts.forEach((c) => c.resize());
  addEventListener("resize", fit);
  addEventListener("beforeprint", fit);
})();
