// What a person's hand does, for all tests: nothing here reads a value right after an act; what is
// meant is waited for.

/// Polls until `test` gives something true, and returns that.
export async function until(what, test, timeout = 30_000) {
  const end = Date.now() + timeout;
  for (;;) {
    const value = await test();
    if (value) return value;
    if (Date.now() > end) throw new Error(`after ${timeout} ms not yet: ${what}`);
    await new Promise((later) => setTimeout(later, 50));
  }
}

/// Moves a range, a number or a text field as a hand does: `input` while moving, `change` at the end.
export async function set(page, id, value) {
  await page.waitForSelector(`#${id}`);
  await page.evaluate((id, value) => {
    const field = document.getElementById(id);
    Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), "value").set.call(field, value);
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }, id, String(value));
}

/// Clicks, wherever the thing stands; waits for it to be there.
export async function click(page, selector) {
  await page.waitForSelector(selector);
  await page.$eval(selector, (element) => element.click());
}

/// Drops a file of this text, or of these bytes, onto the page.
export async function drop(page, name, content) {
  await page.evaluate((name, base64) => {
    const files = new DataTransfer();
    files.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name));
    window.dispatchEvent(new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true }));
  }, name, Buffer.from(content).toString("base64"));
}

/// Hands a scenario to the page, as a file.
export const give = (page, scenario) => drop(page, "scenario.json", JSON.stringify({ consensusforge: 1, scenario }));

/// The height that the verdict speaks of; 0 as long as it speaks of none.
export const height = (page) =>
  page
    .$eval("#verdict", (v) => Number(/height (\d+)/.exec(v.textContent)?.[1] ?? 0))
    .catch(() => 0);

export const blocks = (page, n, timeout) => until(`height ${n}`, async () => (await height(page)) >= n, timeout);

export const paused = (page) => until("a pause", () => page.$("#play[aria-label=Play]"));

export const playing = (page) => until("time flowing", () => page.$("#play[aria-label=Pause]"));

/// As fast as possible.
export const fastest = (page) => page.$eval("#speed", (s) => s.max).then((max) => set(page, "speed", max));

/// What is on the chart's canvas: its size in its own pixels, how many colours, and the commonest of them
/// (red, green, blue as one number). It is copied, as who draws there is a worker.
export const drawn = (page, selector = "#chart canvas") =>
  page.$eval(selector, (canvas) => {
    const { width, height } = canvas;
    const copy = Object.assign(document.createElement("canvas"), { width, height });
    const context = copy.getContext("2d");
    context.drawImage(canvas, 0, 0);
    const { data } = context.getImageData(0, 0, width, height);
    const seen = new Map();
    // Every seventh pixel will do.
    for (let i = 0; i < data.length; i += 28) {
      const colour = (data[i] << 16) | (data[i + 1] << 8) | data[i + 2];
      seen.set(colour, (seen.get(colour) ?? 0) + 1);
    }
    const [ground] = [...seen].reduce((a, b) => (b[1] > a[1] ? b : a), [0, 0]);
    return { width, height, colours: seen.size, ground };
  });
