// A plain static host, as the page will meet: a folder under some path, no special headers (above
// all none that isolate the origin, so no SharedArrayBuffer), caching allowed.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, normalize, join } from "node:path";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".wasm": "application/wasm",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".webmanifest": "application/manifest+json",
};

/// Serves `folder` under `base` (begins and ends with "/") on a free port of 127.0.0.1. `refuse` is asked for
/// every path: a status refuses it, and the browser may keep that answer like any other; "cut" breaks the
/// connection off.
export async function serve(folder, base, refuse = () => undefined) {
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://host").pathname);
    if (`${path}/` === base) {
      response.writeHead(301, { location: base }).end();
      return;
    }
    const refusal = refuse(path);
    if (refusal === "cut") {
      request.socket.destroy();
      return;
    }
    if (refusal) {
      response.writeHead(refusal, { "cache-control": "max-age=600" }).end();
      return;
    }
    const inside = path.startsWith(base) ? normalize(`/${path.slice(base.length)}`) : undefined;
    try {
      if (inside === undefined) throw new Error("outside of the page's folder");
      const file = join(folder, inside.endsWith("/") ? `${inside}index.html` : inside);
      const body = await readFile(file);
      response
        .writeHead(200, {
          "content-type": TYPES[extname(file)] ?? "application/octet-stream",
          "cache-control": "max-age=600",
        })
        .end(body);
    } catch {
      response.writeHead(404, { "content-type": "text/plain" }).end("not found");
    }
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    url: `http://127.0.0.1:${server.address().port}${base}`,
    close: () => server.close(),
    /// Closed, and no connection left: as if the network were gone.
    stop: () =>
      new Promise((closed) => {
        // Also when it has been closed already.
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}
