// Put into a page before its own scripts: counts what the page asks of the engine, and watches its frames.

export function count() {
  const counted = { calls: 0, questions: 0, frames: [], long: [], places: {}, watching: false };
  globalThis.counted = counted;

  // Calls of the engine on the thread of the page.
  const counting = (instance) => {
    const exports = { ...instance.exports, call: (...given) => { counted.calls += 1; return instance.exports.call(...given); } };
    return new Proxy(instance, { get: (target, key) => (key === 'exports' ? exports : Reflect.get(target, key, target)) });
  };
  WebAssembly.Instance = new Proxy(WebAssembly.Instance, { construct: (target, given) => counting(Reflect.construct(target, given)) });
  const { instantiate } = WebAssembly;
  WebAssembly.instantiate = async (...given) => {
    const made = await instantiate(...given);
    return made instanceof WebAssembly.Instance ? counting(made) : { ...made, instance: counting(made.instance) };
  };

  // Messages to the worker.
  const { postMessage } = Worker.prototype;
  Worker.prototype.postMessage = function posted(...given) {
    counted.questions += 1;
    return postMessage.apply(this, given);
  };

  new PerformanceObserver((list) => {
    if (counted.watching) for (const { duration } of list.getEntries()) counted.long.push(duration);
  }).observe({ type: 'longtask' });

  /** Notes from now on when a frame is drawn, and where the parts that `selectors` name are in it. */
  counted.watch = (selectors) => {
    counted.watching = true;
    Object.assign(counted, { calls: 0, questions: 0, frames: [], long: [], places: {} });
    const frame = (time) => {
      if (!counted.watching) return;
      counted.frames.push(time);
      for (const selector of selectors) {
        const { x, y, width, height } = document.querySelector(selector).getBoundingClientRect();
        (counted.places[selector] ??= []).push(`${x} ${y} ${width} ${height}`);
      }
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  };

  /** Ends it; gives what was seen. */
  counted.end = () => {
    counted.watching = false;
    const gaps = counted.frames.slice(1).map((time, at) => time - counted.frames[at]);
    return {
      calls: counted.calls,
      questions: counted.questions,
      frames: gaps.length,
      perSecond: 1000 * gaps.length / gaps.reduce((sum, gap) => sum + gap, 0),
      late: gaps.filter((gap) => gap > 1000 / 60 * 1.5).length,
      longest: Math.max(...gaps),
      long: counted.long,
      places: Object.fromEntries(Object.entries(counted.places).map(([selector, all]) => [selector, [...new Set(all)]])),
    };
  };
}
