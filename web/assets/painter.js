// Draws what the chart packs (web/src/chart/packed.rs) onto a canvas: in a worker of its own, so that
// the page's thread is free, or where a browser cannot do that, on the page.
"use strict";
(() => {
  const DASHES = [[], [6, 3], [1.5, 3], [12, 4]];
  const ALIGN = ["left", "center", "right"];
  const TURN = 2 * Math.PI;

  /// `list` holds commands, each an opcode and its numbers; `texts` are taken in turn.
  function draw(canvas, context, list, texts, colours) {
    const [wide, high, ratio] = list;
    if (canvas.width !== wide || canvas.height !== high) {
      canvas.width = wide;
      canvas.height = high;
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    let at = 3;
    let text = 0;
    const next = () => list[at++];
    const stroke = () => {
      context.strokeStyle = colours[next()];
      context.lineWidth = next();
      context.setLineDash(DASHES[next()]);
      context.globalAlpha = next();
      context.beginPath();
    };
    const commands = [
      function clear() {
        context.globalAlpha = 1;
        context.fillStyle = colours[next()];
        context.fillRect(0, 0, wide / ratio, high / ratio);
      },
      function segments() {
        stroke();
        for (let left = next(); left > 0; left--) {
          context.moveTo(next(), next());
          context.lineTo(next(), next());
        }
        context.stroke();
      },
      function polygons() {
        context.fillStyle = colours[next()];
        context.globalAlpha = next();
        const corners = next();
        context.beginPath();
        for (let left = next(); left > 0; left--) {
          context.moveTo(next(), next());
          for (let k = 1; k < corners; k++) context.lineTo(next(), next());
        }
        context.fill();
      },
      function ring() {
        stroke();
        context.arc(next(), next(), next(), 0, TURN);
        context.stroke();
      },
      function words() {
        context.fillStyle = colours[next()];
        context.globalAlpha = 1;
        context.textAlign = ALIGN[next()];
        const size = next();
        context.font = `${next() ? 600 : 400} ${size}px system-ui, sans-serif`;
        context.fillText(texts[text++], next(), next());
      },
    ];
    while (at < list.length) commands[next()]();
  }

  const split = (text) => text.split("\n");

  if (typeof document === "object") {
    globalThis.consensusforgeDraw = (canvas, list, texts, colours) => {
      const context = canvas.getContext("2d");
      if (context) draw(canvas, context, list, split(texts), split(colours));
    };
    return;
  }

  let canvas;
  let context;
  const done = new MessageChannel();
  let drew = 0;
  let shown = 0;
  let waits = 0;
  let timer;
  // A frame is shown at the worker's next animation frame, and only then has it cost what it costs.
  const show = () => {
    clearTimeout(timer);
    if (!waits) return;
    shown = performance.now();
    done.port2.postMessage(waits);
  };
  done.port1.onmessage = () => {
    const took = drew + performance.now() - shown;
    for (; waits > 0; waits--) postMessage(took);
    drew = 0;
  };
  const frames = typeof requestAnimationFrame === "function";

  onmessage = async ({ data }) => {
    if (data === "png") {
      postMessage(await canvas.convertToBlob());
    } else if (Array.isArray(data)) {
      const start = performance.now();
      const [list, texts, colours] = data;
      draw(canvas, context, list, split(texts), split(colours));
      drew += performance.now() - start;
      if (waits++) return;
      // Where nothing is shown no animation frame comes.
      timer = setTimeout(show, frames ? 250 : 0);
      if (frames) requestAnimationFrame(show);
    } else {
      canvas = data;
      context = canvas.getContext("2d");
    }
  };
  postMessage(typeof OffscreenCanvas === "function" && !!new OffscreenCanvas(1, 1).getContext("2d"));
})();
